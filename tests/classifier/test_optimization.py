"""Layer decay applied for real."""

import pytest
import torch
from torch import nn

from norface_pl.classifier.backbone import FaceBackbone
from norface_pl.classifier.optimization import layer_decayed
from norface_pl.classifier.options import BackboneOptions


class Net(nn.Module):
    """A Vision Transformer of six blocks and a head."""

    def __init__(self) -> None:
        super().__init__()
        self.see = FaceBackbone(32, BackboneOptions("vit_face"))
        self.head = nn.Linear(192, 3)


def sgd(parameters):
    return torch.optim.SGD(parameters, lr=0.1, weight_decay=0.05)


def rates(module: Net, decay: float) -> dict[str, tuple[float, float]]:
    """Learning rate and weight decay of every parameter, by its name."""
    optimizer = layer_decayed(module, [module.see.net], sgd, decay)
    of = {
        id(parameter): (group["lr"], group["weight_decay"])
        for group in optimizer.param_groups
        for parameter in group["params"]
    }
    return {name: of[id(parameter)] for name, parameter in module.named_parameters()}


def test_the_rate_falls_from_block_to_block() -> None:
    found = rates(Net(), 0.5)
    assert found["head.weight"] == (pytest.approx(0.1), 0.05)
    assert found["see.net.fc_norm.weight"][0] == pytest.approx(0.1)
    for block in range(6):
        rate = found[f"see.net.blocks.{block}.attn.qkv.weight"][0]
        assert rate == pytest.approx(0.1 * 0.5 ** (6 - block))
    assert found["see.net.patch_embed.proj.weight"][0] == pytest.approx(0.1 * 0.5**7)


def test_norms_biases_and_positions_are_not_decayed() -> None:
    found = rates(Net(), 0.5)
    assert found["see.net.blocks.0.mlp.fc1.weight"][1] == 0.05
    for name in ("blocks.0.mlp.fc1.bias", "blocks.0.norm1.weight", "pos_embed"):
        assert found[f"see.net.{name}"][1] == 0
    assert found["head.bias"] == (pytest.approx(0.1), 0)


def test_every_parameter_is_trained_once_and_frozen_ones_are_not() -> None:
    module = Net()
    module.head.bias.requires_grad_(False)
    module.see.net.patch_embed.requires_grad_(False)
    optimizer = layer_decayed(module, [module.see.net], sgd, 0.5)
    trained = [p for group in optimizer.param_groups for p in group["params"]]
    expected = [p for p in module.parameters() if p.requires_grad]
    assert len(trained) == len(expected)
    assert {id(p) for p in trained} == {id(p) for p in expected}
    assert all("lr_scale" not in group for group in optimizer.param_groups)


def test_any_network_can_be_decayed() -> None:
    module = Net()
    module.see = FaceBackbone(32, BackboneOptions("test_byobnet"))
    optimizer = layer_decayed(module, [module.see.net], sgd, 0.5)
    assert min(group["lr"] for group in optimizer.param_groups) < 0.05
