"""RandAugment of light."""

import pytest
import torch

from norface_pl.nn.augment import Augmentation, FaceAugment
from norface_pl.nn.relight import OPERATIONS, Light, RandomLight


@pytest.mark.parametrize("operation", OPERATIONS)
@pytest.mark.parametrize("strength", [-1.0, 0.9, 1.0])
def test_no_operation_moves_pixels(operation, strength):
    half = torch.cat([torch.full((3, 8, 8), 0.2), torch.full((3, 8, 8), 0.8)], dim=2)
    changed = operation(half, strength).clamp(0, 1)
    assert changed.shape == half.shape
    assert changed.isfinite().all()
    # Each half stays one colour, except beside the border, where sharpness looks across.
    assert torch.allclose(changed[:, :, :7], changed[:, :, :1].expand(-1, -1, 7), atol=1e-6)


def test_brightness_contrast_and_solarize_exactly():
    grey = torch.full((3, 4, 4), 0.4)
    solarize, brightness = OPERATIONS[3], OPERATIONS[6]
    assert torch.allclose(brightness(grey, 1.0), torch.full((3, 4, 4), 0.76))
    assert torch.allclose(brightness(grey, -1.0), torch.full((3, 4, 4), 0.04))
    assert torch.allclose(solarize(grey, 0.7), torch.full((3, 4, 4), 0.6))
    assert torch.allclose(solarize(grey, 0.5), grey)


def test_pictures_are_changed_one_by_one_and_some_not_at_all():
    torch.manual_seed(0)
    images = torch.rand(3, 8, 8).expand(40, -1, -1, -1)
    changed = RandomLight()(images)
    same = [torch.equal(a, b) for a, b in zip(images, changed, strict=True)]
    # Both of the two operations are left out in a quarter of the cases.
    assert 3 <= sum(same) <= 20
    assert len({tuple(image.flatten().tolist()) for image in changed}) > 10
    assert changed.min() >= 0
    assert changed.max() <= 1


def test_no_operations_change_nothing():
    images = torch.rand(2, 3, 8, 8)
    assert torch.equal(RandomLight(Light(count=0))(images), images)


def test_light_is_for_the_original_only():
    torch.manual_seed(0)
    augment = FaceAugment(Augmentation(0, 0, 0, 0, 0, 0, 0, 0, 0, Light(count=8)))
    image = torch.rand(4, 3, 16, 16)
    first, second = augment(image, [image])
    assert torch.allclose(second, image, atol=1e-6)
    assert not torch.allclose(first, image, atol=1e-2)
