"""Backbones by name and their weight files."""

from pathlib import Path

import pytest
import torch

from norface_pl.classifier.backbone import FaceBackbone
from norface_pl.classifier.options import BackboneOptions
from norface_pl.errors import NorfaceError
from norface_pl.normalizer.encoder import FaceEncoder
from norface_pl.normalizer.mae import VIT_FACE


@pytest.mark.parametrize("name", ["conv_face", "vit_face", "test_convnext"])
def test_pooled_features_have_the_announced_size(name: str) -> None:
    backbone = FaceBackbone(64, BackboneOptions(name))
    assert backbone(torch.rand(2, 3, 64, 64)).shape == (2, backbone.feature_dim)


def test_input_is_normalized_with_its_own_mean_and_std() -> None:
    backbone = FaceBackbone(64, BackboneOptions(mean=(0.5, 0.4, 0.3), std=(0.2, 0.2, 0.1))).eval()
    image = torch.rand(1, 3, 32, 32)
    scaled = (image - torch.tensor([0.5, 0.4, 0.3]).view(3, 1, 1)) / torch.tensor(
        [0.2, 0.2, 0.1]
    ).view(3, 1, 1)
    assert torch.allclose(backbone(image), backbone.net(scaled), atol=1e-5)


def test_unknown_name() -> None:
    with pytest.raises(NorfaceError, match="resnet_of_dreams"):
        FaceBackbone(64, BackboneOptions("resnet_of_dreams"))


def test_weights_go_through_a_file(tmp_path: Path) -> None:
    first = FaceBackbone()
    path = tmp_path / "weights.pt"
    head = {"head.weight": torch.zeros(3, 3)}
    torch.save({"model": {**first.net.state_dict(), **head}}, path)
    second = FaceBackbone(64, BackboneOptions(weights=path))
    assert torch.equal(second.net.features[0].weight, first.net.features[0].weight)


def test_encoder_weights_fit_the_vision_transformer(tmp_path: Path) -> None:
    encoder = FaceEncoder(64, VIT_FACE)
    path = tmp_path / "mae.pt"
    torch.save({"model": encoder.vit.state_dict()}, path)
    backbone = FaceBackbone(64, BackboneOptions("vit_face", path))
    assert torch.equal(backbone.net.blocks[5].mlp.fc1.weight, encoder.vit.blocks[5].mlp.fc1.weight)
    bigger = FaceBackbone(96, BackboneOptions("vit_face", path))
    assert bigger.net.pos_embed.shape == (1, 144, 192)


def test_bad_weight_files(tmp_path: Path) -> None:
    with pytest.raises(NorfaceError, match="nowhere.pt do not exist"):
        FaceBackbone(64, BackboneOptions(weights=tmp_path / "nowhere.pt"))
    broken = tmp_path / "broken.pt"
    broken.write_bytes(b"no checkpoint")
    with pytest.raises(NorfaceError, match="broken.pt is not a checkpoint"):
        FaceBackbone(64, BackboneOptions(weights=broken))
    other = tmp_path / "other.pt"
    torch.save(FaceBackbone(64, BackboneOptions("vit_face")).net.state_dict(), other)
    with pytest.raises(NorfaceError, match="another network"):
        FaceBackbone(64, BackboneOptions(weights=other))


@pytest.mark.parametrize("name", ["conv_face", "vit_face", "test_vit", "test_convnext"])
def test_tokens_are_the_places_before_the_pooling(name: str) -> None:
    backbone = FaceBackbone(64, BackboneOptions(name)).eval()
    image = torch.rand(2, 3, 64, 64)
    pooled, tokens = backbone.forward_tokens(image)
    assert torch.allclose(pooled, backbone(image), atol=1e-5)
    places = {"conv_face": 16, "vit_face": 64, "test_vit": 16, "test_convnext": 4}[name]
    assert tokens.shape == (2, places, backbone.token_dim())
    assert not backbone.training


def test_places_of_a_swin_lie_last() -> None:
    class Swin(torch.nn.Module):
        output_fmt = "NHWC"

        def forward_features(self, images: torch.Tensor) -> torch.Tensor:
            return images[:, :, ::32, ::32].permute(0, 2, 3, 1)

        def forward_head(self, places: torch.Tensor) -> torch.Tensor:
            return places.mean((1, 2))

    backbone = FaceBackbone(64, BackboneOptions(mean=(0, 0, 0), std=(1, 1, 1)))
    backbone.net = Swin()
    image = torch.rand(1, 3, 64, 64)
    _, tokens = backbone.forward_tokens(image)
    expected = image[0, :, [0, 0, 32, 32], [0, 32, 0, 32]].T
    assert torch.allclose(tokens[0], expected)


def test_checkpointing_changes_no_gradient() -> None:
    image = torch.rand(2, 3, 32, 32)
    grads = []
    for checkpointing in (False, True):
        torch.manual_seed(0)
        backbone = FaceBackbone(
            32, BackboneOptions("vit_face", gradient_checkpointing=checkpointing)
        )
        backbone(image).square().sum().backward()
        grads.append(backbone.net.blocks[0].attn.qkv.weight.grad)
        assert backbone.net.grad_checkpointing is checkpointing
    assert torch.allclose(grads[0], grads[1], atol=1e-5)


def test_networks_without_checkpointing_say_so() -> None:
    with pytest.raises(NorfaceError, match="'conv_face' has no gradient checkpointing"):
        FaceBackbone(32, BackboneOptions("conv_face", gradient_checkpointing=True))
