"""Convolutional probes learn what is there, the same every time."""

import torch
from torch.nn import functional as F

from norface_pl.probes.conv import ConvTraining, FeatureDistance, fit_conv, read_conv
from norface_pl.probes.linear import explained


def bars(count: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Pictures with a bright column; how far right of the middle it stands, (count, 1)."""
    place = torch.randint(2, 14, (count,))
    pictures = torch.randint(0, 60, (count, 3, 16, 16), dtype=torch.uint8)
    pictures[torch.arange(count), :, :, place] = 255
    return pictures, (place[:, None] - 7.5) / 4


def test_reads_places_of_pictures_never_seen() -> None:
    """A mirrored picture has the opposite place, which the probe is told."""
    (known, place), (new, truth) = bars(300), bars(100)
    network = fit_conv(known, place, 1, F.mse_loss, ConvTraining(40), mirrored=-place)
    assert explained(read_conv(network, new), truth) > 0.6
    ignorant = fit_conv(known, place, 1, F.mse_loss, ConvTraining(40), mirrored=place)
    assert explained(read_conv(ignorant, new), truth) < 0.3


def test_equal_settings_give_equal_probes_and_leave_no_trace() -> None:
    known, place = bars(60)
    state = torch.random.get_rng_state()
    first, again, other = (
        read_conv(fit_conv(known, place, 1, F.mse_loss, ConvTraining(3, seed)), known)
        for seed in (0, 0, 1)
    )
    assert torch.equal(first, again)
    assert not torch.equal(first, other)
    assert torch.equal(state, torch.random.get_rng_state())


def test_feature_distance_grows_with_the_difference() -> None:
    distance = FeatureDistance()
    truth = torch.rand(4, 3, 32, 32)
    near, far = (truth + size * torch.randn_like(truth) for size in (0.02, 0.2))
    assert distance(truth, truth) == 0
    assert 0 < distance(near, truth) < distance(far, truth)
    assert FeatureDistance()(far, truth) == distance(far, truth)
