"""Every action unit moves what FACS says it moves."""

import numpy as np
import pytest

from norface_pl.acting.clip import Frame
from norface_pl.drawn.anatomy import neutral
from norface_pl.drawn.geometry import face_points
from norface_pl.drawn.muscles import FOLDS, MOVES, displacements
from norface_pl.drawn.traits import Person
from norface_pl.labels import SYNTHETIC_AUS


def moved(au: int, intensity: float, sides: tuple[int, ...] = (0, 1)) -> dict[str, np.ndarray]:
    """Displacement in mm of every group when one AU acts on the target."""
    aus = np.zeros((2, len(SYNTHETIC_AUS)))
    aus[list(sides), SYNTHETIC_AUS.index(au)] = intensity
    shift = face_points(Person(), Frame(aus)) - face_points(Person(), Frame())
    return {name: shift[where] for name, where in neutral().groups.items()}


@pytest.mark.parametrize(
    ("au", "group", "axis", "sign"),
    [
        (1, "brow_top_r", 1, -1),
        (2, "brow_bottom_l", 1, -1),
        (4, "brow_top_l", 1, 1),
        (5, "lid_upper_r", 1, -1),
        (7, "lid_lower_r", 1, -1),
        (10, "lip_top_m", 1, -1),
        (12, "corner_r", 0, 1),
        (12, "corner_l", 0, -1),
        (12, "corner_r", 1, -1),
        (15, "corner_l", 1, 1),
        (17, "lip_bottom_m", 1, -1),
        (20, "corner_r", 0, 1),
        (23, "corner_r", 0, -1),
        (26, "outline_chin", 1, 1),
    ],
)
def test_direction(au: int, group: str, axis: int, sign: int) -> None:
    """The movement of the group that an AU is named after has the right direction."""
    assert np.sign(moved(au, 5)[group][:, axis].sum()) == sign


def test_movement_is_linear_in_the_intensity_and_bounded_to_its_side() -> None:
    """Half the intensity moves half as far; one side of the face leaves the other alone."""
    full, half = moved(12, 5), moved(12, 2.5)
    assert np.allclose(full["corner_r"], 2 * half["corner_r"])
    assert np.allclose(full["corner_r"][0, :2], (10, -10))
    left = moved(12, 5, sides=(0,))
    assert np.allclose(left["corner_r"], 0)
    assert np.allclose(left["corner_l"], full["corner_l"])


def test_every_au_shows() -> None:
    """Each AU moves points or makes a fold, and the table names only known AUs and groups."""
    for au in SYNTHETIC_AUS:
        column = SYNTHETIC_AUS.index(au)
        assert np.abs(displacements()[:, column]).max() >= 3
    groups = neutral().groups
    for au, names in MOVES:
        assert au in SYNTHETIC_AUS
        assert all(name in groups or f"{name}_l" in groups for name in names.split())
    for fold, causes in FOLDS.items():
        assert fold in groups or f"{fold}_l" in groups
        assert set(causes) <= set(SYNTHETIC_AUS)


def test_lips_and_lids_never_cross() -> None:
    """Even with all AUs at their maximum the upper contours stay above the lower ones."""
    aus = np.full((2, len(SYNTHETIC_AUS)), 5.0)
    points = face_points(Person(), Frame(aus))
    groups = neutral().groups
    for upper, lower in (("lid_upper_l", "lid_lower_l"), ("inner_top_m", "inner_bottom_m")):
        assert (points[groups[upper], 1] <= points[groups[lower], 1] + 1e-9).all()
