"""Eyeballs turn by the weights of the gaze, each about its own middle."""

from types import SimpleNamespace

import numpy as np
import pytest

from norface_pl.facekit.gaze import ACROSS, ALONG, turn_eyes
from norface_pl.facekit.shapes import EYE, FACE

# The foremost, upmost, lowest, outer and hindmost points of two balls of 1.5 cm, and some skin.
BALL = 1.5 * np.array([(0, 0, 1), (0, -1, 0), (0, 1, 0), (1, 0, 0), (-1, 0, 0), (0, 0, -1)])
MIDDLES = np.array([(-3.0, -2.0, 8.0), (3.0, -2.0, 8.0)])
HEAD = np.vstack([BALL + MIDDLES[0], BALL + MIDDLES[1], [(0, 0, 9)]]).astype(np.float32)
SHAPES = SimpleNamespace(neutral=HEAD, part=np.array([EYE] * 12 + [FACE]))
FRONT = [0, 6]


def turned(**weights):
    head = HEAD.copy()
    turn_eyes(SHAPES, head, weights)
    assert np.array_equal(head[12], HEAD[12])
    return head[FRONT] - MIDDLES


@pytest.mark.parametrize(
    ("weights", "way"),
    [
        ({"eyeLookOut_L": 1.0, "eyeLookIn_R": 1.0}, (np.sin(np.radians(ACROSS)), 0)),
        ({"eyeLookIn_L": 0.5, "eyeLookOut_R": 0.5}, (-np.sin(np.radians(ACROSS / 2)), 0)),
        ({"eyeLookUp_L": 1.0, "eyeLookUp_R": 1.0}, (0, -np.sin(np.radians(ALONG)))),
        ({"eyeLookDown_L": 0.5, "eyeLookDown_R": 0.5}, (0, np.sin(np.radians(ALONG / 2)))),
        ({"jawOpen": 1.0}, (0, 0)),
    ],
)
def test_both_pupils_go_where_the_gaze_goes(weights, way):
    assert turned(**weights)[:, :2] == pytest.approx(1.5 * np.array([way, way]), abs=1e-5)


def test_each_eye_has_its_own_gaze():
    left_of_picture, right_of_picture = turned(eyeLookOut_L=1.0)
    assert left_of_picture == pytest.approx([0, 0, 1.5], abs=1e-5)
    assert right_of_picture[0] > 0.5
