"""Probes find what is there and nothing else."""

import pytest
import torch

from norface_pl.probes.linear import pooled
from norface_pl.probes.probe import (
    ProbeFaces,
    Probes,
    au_probe,
    early_frames,
    identity_probe,
)


def faces(features: torch.Tensor, label: torch.Tensor, people: int) -> ProbeFaces:
    """Two clips per person, one after the other."""
    count = len(features)
    subject = torch.arange(count) % people
    clip = 2 * subject + (torch.arange(count) // people) % 2
    return ProbeFaces(features, label, subject, clip, torch.arange(count))


def test_probes_read_what_the_features_tell() -> None:
    """Labels and person that are linear in the features are read almost perfectly."""
    torch.manual_seed(0)
    signature = torch.randn(6, 8) * 3
    x = torch.randn(600, 12)
    x[:, 4:] += signature[torch.arange(600) % 6]
    known = faces(x[:300], (x[:300, :2] > 0).float(), 6)
    new = faces(x[300:], (x[300:, :2] > 0).float(), 6)
    assert au_probe(known, new) > 0.95
    assert identity_probe(new) > 0.95


def test_probes_read_nothing_from_noise() -> None:
    """Features that tell nothing give chance."""
    torch.manual_seed(0)
    noise = [torch.randn(600, 12) for _ in range(2)]
    made = [faces(x, (torch.rand(600, 2) > 0.5).float(), 6) for x in noise]
    assert identity_probe(made[1]) == pytest.approx(1 / 6, abs=0.08)
    assert au_probe(*made) == pytest.approx(0.5, abs=0.12)


def test_missing_labels_do_not_count() -> None:
    """NaN labels change neither the fit nor the score."""
    torch.manual_seed(0)
    x = torch.randn(400, 4)
    label = (x[:, :1] > 0).float()
    label[::2] = torch.nan
    assert au_probe(faces(x[:200], label[:200], 4), faces(x[200:], label[200:], 4)) > 0.95


def test_collects_by_picture_and_pools() -> None:
    """Every picture gets its probes; a constant picture has no spread."""
    assert pooled(torch.full((2, 3, 64, 64), 0.25)).unique().tolist() == [0.25]
    torch.manual_seed(0)
    probes = Probes()
    for seen in (False, True):
        batch = {
            "au_detection": (torch.rand(16, 2) > 0.5).float(),
            "subject": torch.arange(16) // 8,
            "clip": torch.arange(16) // 4,
            "frame": torch.arange(16) % 4,
            "image": torch.rand(16, 3, 16, 16),
        }
        probes.add(batch, torch.zeros(16, 3, 16, 16), seen)
    values = probes.compute()
    assert set(values) == {
        f"{probe}/{name}"
        for probe in ("au_probe", "identity_probe", "spread")
        for name in ("original", "normalized")
    }
    assert values["spread/normalized"] == 0
    assert values["spread/original"] > 0.1


def test_the_first_half_of_every_clip_is_early() -> None:
    """Whatever the order of the frames; the middle of an odd clip belongs to the first half."""
    clip = torch.tensor([0, 1, 0, 1, 0, 1, 1])
    frame = torch.tensor([4, 0, 0, 6, 2, 2, 4])
    assert early_frames(clip, frame).tolist() == [False, True, True, False, True, True, False]
