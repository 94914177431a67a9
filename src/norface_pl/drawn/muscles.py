"""What each action unit does to the drawn face: displacements of control points and folds.

Directions and companions (which fold goes with which AU) follow the FACS descriptions
(Ekman, Friesen & Hager 2002); the millimetres are ours, chosen so that an intensity of 5 is a
maximal contraction and an intensity of 2 can be seen in a 64 px crop.
"""

from functools import cache

import numpy as np
from numpy.typing import NDArray

from norface_pl.drawn.anatomy import Move, neutral
from norface_pl.labels import SYNTHETIC_AUS

# Displacement (dx, dy) in millimetres at intensity 5, of all points of some groups or point by
# point. Of the right half (dx > 0 is away from the midline), or on the midline (of both sides).
MOVES: dict[tuple[int, str], Move] = {
    (1, "brow_top brow_bottom"): [(0, -12), (0, -9), (0, -4), (0, 0), (0, 0)],
    (1, "forehead_1 forehead_2"): (0, -2),
    (2, "brow_line"): (0, -4),
    (2, "brow_top brow_bottom"): [(0, 0), (0, -2), (0, -8), (0, -12), (0, -11)],
    (2, "crease"): (0, -1.5),
    (4, "brow_top brow_bottom"): [(-5, 8), (-5, 7), (-3, 5), (-2, 3), (0, 1)],
    (4, "lid_upper"): [(0, 0), (0, 0.8), (0, 0.8), (0, 0.5), (0, 0)],
    (5, "lid_upper"): [(0, 0), (0, -4), (0, -6), (0, -4.5), (0, -0.5)],
    (5, "crease"): [(0, 0), (0, -2), (0, -3), (0, -2), (0, 0)],
    (6, "lid_lower"): [(0, 0), (0, -2), (0, -3), (0, -3), (0, 0)],
    (6, "lid_upper"): [(0, 0), (0, 0.5), (0, 1), (0, 1.5), (0, 1)],
    (6, "bag"): (0, -3),
    (6, "cheek"): (0, -6),
    (6, "brow_top brow_bottom"): [(0, 0), (0, 0), (0, 0.5), (0, 2), (0, 3)],
    (7, "lid_lower"): [(0, 0), (0, -3.5), (0, -4), (0, -3), (0, 0)],
    (7, "lid_upper"): [(0, 0), (0, 1.5), (0, 2), (0, 1.5), (0, 0)],
    (9, "wing"): (0, -5),
    (9, "nostril"): (1, -3),
    (9, "lip_top nose_base"): (0, -3),
    (9, "brow_top brow_bottom"): [(-2, 5), (-1, 3), (0, 1), (0, 0), (0, 0)],
    (9, "nasolabial"): [(0, -4), (0, -2), (0, 0), (0, 0)],
    (9, "nose_tip lip_top_m"): (0, -2),
    (10, "lip_top"): [(0, -6), (1, -7)],
    (10, "inner_top press lip_top_m inner_top_m"): (0, -5),
    (10, "nasolabial"): [(2, -5), (4, -5), (4, -3), (0, 0)],
    (10, "wing"): (1.5, -2),
    (12, "corner"): (10, -10),
    (12, "lip_top"): [(1, 0), (5, -3)],
    (12, "lip_bottom"): (5, -2.5),
    (12, "inner_top inner_bottom"): (4, -2.5),
    (12, "nasolabial"): [(1, -1), (4, -4), (8, -5), (9, -4)],
    (12, "cheek"): (1, -5),
    (12, "dimple"): (9, -8),
    (12, "marionette"): (9, -7),
    (12, "inner_top_m inner_bottom_m"): (0, 0.5),
    (14, "corner"): (-2, 0.5),
    (14, "dimple"): (-3, 0),
    (15, "corner"): (1, 9),
    (15, "lip_top"): [(0, 0), (0, 2)],
    (15, "lip_bottom"): (0, 3),
    (15, "inner_top inner_bottom"): (0, 2.5),
    (15, "marionette"): (0, 2),
    (15, "dimple"): (0, 4),
    (15, "lip_bottom_m"): (0, 0.5),
    (17, "lip_bottom"): (0, -5),
    (17, "inner_bottom inner_top"): (0, -2.5),
    (17, "lip_top"): [(0, -2), (0, -1)],
    (17, "corner"): (0, 2),
    (17, "outline"): [(0, 0)] * 8 + [(0, -2), (0, -5)],
    (17, "lip_bottom_m outline_chin"): (0, -6),
    (17, "inner_bottom_m inner_top_m chin_line under_lip"): (0, -4),
    (17, "lip_top_m"): (0, -3),
    (20, "corner"): (12, 3),
    (20, "lip_top"): [(1, 1), (6, 1)],
    (20, "lip_bottom"): (5, -1),
    (20, "inner_top inner_bottom"): (5, 1),
    (20, "dimple"): (10, 2),
    (20, "marionette"): (10, 1),
    (20, "nasolabial"): [(0, 0), (1, 0), (4, 0), (7, 0)],
    (20, "lip_top_m"): (0, 1),
    (20, "lip_bottom_m"): (0, -1.5),
    (23, "corner"): (-6, 0),
    (23, "lip_top"): [(-1, 4), (-4, 3)],
    (23, "lip_bottom"): (-3, -4),
    (23, "inner_top inner_bottom"): (-3, 0),
    (23, "lip_top_m"): (0, 4),
    (23, "lip_bottom_m"): (0, -5),
    (24, "lip_top"): [(0, 6), (0, 4)],
    (24, "lip_bottom"): (0, -7),
    (24, "corner"): (-1, 0),
    (24, "press"): (0, 2),
    (24, "lip_top_m"): (0, 5),
    (24, "lip_bottom_m"): (0, -8),
    (24, "under_lip"): (0, -3),
    (25, "inner_top"): (0, -2.5),
    (25, "lip_top"): [(0, -2), (0, -1)],
    (25, "inner_bottom"): (0, 6),
    (25, "lip_bottom lip_bottom_m"): (0, 5),
    (25, "inner_top_m"): (0, -3),
    (25, "lip_top_m"): (0, -2),
    (25, "inner_bottom_m"): (0, 7),
    (26, "inner_bottom lip_bottom"): (0, 15),
    (26, "corner"): (-2, 4),
    (26, "marionette"): (-1, 5),
    (26, "outline"): [(0, 0)] * 6 + [(0, 3), (-1, 9), (-1, 14), (0, 17)],
    (26, "inner_bottom_m lip_bottom_m"): (0, 17),
    (26, "outline_chin"): (0, 18),
    (26, "chin_line under_lip"): (0, 16),
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
    for (au, groups), move in MOVES.items():
        anatomy.add(basis[:, SYNTHETIC_AUS.index(au), :, :2], groups, move)
    return basis
