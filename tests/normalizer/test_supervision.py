"""What tells stage 1 the expression of a face, and what it draws."""

from types import SimpleNamespace
from typing import cast

import pytest
import torch
from torch import Tensor

from norface_pl.errors import NorfaceError
from norface_pl.normalizer.invariance import standardize
from norface_pl.normalizer.options import ObjectiveOptions, Pretraining
from norface_pl.normalizer.supervision import Supervision
from norface_pl.types import FaceData
from tests.helpers.small import small_generator

NAN = float("nan")


def data(channels: list[str], pictures: list[str], frames: int = 4, **columns: Tensor) -> FaceData:
    """A data set of what stage 1 asks for."""
    faces = SimpleNamespace(pictures=dict.fromkeys(pictures), columns=columns)
    found = SimpleNamespace(
        dataset={"unlabelled": faces}.__getitem__,
        frames_per_clip=frames,
        teacher_channels=lambda: channels,
    )
    return cast(FaceData, found)


@pytest.mark.parametrize(
    ("faces", "found", "said"),
    [
        (
            data([], ["image"]),
            Supervision((), wanted=False, alone=False),
            "stage 1 learns expressions from a teacher that compares frames of labelled clips, "
            "and to draw from other frames of the same clip",
        ),
        (
            data(["smile", "frown"], ["image"]),
            Supervision(("smile", "frown"), wanted=False, alone=False),
            "stage 1 learns expressions from 2 channels of a teacher, "
            "and to draw from other frames of the same clip",
        ),
        (
            data(["smile", "frown"], ["image"], frames=1),
            Supervision(("smile", "frown"), wanted=False, alone=True),
            "stage 1 learns expressions from 2 channels of a teacher, "
            "and to draw from the picture itself, its target's expression hidden",
        ),
        (
            # Whatever stands next to each other: the target person has no clips.
            data(["smile", "frown"], ["image", "wanted"], frames=4),
            Supervision(("smile", "frown"), wanted=True, alone=True),
            "stage 1 learns expressions from 2 channels of a teacher, "
            "and to draw from pictures of the target person with the same expression",
        ),
    ],
    ids=["clips", "clips and teacher", "stills and teacher", "wanted"],
)
def test_what_a_data_set_offers_is_found_and_said(
    faces: FaceData, found: Supervision, said: str
) -> None:
    assert Supervision.of(faces) == found
    assert str(found) == said


def test_readings_of_stills_have_mean_0_and_variance_1_and_stay_unknown() -> None:
    read = torch.tensor([[1.0, 5.0], [NAN, NAN], [3.0, 5.0], [5.0, NAN]])
    taught = Supervision(("a", "b"), wanted=False, alone=True).taught(
        data(["a", "b"], ["image"], 1, teacher=read)
    )
    # 1, 3 and 5 have the variance 8 / 3; a channel that never moves teaches nothing.
    step = 1.5**0.5
    expected = torch.tensor([[-step, 0.0], [NAN, NAN], [0.0, 0.0], [step, NAN]])
    torch.testing.assert_close(taught, expected, equal_nan=True)


def test_readings_of_recordings_are_counted_from_the_low_end_of_their_clip() -> None:
    """Eleven frames: a tenth of them lies at or below the second lowest."""
    low = torch.tensor([[10.0], *([value] for value in (10.0, *range(11, 20)))])
    other = low.flip(0) + 100
    other[0] = NAN
    clip = torch.tensor([0] * 11 + [1] * 11)
    read = torch.cat([low, other])
    taught = Supervision(("a",), wanted=False, alone=False).taught(
        data(["a"], ["image"], teacher=read, clip=clip)
    )
    # What nobody read takes the mean of all, so that it moves the low end little.
    known = torch.where(read.isnan(), read.nanmean(), read)
    above = torch.cat([low - 10, known[11:] - 110])
    assert above[10] == 9
    expected = standardize(above)
    expected[11] = NAN
    torch.testing.assert_close(taught, expected, equal_nan=True)


def check(
    channels: tuple[str, ...], wanted: bool, code: int, weight: float, alone: bool = True
) -> None:
    """A training without pseudo-labels whose code is what a teacher reads."""
    network = small_generator(code_dim=code)
    losses = ObjectiveOptions(distillation=weight, code_is_reading=True)
    supervision = Supervision(channels, wanted=wanted, alone=alone)
    supervision.check(network, losses, Pretraining(pseudo_label_rounds=0))


def test_a_code_can_be_the_reading_where_pictures_show_it() -> None:
    check(("a", "b"), True, 2, 1.0)


@pytest.mark.parametrize(
    ("channels", "wanted", "code", "weight", "says"),
    [
        ((), True, 1, 1.0, "needs readings of a teacher"),
        (("a",), False, 1, 1.0, "pictures of the target person"),
        (("a",), True, 1, 0.0, "objective.distillation"),
        (("a", "b"), True, 3, 1.0, "set generator.code_dim to 2, it is 3"),
    ],
)
def test_a_code_that_cannot_be_the_reading_is_refused(
    channels: tuple[str, ...], wanted: bool, code: int, weight: float, says: str
) -> None:
    with pytest.raises(NorfaceError, match=says):
        check(channels, wanted, code, weight, alone=False)
