"""Sharpness and likeness of pictures."""

import pytest
import torch
from torch.nn import functional as F

from norface_pl.probes.picture_readings import likeness, sharpness


def test_sharpness_of_one_bright_pixel_by_hand() -> None:
    # The 3 x 3 Laplacian of a grey picture with a white centre is 1 at 4 places and -4 at one.
    picture = torch.zeros(1, 3, 5, 5)
    picture[..., 2, 2] = 1
    expected = torch.tensor([0, 1, 0, 1, -4, 1, 0, 1, 0.0]).var()
    assert sharpness(picture).item() == pytest.approx(expected.item(), rel=1e-5)


def test_blur_lowers_sharpness() -> None:
    noise = torch.rand(3, 3, 16, 16)
    assert (sharpness(F.avg_pool2d(noise, 3, 1, 1)) < 0.2 * sharpness(noise)).all()


def test_likeness_by_hand_and_of_equal_pictures() -> None:
    truth = torch.full((2, 3, 16, 16), 0.5)
    shifted = truth + torch.tensor([0.1, 0.01]).view(2, 1, 1, 1)
    # 20 dB and 40 dB.
    assert likeness(shifted, truth)["psnr"] == pytest.approx(30, abs=1e-3)
    noise = torch.rand(2, 3, 16, 16)
    same = likeness(noise, noise)
    assert same["psnr"] == 100
    assert same["ssim"] == pytest.approx(1)
    assert likeness(torch.rand(2, 3, 16, 16), noise)["ssim"] < 0.5
