"""Exact values of stage 1's losses."""

import pytest
import torch

from norface_pl.nn.regions import expressive_regions, outside_face
from norface_pl.normalizer.discriminator import discriminator_loss, generator_loss
from norface_pl.normalizer.invariance import above_baseline, person_correlation, pose_correlation
from norface_pl.normalizer.options import Reconstruction
from norface_pl.normalizer.reconstruction import (
    ReconstructionLoss,
    masked_l1,
    moving_regions,
)


def test_hinge() -> None:
    """Hinge losses by hand, mean over two scales."""
    real, fake = [torch.tensor([2.0, 0.5]), torch.tensor([0.0])], [torch.zeros(2), torch.ones(1)]
    # Scale 1: relu(1 - (2, .5)) = (0, .5) and relu(1 + 0) = 1; scale 2: 1 and 2.
    assert discriminator_loss(real, fake).item() == pytest.approx((0.25 + 1 + 1 + 2) / 2)
    assert generator_loss(fake).item() == pytest.approx(-(0 + 1) / 2)


def test_reconstruction_counts_colours_and_gradients() -> None:
    """A constant error has no gradient; a checkerboard error has twice its size."""
    loss = ReconstructionLoss(8, Reconstruction(0.0, 0.0, 1.0, squared=False))
    truth = torch.zeros(1, 3, 8, 8)
    assert loss(truth + 0.5, truth, truth).item() == pytest.approx(0.5)
    y, x = torch.meshgrid(torch.arange(8), torch.arange(8), indexing="ij")
    checker = (0.1 * ((x + y) % 2 * 2 - 1)).expand(1, 3, 8, 8)
    assert loss(checker, truth, truth).item() == pytest.approx(0.1 + 0.2 + 0.2)
    assert loss(truth, truth, truth).item() == 0
    loss = ReconstructionLoss(8, Reconstruction(0.0, 0.0, 1.0, squared=True))
    assert loss(checker, truth, truth).item() == pytest.approx(0.01 + 0.04 + 0.04)


def test_the_error_of_each_picture_has_the_loss_as_its_mean() -> None:
    """And is the loss of the picture alone."""
    drawn, truth, target = torch.rand(3, 3, 3, 16, 16)
    loss = ReconstructionLoss(16)
    each = loss.of_each(drawn, truth, target)
    assert each.mean().item() == pytest.approx(loss(drawn, truth, target).item())
    alone = [loss(*(part[i : i + 1] for part in (drawn, truth, target))).item() for i in range(3)]
    assert each.tolist() == pytest.approx(alone)


def test_what_moved_weighs_more() -> None:
    """Pixels that differ between truth and target count more; the mean weight stays 1."""
    target = torch.zeros(2, 3, 16, 16)
    truth = target.clone()
    truth[:, :, :4, :4] = 1.0
    weight = moving_regions(truth, target, gain=2.0)
    assert weight.mean((1, 2, 3)).tolist() == pytest.approx([1.0, 1.0])
    assert weight[0, 0, 1, 1] > 5 * weight[0, 0, 12, 12]
    assert moving_regions(target, target, 2.0).unique().tolist() == pytest.approx([1.0])


def test_regions_weigh_eyes_and_mouth_more_than_the_background() -> None:
    """Mean 1; the eyes and the mouth of the template outweigh the corners."""
    weight = expressive_regions(64, gain=8.0)
    assert weight.mean().item() == pytest.approx(1.0, abs=1e-5)
    assert weight[18, 20] > 4 * weight[0, 0]
    assert weight[45, 32] > 4 * weight[63, 0]
    mask = outside_face(64)
    assert mask[0, 0] > 0.9
    assert mask[32, 32] < 0.01


def test_masked_l1() -> None:
    """Only what lies under the mask counts."""
    mask = torch.tensor([[1.0, 0.0], [0.0, 0.0]])
    drawn = torch.tensor([[0.5, 9.0], [9.0, 9.0]]).expand(1, 3, 2, 2)
    assert masked_l1(drawn, torch.zeros(1, 3, 2, 2), mask).item() == pytest.approx(0.5)


def test_person_correlation_is_one_for_a_code_of_the_person_only() -> None:
    """Codes that only tell people apart give 1, codes without the person about 0."""
    torch.manual_seed(0)
    person = torch.randn(40, 1, 3).expand(40, 5, 3).reshape(200, 3)
    assert person_correlation(person, 40).mean().item() == pytest.approx(1.0, abs=1e-3)
    noise = torch.randn(4000, 3)
    assert abs(person_correlation(noise, 400)).max().item() < 0.05


def test_person_correlation_is_unbiased_for_few_frames() -> None:
    """Half person, half expression gives one half, also with two frames per person."""
    torch.manual_seed(0)
    code = torch.randn(20000, 1, 2).expand(-1, 2, -1) + torch.randn(20000, 2, 2)
    value = person_correlation(code.reshape(-1, 2), 20000)
    assert value.tolist() == pytest.approx([0.5, 0.5], abs=0.02)


def test_pose_correlation() -> None:
    """A code that is the yaw correlates with yaw fully and with nothing else."""
    torch.manual_seed(0)
    pose = torch.randn(5000, 3)
    value = pose_correlation(3 * pose[:, :1] + 1, pose)
    assert value.shape == (1, 3)
    assert value[0, 0].item() == pytest.approx(1.0, abs=1e-3)
    assert value[0, 1:].max() < 0.01


def test_penalties_give_finite_gradients_for_a_dead_code() -> None:
    """A constant code dimension is no division by zero."""
    code = torch.zeros(12, 2, requires_grad=True)
    penalty = person_correlation(code, 3).sum() + pose_correlation(code, torch.randn(12, 3)).sum()
    penalty.backward()
    assert code.grad is not None
    assert code.grad.isfinite().all()


def test_changes_are_counted_from_what_a_clip_shows_at_rest() -> None:
    """Each clip's low end is its zero, whatever the order of the frames; unit variance at last."""
    seen = torch.tensor([[10.0], [-7.0], [12.0], [-5.0], [10.0], [-7.0]])
    clip = torch.tensor([5, 9, 5, 9, 5, 9])
    changes = above_baseline(seen, clip)
    low, high = -(0.5**0.5), 2**0.5
    assert changes.flatten().tolist() == pytest.approx([low, low, high, high, low, low], abs=1e-3)
    assert torch.allclose(above_baseline(100 * seen + 3, clip), changes, atol=1e-3)


def test_a_clip_that_is_seldom_at_rest_keeps_its_level() -> None:
    """The baseline is a low quantile: subtracting the mean would hide what lasts."""
    seen = torch.tensor([[0.0], [4.0], [4.0], [4.0], [0.0], [0.0], [0.0], [4.0]])
    clip = torch.tensor([0, 0, 0, 0, 1, 1, 1, 1])
    changes = above_baseline(seen, clip, share=0.0).flatten()
    assert changes[1] == pytest.approx(float(changes[7]))
    assert changes[0] == pytest.approx(float(changes[4]))
