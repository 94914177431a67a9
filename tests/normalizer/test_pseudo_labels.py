"""Labels that a reader of codes gives."""

from contextlib import nullcontext

import numpy as np
import torch
from torch import Tensor

from norface_pl.data.dataset import FaceDataset
from norface_pl.normalizer.generator import PictureReader
from norface_pl.normalizer.invariance import standardize
from norface_pl.normalizer.pseudo_labels import relabel, within
from norface_pl.types import Compute
from tests.helpers.two_splits import two_splits

PLAIN = Compute(torch.device("cpu"), nullcontext)


class Brightness(PictureReader):
    """A reader whose features are the mean of every colour."""

    def describe(self, images: Tensor) -> Tensor:
        """(B, 3, H, W) to (B, 3)."""
        return images.mean(dim=(2, 3))


def faces(clips: int) -> tuple[FaceDataset, Tensor]:
    """Clips of 8 frames whose red and green show two labels, each person on another skin."""
    random = np.random.default_rng(clips)
    label = random.random((clips, 8, 2))
    skin = random.random((clips, 1, 3)) * 100
    colour = skin + np.concatenate([100 * label, np.zeros((clips, 8, 1))], axis=2)
    pictures = np.broadcast_to(colour.reshape(-1, 1, 1, 3), (clips * 8, 4, 4, 3)).astype(np.uint8)
    shown = torch.from_numpy(label.reshape(-1, 2)).float()
    clip = torch.arange(clips).repeat_interleave(8)
    keys = [str(number) for number in range(clips * 8)]
    return FaceDataset({"image": pictures}, {"au_detection": shown, "clip": clip}, keys), shown


def agreement(told: Tensor, shown: Tensor) -> float:
    """Mean correlation of the labels."""
    return float((standardize(told) * standardize(shown)).mean())


def test_within_a_clip() -> None:
    """Clips stand in any order and have any length."""
    values = torch.tensor([[1.0], [5.0], [3.0], [7.0]])
    clip = torch.tensor([4, 2, 4, 4])
    expected = torch.tensor([[1 - 11 / 3], [0.0], [3 - 11 / 3], [7 - 11 / 3]])
    torch.testing.assert_close(within(values, clip), expected)


def test_a_missing_label_costs_no_other_label() -> None:
    """Its mean is that of the known ones; where nobody has it, nothing is told."""
    nan = torch.nan
    values = torch.tensor([[1.0, nan], [nan, nan], [3.0, nan]])
    expected = torch.tensor([[-1.0, 0.0], [0.0, 0.0], [1.0, 0.0]])
    assert torch.equal(within(values, torch.zeros(3, dtype=torch.long)), expected)
    labelled, _ = faces(10)
    others, shown = faces(40)
    labelled.columns["au_detection"][:, 1] = nan
    labelled.columns["au_detection"][::3, 0] = nan
    reader = Brightness(3)
    reader.read = torch.nn.Identity()  # type: ignore[assignment]
    judge = torch.nn.Linear(3, 2)
    torch.nn.init.zeros_(judge.weight)
    new = relabel(reader, judge, two_splits(labelled, others), torch.zeros(len(others), 2), PLAIN)
    assert new.isfinite().all()
    assert agreement(new[:, :1], shown[:, :1]) > 0.85
    assert new[:, 1].abs().max() < 1e-3


def test_labels_come_nearer_to_the_truth() -> None:
    """What labelled people teach about the features mends a teacher that sees half of it."""
    torch.manual_seed(0)
    labelled, _ = faces(10)
    others, shown = faces(40)
    seen = standardize(standardize(shown) + torch.randn_like(shown))
    judge = torch.nn.Linear(3, 2)
    torch.nn.init.zeros_(judge.weight)
    reader = Brightness(3)
    reader.read = torch.nn.Identity()  # type: ignore[assignment]
    new = relabel(reader, judge, two_splits(labelled, others), seen, PLAIN)
    assert agreement(seen, shown) < 0.75
    assert agreement(new, shown) > 0.88
    torch.testing.assert_close(new.std(0, correction=0), torch.ones(2), atol=1e-3, rtol=0)
    # A judge that tells the opposite of the truth counts as much as each of the others.
    judge.weight.data = -torch.eye(2, 3)
    assert agreement(relabel(reader, judge, two_splits(labelled, others), seen, PLAIN), shown) < 0.7
