"""The neutral drawn face: named groups of 3-D control points in millimetres.

Axes: x to the right of the picture, y down, z towards the viewer; the origin lies between the
eyes. Sizes follow an average adult (63 mm between the pupils). Groups that end in ``_l`` and
``_r`` are the halves left and right in the picture; everything is built from the right half.
"""

from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Points = NDArray[np.float64]
Move = tuple[float, ...] | Sequence[tuple[float, ...]]

# Right half only (x > 0): name -> (x, y, z) per point.
HALVES: dict[str, Sequence[tuple[float, float, float]]] = {
    "brow_top": [(13, -25, 8), (23, -31, 8), (34, -33, 6), (44, -31, 0), (53, -24, -9)],
    "brow_bottom": [(13, -18, 8), (23, -23, 8), (34, -26, 6), (44, -25, 0), (53, -23, -9)],
    "lid_upper": [(16, 1, 0), (23, -4.5, 3), (31.5, -6.5, 4), (40, -4.5, 1), (47, -1, -5)],
    "lid_lower": [(16, 1, 0), (23, 4, 3), (31.5, 5.5, 4), (40, 4, 1), (47, -1, -5)],
    "crease": [(16, -3, 0), (23, -9.5, 3), (31.5, -11.5, 4), (40, -9.5, 1), (48, -4, -5)],
    "iris": [(31.5, -0.5, 5)],
    "bag": [(19, 10, 2), (30, 14, 4), (43, 10, 0)],
    "crow_1": [(52, -4, -8), (61, -10, -16)],
    "crow_2": [(53, 0, -8), (63, 0, -17)],
    "crow_3": [(52, 4, -8), (61, 9, -15)],
    "nasolabial": [(18, 40, 8), (26, 50, 8), (32, 62, 5), (33, 74, 3)],
    "nose_fold_1": [(5, 8, 12), (13, 4, 7)],
    "nose_fold_2": [(5, 15, 14), (14, 12, 7)],
    "wing": [(11, 35, 16), (17, 39, 10), (18, 46, 9), (11, 49, 14)],
    "nostril": [(7, 48.5, 18)],
    "bridge": [(9, -10, 6), (6, 8, 12), (8, 26, 19)],
    "lip_top": [(6, 63, 14), (15, 66, 11)],
    "lip_bottom": [(12, 80, 11)],
    "inner_top": [(13, 71, 11)],
    "inner_bottom": [(13, 71.6, 11)],
    "corner": [(25, 71, 3)],
    "dimple": [(31, 65, 2), (34, 71, 0), (31, 77, 1)],
    "marionette": [(26, 75, 3), (31, 83, 1), (32, 89, 0)],
    "brow_line": [(30, -43, 4), (42, -42, -4), (53, -37, -14)],
    "glabella": [(5, -30, 10), (4, -17, 10)],
    "press": [(4, 60, 12), (16, 61, 9)],
    "cheek": [(36, 30, 3), (50, 32, -10), (44, 48, -6)],
    "outline": [(25, -88, -38), (48, -78, -44), (63, -55, -52), (70, -28, -58), (71, 0, -60)]
    + [(69, 25, -56), (64, 50, -46), (54, 76, -30), (40, 96, -14), (22, 110, -3)],
    "ear": [(70, -8, -64), (80, -10, -72), (81, 8, -72), (76, 24, -68), (69, 28, -62)],
}
MIDDLE: dict[str, Sequence[tuple[float, float, float]]] = {
    "forehead_1": [(-22, -45, 6), (-8, -47, 9), (8, -47, 9), (22, -45, 6)],
    "forehead_2": [(-20, -51, 4), (-7, -53, 7), (7, -53, 7), (20, -51, 4)],
    "nose_tip": [(0, 42, 28)],
    "nose_base": [(-6, 51, 18), (0, 53, 20), (6, 51, 18)],
    "lip_top_m": [(0, 65.5, 14)],
    "lip_bottom_m": [(0, 82, 13)],
    "inner_top_m": [(0, 71, 13)],
    "inner_bottom_m": [(0, 71.6, 13)],
    "chin_line": [(-13, 97, 8), (0, 91, 11), (13, 97, 8)],
    "under_lip": [(-12, 87, 9), (0, 88.5, 10), (12, 87, 9)],
    "outline_top": [(0, -91, -36)],
    "outline_chin": [(0, 114, 1)],
}


class Anatomy(NamedTuple):
    """All control points in one array, with the slice that each group occupies."""

    points: Points
    groups: dict[str, slice]

    def add(self, moved: Points, names: str, move: Move) -> None:
        """Add a displacement of some groups to those of all points, (2, N, 2 or 3) left and right.

        Args:
            moved: is changed; a midline point gets half of its movement from either side.
            names: groups with blanks between, of the midline or of the right half.
            move: (dx, dy) or (dx, dy, dz) in millimetres, or one per point.
        """
        mirror = (-1.0, *[1.0] * (moved.shape[-1] - 1))
        for name in names.split():
            if name in self.groups:
                moved[:, self.groups[name]] += np.array(move) / 2
                continue
            moved[0, self.groups[f"{name}_l"]] += np.array(move) * mirror
            moved[1, self.groups[f"{name}_r"]] += move


@cache
def neutral() -> Anatomy:
    """Build the neutral face: (N, 3) control points in millimetres and their groups."""
    blocks: dict[str, Points] = {}
    for name, half in HALVES.items():
        blocks[f"{name}_r"] = np.array(half, dtype=np.float64)
        blocks[f"{name}_l"] = blocks[f"{name}_r"] * (-1.0, 1.0, 1.0)
    blocks |= {name: np.array(middle, dtype=np.float64) for name, middle in MIDDLE.items()}
    ends = np.cumsum([len(block) for block in blocks.values()]).tolist()
    groups = {
        name: slice(end - len(block), end)
        for (name, block), end in zip(blocks.items(), ends, strict=True)
    }
    return Anatomy(np.concatenate(list(blocks.values())), groups)
