"""Augmentation: everything for the original, mirrors alone for the normalized face."""

from dataclasses import replace

import torch

from norface_pl.nn.augment import Augmentation, FaceAugment

NOTHING = Augmentation(0, 0, 0, 0, 0, 0, 0, 0, 0)


def test_nothing_switched_on_changes_nothing() -> None:
    image = torch.rand(3, 3, 16, 16)
    first, second = FaceAugment(NOTHING)(image, [image])
    assert torch.allclose(first, image, atol=1e-6)
    assert torch.allclose(second, image, atol=1e-6)


def test_flip_mirrors_all_pictures() -> None:
    image, other = torch.rand(2, 3, 16, 16), torch.rand(2, 3, 16, 16)
    first, second = FaceAugment(replace(NOTHING, flip=1.0))(image, [other])
    assert torch.allclose(first, image.flip(-1), atol=1e-5)
    assert torch.allclose(second, other.flip(-1), atol=1e-5)


def test_a_normalized_face_is_only_mirrored() -> None:
    torch.manual_seed(0)
    image, normalized = torch.rand(32, 3, 16, 16), torch.rand(32, 3, 16, 16)
    first, second = FaceAugment()(image, [normalized])
    mirrored = (second == normalized.flip(-1)).all(dim=(1, 2, 3))
    kept = (second == normalized).all(dim=(1, 2, 3))
    assert (mirrored ^ kept).all()
    assert 0 < mirrored.sum() < 32
    assert not torch.isclose(first, image, atol=1e-2).all(dim=(1, 2, 3)).any()


def test_the_original_is_mirrored_with_it() -> None:
    torch.manual_seed(0)
    image, normalized = torch.rand(32, 3, 16, 16), torch.rand(32, 3, 16, 16)
    first, second = FaceAugment(replace(NOTHING, flip=0.5))(image, [normalized])
    mirrored = (second == normalized.flip(-1)).all(dim=(1, 2, 3)).view(-1, 1, 1, 1)
    assert torch.allclose(first, torch.where(mirrored, image.flip(-1), image), atol=1e-5)


def test_pictures_that_are_compared_are_moved_alike() -> None:
    torch.manual_seed(0)
    image = torch.rand(4, 3, 16, 16)
    light = {"brightness": 0.5, "contrast": 0.5, "colour": 0.5, "noise": 0.5, "erase": 1.0}
    (only,) = FaceAugment(replace(NOTHING, **light)).move([image])
    assert torch.allclose(only, image, atol=1e-6)
    geometry = {"flip": 0.5, "shift": 0.1, "scale": 0.1, "rotate": 10.0}
    first, second = FaceAugment(replace(NOTHING, **geometry)).move([image, image])
    assert torch.equal(first, second)
    assert not torch.allclose(first, image, atol=1e-2)


def test_range_and_shape_stay() -> None:
    first, second = FaceAugment()(torch.rand(8, 3, 20, 20), [torch.rand(8, 3, 20, 20)])
    for image in (first, second):
        assert image.shape == (8, 3, 20, 20)
        assert image.min() >= 0
        assert image.max() <= 1


def test_erased_share_is_within_its_bounds() -> None:
    torch.manual_seed(0)
    (image,) = FaceAugment(replace(NOTHING, erase=1.0))(torch.ones(200, 3, 64, 64))
    share = (image[:, 0] == 0.5).float().mean(dim=(1, 2))
    assert share.max() <= 0.16
    assert (share > 0).float().mean() > 0.9


def test_grey_takes_the_colour_of_the_original_alone() -> None:
    """Luma of Rec. 601, as of photographs without colour."""
    image, normalized = torch.rand(4, 3, 16, 16), torch.rand(4, 3, 16, 16)
    first, second = FaceAugment(replace(NOTHING, grey=1.0))(image, [normalized])
    luma = (image * torch.tensor([0.2989, 0.587, 0.114]).view(1, 3, 1, 1)).sum(1, keepdim=True)
    torch.testing.assert_close(first, luma.expand_as(first), atol=1e-5, rtol=0)
    assert torch.equal(second, normalized)


def test_grey_is_a_share_of_the_pictures() -> None:
    torch.manual_seed(0)
    (images,) = FaceAugment(replace(NOTHING, grey=0.35))(torch.rand(400, 3, 4, 4))
    grey = (images.amax(1) - images.amin(1)).amax((1, 2)) < 1e-5
    assert 0.25 < grey.float().mean() < 0.45
