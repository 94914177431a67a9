"""The stage-2 network: what reads what, and its controls of equal size."""

from typing import get_args

import pytest
import torch
from torch import Tensor, nn

from norface_pl.classifier.backbone import FaceBackbone
from norface_pl.classifier.fusion import build_fused_head, build_fusion
from norface_pl.classifier.heads import Unmixed, build_head, count_parameters
from norface_pl.classifier.network import Classified, FaceClassifier, build_network
from norface_pl.classifier.options import (
    BackboneOptions,
    FusionKind,
    FusionOptions,
    HeadKind,
    HeadOptions,
)

DIM = 256  # of test_byobnet


def faces(count: int) -> list[Tensor]:
    return [torch.rand(3, 3, 32, 32) for _ in range(count)]


def net(alone: bool = True, separate: bool = True, fusion: FusionKind = "mean") -> FaceClassifier:
    torch.manual_seed(0)
    backbones = [FaceBackbone(32, BackboneOptions("test_byobnet")) for _ in range(1 + separate)]
    heads = {name: Unmixed(nn.Linear(DIM, 5)) for name in ("original", "normalized")}
    return FaceClassifier(
        backbones,
        build_fusion(FusionOptions(fusion, 2, 4), DIM, 2, DIM),
        Unmixed(nn.Linear(DIM, 5)),
        alone=heads if alone else None,
        num_labels=5,
    ).eval()


@pytest.mark.parametrize("sources", [1, 2])
@pytest.mark.parametrize("head", get_args(HeadKind))
@pytest.mark.parametrize(
    "fusion", ["experts", "experts_mlp", "mean", "concat", "mlp", "moe", "attention"]
)
def test_every_combination_gives_one_logit_per_label(
    fusion: FusionKind, head: HeadKind, sources: int
) -> None:
    output = build_network(
        32,
        "both" if sources == 2 else "original",
        5,
        BackboneOptions("test_byobnet", separate=False),
        FusionOptions(fusion, 2, 4),
        HeadOptions(head, 2, 4, dropout=0.0, alone=False),
    )(faces(sources))
    assert output.logits.shape == (3, 5)
    assert output.readings.shape == (1, 3, 5)
    apart = fusion in ("experts", "experts_mlp") and sources == 2
    assert output.features.shape == (3, 2 * DIM if apart else DIM)
    assert output.sources.shape == (3, sources, DIM)
    assert (output.mixtures["input"].gates is not None) == (fusion == "moe" and sources == 2)
    gated = fusion == "experts" if apart else head in ("moe", "ple", "soft")
    assert (output.mixtures["output"].gates is not None) == gated


def test_controls_have_as_many_parameters_as_the_mixtures() -> None:
    moe, mlp = (build_fusion(FusionOptions(kind), 192, 2) for kind in ("moe", "mlp"))
    assert count_parameters(mlp) == pytest.approx(count_parameters(moe), rel=0.01)
    moe, mlp = (build_head(HeadOptions(kind), 192, 17) for kind in ("moe", "mlp"))
    assert count_parameters(mlp) == pytest.approx(count_parameters(moe), rel=0.01)
    moe, mlp = (
        build_fused_head(FusionOptions(kind), HeadOptions(), 192, 2, 17)
        for kind in ("experts", "experts_mlp")
    )
    assert count_parameters(mlp) == pytest.approx(count_parameters(moe), rel=0.01)


def test_experts_are_named_by_what_they_see() -> None:
    def named(fusion: FusionKind, head: HeadKind, mixture: str = "output") -> list[str]:
        options = BackboneOptions("test_byobnet", separate=False), FusionOptions(fusion, 3, 4)
        network = build_network(32, "both", 5, *options, HeadOptions(head, 2, 4)).eval()
        gates = network(faces(2)).mixtures[mixture].gates
        assert gates is not None
        return network.expert_names(mixture, gates.shape[-1])

    each = [f"{kind}{number}" for kind in "onb" for number in (1, 2, 3)]
    assert named("experts", "linear") == each
    assert named("experts", "moe", "output_original") == ["1", "2"]
    assert named("moe", "moe") == ["1", "2"]
    assert named("moe", "moe", "input") == ["1", "2", "3"]


def test_one_backbone_sees_both_pictures_two_see_one_each() -> None:
    first, second = faces(2)
    one = net(alone=False, separate=False)
    expected = (one.backbones[0](first) + one.backbones[0](second)) / 2
    assert torch.allclose(one([first, second]).features, expected, atol=1e-5)
    two = net(alone=False)
    expected = (two.backbones[0](first) + two.backbones[1](second)) / 2
    assert torch.allclose(two([first, second]).features, expected, atol=1e-5)


def test_readings_are_of_the_fused_picture_and_of_each_alone() -> None:
    network = net()
    images = faces(2)
    output: Classified = network(images)
    alone = [network.alone[name] for name in ("original", "normalized")]
    for i, head in enumerate(alone):
        expected = head(network.backbones[i](images[i])).output
        assert torch.allclose(output.readings[1 + i], expected, atol=1e-5)
    assert torch.allclose(output.logits, output.readings.mean(0), atol=1e-6)
    with torch.no_grad():
        network.ensemble.weight.copy_(torch.eye(3)[:, [1, 1, 2, 2, 0]])
    picked = network(images).logits
    assert torch.allclose(picked[:, :2], output.readings[1, :, :2])
    assert torch.allclose(picked[:, 2:4], output.readings[2, :, 2:4])
    assert torch.allclose(picked[:, 4], output.readings[0, :, 4])


@pytest.mark.parametrize("fusion", ["moe", "attention"])
def test_backbones_learn_from_the_single_readings_only(fusion: FusionKind) -> None:
    network = net(fusion=fusion)

    def gradients(reading: int) -> list[bool]:
        network.zero_grad()
        network(faces(2)).readings[reading].sum().backward()
        parts = [*network.backbones, network.fusion]
        found = [[p.grad for p in part.parameters() if p.grad is not None] for part in parts]
        return [any(bool((grad != 0).any()) for grad in grads) for grads in found]

    assert gradients(0) == [False, False, True]
    assert gradients(1) == [True, False, False]
    assert gradients(2) == [False, True, False]


def test_gradients_reach_the_backbone_without_single_readings() -> None:
    network = net(alone=False)
    network(faces(2)).logits.sum().backward()
    for backbone in network.backbones:
        assert any(bool((p.grad != 0).any()) for p in backbone.parameters())


def test_attention_reads_places() -> None:
    network = net(alone=False, fusion="attention")
    nn.init.normal_(network.fusion.last.weight)
    first, second = faces(2)
    mirrored = second.flip(-1)
    same = network([first, second]).features
    assert not torch.allclose(same, network([first, mirrored]).features, atol=1e-3)
