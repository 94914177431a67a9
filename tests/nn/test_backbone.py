"""Backbones by name and their weight files."""

from pathlib import Path

import pytest
import torch

from norface_pl.errors import NorfaceError
from norface_pl.nn.backbone import FaceBackbone
from norface_pl.nn.encoder import FaceEncoder


@pytest.mark.parametrize("name", ["conv_face", "vit_face", "test_convnext"])
def test_pooled_features_have_the_announced_size(name: str) -> None:
    backbone = FaceBackbone(name, image_size=64)
    assert backbone(torch.rand(2, 3, 64, 64)).shape == (2, backbone.feature_dim)


def test_input_is_normalized_with_its_own_mean_and_std() -> None:
    backbone = FaceBackbone(mean=(0.5, 0.4, 0.3), std=(0.2, 0.2, 0.1)).eval()
    image = torch.rand(1, 3, 32, 32)
    scaled = (image - torch.tensor([0.5, 0.4, 0.3]).view(3, 1, 1)) / torch.tensor(
        [0.2, 0.2, 0.1]
    ).view(3, 1, 1)
    assert torch.allclose(backbone(image), backbone.net(scaled), atol=1e-5)


def test_unknown_name() -> None:
    with pytest.raises(NorfaceError, match="resnet_of_dreams"):
        FaceBackbone("resnet_of_dreams")


def test_weights_go_through_a_file(tmp_path: Path) -> None:
    first = FaceBackbone()
    path = tmp_path / "weights.pt"
    head = {"head.weight": torch.zeros(3, 3)}
    torch.save({"model": {**first.net.state_dict(), **head}}, path)
    second = FaceBackbone(weights=path)
    assert torch.equal(second.net.features[0].weight, first.net.features[0].weight)


def test_encoder_weights_fit_the_vision_transformer(tmp_path: Path) -> None:
    encoder = FaceEncoder()
    path = tmp_path / "mae.pt"
    torch.save({"model": encoder.vit.state_dict()}, path)
    backbone = FaceBackbone("vit_face", weights=path)
    assert torch.equal(backbone.net.blocks[5].mlp.fc1.weight, encoder.vit.blocks[5].mlp.fc1.weight)
    bigger = FaceBackbone("vit_face", image_size=96, weights=path)
    assert bigger.net.pos_embed.shape == (1, 144, 192)


def test_bad_weight_files(tmp_path: Path) -> None:
    with pytest.raises(NorfaceError, match="nowhere.pt do not exist"):
        FaceBackbone(weights=tmp_path / "nowhere.pt")
    broken = tmp_path / "broken.pt"
    broken.write_bytes(b"no checkpoint")
    with pytest.raises(NorfaceError, match="broken.pt is not a checkpoint"):
        FaceBackbone(weights=broken)
    other = tmp_path / "other.pt"
    torch.save(FaceBackbone("vit_face").net.state_dict(), other)
    with pytest.raises(NorfaceError, match="another network"):
        FaceBackbone(weights=other)
