"""The small network keeps where things are."""

import torch

from norface_pl.nn.convnet import FaceConvNet


def test_shape_for_any_picture_size() -> None:
    net = FaceConvNet(channels=(8, 16), feature_dim=10)
    for side in (32, 64, 50):
        assert net(torch.rand(2, 3, side, side)).shape == (2, 10)


def test_a_mark_at_another_place_gives_other_features() -> None:
    torch.manual_seed(0)
    net = FaceConvNet().eval()
    left, right = torch.zeros(1, 3, 64, 64), torch.zeros(1, 3, 64, 64)
    left[..., 20:28, 8:16] = 1
    right[..., 20:28, 40:48] = 1  # two cells of 16 px further
    assert torch.allclose(net.features(left).mean((2, 3)), net.features(right).mean((2, 3)))
    assert not torch.allclose(net(left), net(right), atol=1e-3)
