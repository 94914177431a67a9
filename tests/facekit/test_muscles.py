"""Each action unit moves the landmarks that it should, on its own side."""

import numpy as np
import pytest

from norface_pl.facekit.muscles import COLUMN, SHAPES_OF, express, shape_weights
from norface_pl.facekit.shapes import load_shapes
from norface_pl.labels import FACEKIT_AUS
from tests.helpers.facekit import write_shapes

# AU -> (landmark in the left half of the picture, axis, direction); x goes right, y down.
MOVES = {
    1: (21, 1, -1),
    2: (18, 1, -1),
    4: (19, 1, 1),
    5: (37, 1, -1),
    7: (41, 1, -1),
    10: (50, 1, -1),
    12: (48, 1, -1),
    14: (48, 0, -1),
    15: (48, 1, 1),
    17: (57, 1, -1),
    20: (48, 0, -1),
    25: (66, 1, 1),
    26: (8, 1, 1),
    43: (37, 1, 1),
}


@pytest.fixture(scope="module")
def shapes(tmp_path_factory):
    return load_shapes(write_shapes(tmp_path_factory.mktemp("shapes") / "facekit.npz"))


def moved(shapes, au, left=5.0, right=5.0):
    aus = np.zeros((2, len(FACEKIT_AUS)))
    aus[:, COLUMN[au]] = left, right
    if au == 26:
        aus[:, COLUMN[25]] = 5
    head = express(shapes, shapes.neutral, shape_weights(aus))
    return (head - shapes.neutral)[shapes.landmarks]


def test_every_action_unit_has_its_shapes(shapes):
    assert set(SHAPES_OF) == set(FACEKIT_AUS)
    for au in FACEKIT_AUS:
        assert np.abs(moved(shapes, au)).max() > 0.05


@pytest.mark.parametrize(("au", "where"), MOVES.items())
def test_an_action_unit_moves_its_landmark(shapes, au, where):
    landmark, axis, direction = where
    assert moved(shapes, au)[landmark, axis] * direction > 0.1


def test_the_left_half_of_the_picture_moves_alone_and_mirrors_the_right(shapes):
    left, right = moved(shapes, 12, 5, 0), moved(shapes, 12, 0, 5)
    assert left[48, 1] < -0.5 < abs(left[54, 1]) + 0.5
    assert np.abs(left[54]).max() < 0.05
    # Left and right corner of the mouth are mirror images.
    assert np.allclose(left[48], right[54] * (-1, 1, 1), atol=2e-3)


def test_lips_stay_closed_behind_a_dropped_jaw_without_au_25():
    aus = np.zeros((2, len(FACEKIT_AUS)))
    aus[:, COLUMN[26]] = 5
    closed = shape_weights(aus)
    aus[:, COLUMN[25]] = 5
    assert closed["mouthClose"] == closed["jawOpen"]
    assert "mouthClose" not in shape_weights(aus)


def test_eyes_look_where_they_are_asked_to():
    weights = shape_weights(np.zeros((2, len(FACEKIT_AUS))), (0.5, -0.25))
    assert weights == {
        "eyeLookOut_L": 0.5,
        "eyeLookIn_R": 0.5,
        "eyeLookDown_L": 0.25,
        "eyeLookDown_R": 0.25,
    }
