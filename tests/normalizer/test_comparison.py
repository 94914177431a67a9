"""What the comparison teacher learns, and what it says of clips."""

from contextlib import nullcontext
from functools import partial
from pathlib import Path

import numpy as np
import torch
from torch import nn

from norface_pl.data.dataset import FaceDataset
from norface_pl.normalizer.comparison import (
    amounts,
    compare,
    compared,
    frames_by_clip,
    train_comparison,
)
from norface_pl.normalizer.teacher_networks import ComparisonTeacher
from norface_pl.types import Compute
from tests.helpers.two_splits import two_splits

CPU = torch.device("cpu")
PLAIN = Compute(CPU, nullcontext)


class Brightness(nn.Module):
    """Compares the mean brightness of two pictures."""

    def forward(self, images: torch.Tensor, references: torch.Tensor) -> torch.Tensor:
        return (images.mean((1, 2, 3)) - references.mean((1, 2, 3)))[:, None]


def faces(levels: list[int], clip: list[int], label: torch.Tensor) -> FaceDataset:
    """Plain grey pictures."""
    pictures = np.stack([np.full((16, 16, 3), level, np.uint8) for level in levels])
    columns = {"au_detection": label, "clip": torch.tensor(clip)}
    return FaceDataset({"image": pictures}, columns, [str(n) for n in range(len(levels))])


def test_amounts_of_all_three_tasks() -> None:
    """Occurrences stay, intensities are scaled, classes become one-hot; missing is NaN."""
    assert amounts(torch.tensor([[1.0, 0.0]])).tolist() == [[1.0, 0.0]]
    assert torch.allclose(amounts(torch.tensor([[5.0, 1.0]])), torch.tensor([[1.0, 0.2]]))
    classes = amounts(torch.tensor([2, -1]))
    assert classes[0].tolist() == [0.0, 0.0, 1.0]
    assert classes[1].isnan().all()


def test_frames_stand_by_their_clip_in_their_order() -> None:
    """Clips need not lie together."""
    assert [f.tolist() for f in frames_by_clip(torch.tensor([4, 2, 4, 2, 4]))] == [
        [1, 3],
        [0, 2, 4],
    ]


def test_every_frame_is_compared_with_the_frames_of_its_own_clip() -> None:
    """A brighter clip is no brighter frame; results stand in the order of the data set."""
    data = faces([51, 204, 102, 204], [0, 1, 0, 1], torch.zeros(4, 1))
    seen = compare(Brightness(), data, PLAIN).flatten()  # type: ignore[arg-type]
    # Of two frames one is compared with the other and with itself.
    assert torch.allclose(seen, torch.tensor([-0.1, 0.0, 0.1, 0.0]), atol=2e-3)


def test_learns_a_difference_from_pairs_of_one_clip() -> None:
    """Levels differ between clips, the label between the frames: only the latter is told."""
    torch.manual_seed(0)
    levels = [base + step for base in (40, 90, 140, 190) for step in (0, 30)]
    label = torch.tensor([[0.0], [1.0]]).repeat(4, 1)
    data = faces(levels, [0, 0, 1, 1, 2, 2, 3, 3], label)
    teacher = ComparisonTeacher(1, channels=(8, 8), dropout=0.0)
    train_comparison(teacher, data, 60, PLAIN, seed=0)
    seen = compare(teacher, data, PLAIN).flatten()
    assert (seen[1::2] - seen[::2] > 0.5).all()


def test_missing_labels_do_not_break_it() -> None:
    """A label that is missing everywhere leaves finite weights."""
    data = faces([10, 20, 30, 40], [0, 0, 1, 1], torch.full((4, 1), torch.nan))
    data.columns["au_detection"][0] = 1.0
    teacher = ComparisonTeacher(1, channels=(8, 8))
    train_comparison(teacher, data, 2, PLAIN, seed=0)
    assert all(weight.isfinite().all() for weight in teacher.parameters())


def test_what_was_compared_is_kept_and_depend_on_the_seed_alone(tmp_path: Path) -> None:
    """What was drawn from the seed before does not matter, and nothing is drawn from it."""
    label = torch.tensor([[0.0], [1.0]]).repeat(2, 1)
    data = faces([40, 70, 140, 170], [0, 0, 1, 1], label)
    torch.manual_seed(3)
    first = compared(two_splits(data, data, tmp_path, ""), 1, 2, PLAIN)
    after = torch.rand(1)
    torch.manual_seed(3)
    assert torch.equal(torch.rand(1), after)
    assert torch.equal(compared(two_splits(data, data, None, ""), 1, 2, PLAIN), first)
    (kept,) = tmp_path.iterdir()
    torch.save(first + 1, kept)
    assert torch.equal(compared(two_splits(data, data, tmp_path, ""), 1, 2, PLAIN), first + 1)
    for other in (
        lambda: compared(two_splits(data, data, tmp_path, ""), 1, 3, PLAIN),
        lambda: compared(two_splits(data, data, tmp_path, "other pictures"), 1, 2, PLAIN),
        lambda: compared(
            two_splits(faces([40, 70, 140, 170], [0, 0, 1, 1], 1 - label), data, tmp_path, ""),
            1,
            2,
            PLAIN,
        ),
    ):
        assert not torch.equal(other(), first + 1)
    torch.manual_seed(4)
    assert not torch.equal(compared(two_splits(data, data, tmp_path, ""), 1, 2, PLAIN), first + 1)
    assert len(list(tmp_path.iterdir())) == 5


def test_it_computes_in_the_precision_that_it_is_given() -> None:
    """The teacher follows the trainer: nothing of it runs outside of the given context."""
    data = faces([51, 204, 102, 204], [0, 0, 1, 1], torch.tensor([[0.0], [1.0], [0.0], [1.0]]))
    seen = []

    class Watched(ComparisonTeacher):
        def forward(self, images: torch.Tensor, references: torch.Tensor) -> torch.Tensor:
            seen.append(torch.is_autocast_enabled("cpu"))
            return super().forward(images, references)

    half = partial(torch.autocast, "cpu", torch.bfloat16)
    for precision, expected in ((half, True), (nullcontext, False)):
        seen.clear()
        teacher = Watched(1)
        train_comparison(teacher, data, 2, Compute(CPU, precision), seed=0)
        compare(teacher, data, Compute(CPU, precision))
        assert set(seen) == {expected}
