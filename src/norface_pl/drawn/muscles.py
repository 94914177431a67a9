"""What each action unit does to the drawn face: displacements of control points and folds.

Directions and companions (which fold goes with which AU) follow the FACS descriptions
(Ekman, Friesen & Hager 2002); the millimetres are ours, chosen so that an intensity of 5 is a
maximal contraction and an intensity of 2 can be seen in a 64 px crop.
"""

from collections.abc import Sequence
from functools import cache

import numpy as np
from numpy.typing import NDArray

from norface_pl.drawn.anatomy import neutral
from norface_pl.labels import SYNTHETIC_AUS

Move = dict[str, tuple[float, float] | Sequence[tuple[float, float]]]

# Displacement (dx, dy) in millimetres at intensity 5, per group of the right half (dx > 0 is
# away from the midline) or per point of it.
HALF_MOVES: dict[int, Move] = {
    1: {
        "brow_top": [(0, -12), (0, -9), (0, -4), (0, 0), (0, 0)],
        "brow_bottom": [(0, -12), (0, -9), (0, -4), (0, 0), (0, 0)],
    },
    2: {
        "brow_line": (0, -4),
        "brow_top": [(0, 0), (0, -2), (0, -8), (0, -12), (0, -11)],
        "brow_bottom": [(0, 0), (0, -2), (0, -8), (0, -12), (0, -11)],
        "crease": (0, -1.5),
    },
    4: {
        "brow_top": [(-5, 8), (-5, 7), (-3, 5), (-2, 3), (0, 1)],
        "brow_bottom": [(-5, 8), (-5, 7), (-3, 5), (-2, 3), (0, 1)],
        "lid_upper": [(0, 0), (0, 0.8), (0, 0.8), (0, 0.5), (0, 0)],
    },
    5: {
        "lid_upper": [(0, 0), (0, -4), (0, -6), (0, -4.5), (0, -0.5)],
        "crease": [(0, 0), (0, -2), (0, -3), (0, -2), (0, 0)],
    },
    6: {
        "lid_lower": [(0, 0), (0, -2), (0, -3), (0, -3), (0, 0)],
        "lid_upper": [(0, 0), (0, 0.5), (0, 1), (0, 1.5), (0, 1)],
        "bag": (0, -3),
        "cheek": (0, -6),
        "brow_top": [(0, 0), (0, 0), (0, 0.5), (0, 2), (0, 3)],
        "brow_bottom": [(0, 0), (0, 0), (0, 0.5), (0, 2), (0, 3)],
    },
    7: {
        "lid_lower": [(0, 0), (0, -3.5), (0, -4), (0, -3), (0, 0)],
        "lid_upper": [(0, 0), (0, 1.5), (0, 2), (0, 1.5), (0, 0)],
    },
    9: {
        "wing": (0, -5),
        "nostril": (1, -3),
        "lip_top": (0, -3),
        "brow_top": [(-2, 5), (-1, 3), (0, 1), (0, 0), (0, 0)],
        "brow_bottom": [(-2, 5), (-1, 3), (0, 1), (0, 0), (0, 0)],
        "nasolabial": [(0, -4), (0, -2), (0, 0), (0, 0)],
    },
    10: {
        "lip_top": [(0, -6), (1, -7)],
        "inner_top": (0, -5),
        "nasolabial": [(2, -5), (4, -5), (4, -3), (0, 0)],
        "wing": (1.5, -2),
        "press": (0, -5),
    },
    12: {
        "corner": (10, -10),
        "lip_top": [(1, 0), (5, -3)],
        "lip_bottom": (5, -2.5),
        "inner_top": (4, -2.5),
        "inner_bottom": (4, -2.5),
        "nasolabial": [(1, -1), (4, -4), (8, -5), (9, -4)],
        "cheek": (1, -5),
        "dimple": (9, -8),
        "marionette": (9, -7),
    },
    14: {"corner": (-2, 0.5), "dimple": (-3, 0)},
    15: {
        "corner": (1, 9),
        "lip_top": [(0, 0), (0, 2)],
        "lip_bottom": (0, 3),
        "inner_top": (0, 2.5),
        "inner_bottom": (0, 2.5),
        "marionette": (0, 2),
        "dimple": (0, 4),
    },
    17: {
        "lip_bottom": (0, -5),
        "inner_bottom": (0, -2.5),
        "inner_top": (0, -2.5),
        "lip_top": [(0, -2), (0, -1)],
        "corner": (0, 2),
        "outline": [(0, 0)] * 8 + [(0, -2), (0, -5)],
    },
    20: {
        "corner": (12, 3),
        "lip_top": [(1, 1), (6, 1)],
        "lip_bottom": (5, -1),
        "inner_top": (5, 1),
        "inner_bottom": (5, 1),
        "dimple": (10, 2),
        "marionette": (10, 1),
        "nasolabial": [(0, 0), (1, 0), (4, 0), (7, 0)],
    },
    23: {
        "corner": (-6, 0),
        "lip_top": [(-1, 4), (-4, 3)],
        "lip_bottom": (-3, -4),
        "inner_top": (-3, 0),
        "inner_bottom": (-3, 0),
    },
    24: {"lip_top": [(0, 6), (0, 4)], "lip_bottom": (0, -7), "corner": (-1, 0), "press": (0, 2)},
    25: {
        "inner_top": (0, -2.5),
        "lip_top": [(0, -2), (0, -1)],
        "inner_bottom": (0, 6),
        "lip_bottom": (0, 5),
    },
    26: {
        "inner_bottom": (0, 15),
        "lip_bottom": (0, 15),
        "corner": (-2, 4),
        "marionette": (-1, 5),
        "outline": [(0, 0)] * 6 + [(0, 3), (-1, 9), (-1, 14), (0, 17)],
    },
}
# The same for groups on the midline, at intensity 5 on both sides.
MIDDLE_MOVES: dict[int, Move] = {
    1: {"forehead_1": (0, -2), "forehead_2": (0, -2)},
    9: {"nose_tip": (0, -2), "nose_base": (0, -3), "lip_top_m": (0, -2)},
    10: {"lip_top_m": (0, -5), "inner_top_m": (0, -5)},
    12: {"inner_top_m": (0, 0.5), "inner_bottom_m": (0, 0.5)},
    15: {"lip_bottom_m": (0, 0.5)},
    17: {
        "lip_bottom_m": (0, -6),
        "inner_bottom_m": (0, -4),
        "inner_top_m": (0, -4),
        "lip_top_m": (0, -3),
        "outline_chin": (0, -6),
        "chin_line": (0, -4),
        "under_lip": (0, -4),
    },
    20: {"lip_top_m": (0, 1), "lip_bottom_m": (0, -1.5)},
    23: {"lip_top_m": (0, 4), "lip_bottom_m": (0, -5)},
    24: {"lip_top_m": (0, 5), "lip_bottom_m": (0, -8), "under_lip": (0, -3)},
    25: {
        "inner_top_m": (0, -3),
        "lip_top_m": (0, -2),
        "inner_bottom_m": (0, 7),
        "lip_bottom_m": (0, 5),
    },
    26: {
        "inner_bottom_m": (0, 17),
        "lip_bottom_m": (0, 17),
        "outline_chin": (0, 18),
        "chin_line": (0, 16),
        "under_lip": (0, 16),
    },
}
# How dark a fold becomes at intensity 5 of an AU, on a scale where 1 is a deep furrow.
FOLDS: dict[str, dict[int, float]] = {
    "forehead_1": {1: 0.8},
    "forehead_2": {1: 0.6},
    "brow_line": {2: 0.8},
    "glabella": {4: 1.0, 9: 0.4},
    "crow_1": {6: 0.9},
    "crow_2": {6: 0.7},
    "crow_3": {6: 0.9},
    "bag": {6: 0.6, 7: 0.7, 9: 0.3},
    "nose_fold_1": {9: 1.0},
    "nose_fold_2": {9: 1.0},
    "nasolabial": {10: 0.7, 12: 0.6, 9: 0.4},
    "dimple": {14: 1.0, 12: 0.2},
    "marionette": {15: 0.7},
    "chin_line": {17: 1.0},
    "under_lip": {17: 0.4, 23: 0.3},
    "press": {24: 0.8},
}


@cache
def displacements() -> NDArray[np.float64]:
    """Displacement of every control point per side and AU.

    Returns:
        (2, A, N, 3) millimetres at intensity 5; side 0 is left in the picture, 1 is right.
        A midline point gets half of its movement from either side.
    """
    anatomy = neutral()
    basis = np.zeros((2, len(SYNTHETIC_AUS), len(anatomy.points), 3))
    for column, au in enumerate(SYNTHETIC_AUS):
        for group, move in HALF_MOVES.get(au, {}).items():
            for side, (suffix, sign) in enumerate((("l", -1.0), ("r", 1.0))):
                where = anatomy.groups[f"{group}_{suffix}"]
                basis[side, column, where, :2] += np.array(move) * (sign, 1.0)
        for group, move in MIDDLE_MOVES.get(au, {}).items():
            basis[:, column, anatomy.groups[group], :2] += np.array(move) / 2
    return basis
