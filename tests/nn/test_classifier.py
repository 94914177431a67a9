"""The stage-2 network and its controls of equal size."""

import pytest
import torch

from norface_pl.nn.backbone import FaceBackbone
from norface_pl.nn.classifier import (
    FaceClassifier,
    FusionKind,
    HeadKind,
    build_fusion,
    build_head,
    count_parameters,
)


@pytest.mark.parametrize("sources", [1, 2])
@pytest.mark.parametrize("head", ["linear", "mlp", "moe"])
@pytest.mark.parametrize("fusion", ["mean", "concat", "mlp", "moe"])
def test_every_combination_gives_one_logit_per_label(
    fusion: FusionKind, head: HeadKind, sources: int
) -> None:
    backbone = FaceBackbone("test_byobnet")
    net = FaceClassifier(
        backbone,
        build_fusion(fusion, backbone.feature_dim, sources, 2, 4, False),
        build_head(head, backbone.feature_dim, 5, 2, 4, 1.0, 0.0),
    )
    output = net([torch.rand(3, 3, 32, 32) for _ in range(sources)])
    assert output.logits.shape == (3, 5)
    assert output.features.shape == (3, backbone.feature_dim)
    assert (output.input_gates is not None) == (fusion == "moe" and sources == 2)
    assert (output.output_gates is not None) == (head == "moe")


def test_controls_have_as_many_parameters_as_the_mixtures() -> None:
    moe, mlp = (build_fusion(kind, 192, 2, 4, 64, False) for kind in ("moe", "mlp"))
    assert count_parameters(mlp) == pytest.approx(count_parameters(moe), rel=0.01)
    moe, mlp = (build_head(kind, 192, 17, 8, 64, 1.0, 0.0) for kind in ("moe", "mlp"))
    assert count_parameters(mlp) == pytest.approx(count_parameters(moe), rel=0.01)


def test_two_pictures_are_one_batch_for_the_backbone() -> None:
    backbone = FaceBackbone("test_byobnet").eval()
    net = FaceClassifier(backbone, build_fusion("mean", 256, 2, 1, 1, False), torch.nn.Identity())
    first, second = torch.rand(2, 3, 32, 32), torch.rand(2, 3, 32, 32)
    net.head = build_head("linear", backbone.feature_dim, 2, 1, 1, 1.0, 0.0)
    expected = (backbone(first) + backbone(second)) / 2
    assert torch.allclose(net([first, second]).features, expected, atol=1e-5)
