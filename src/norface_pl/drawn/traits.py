"""Who is drawn: the traits of a person, sampled from a seed.

Many traits move the very points that action units move (a low brow looks like AU 4, thin lips
look like AU 23 or 24, a wide eye looks like AU 5), and lines that come with age look like folds:
identity confounds action units here as it does in life.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache

import numpy as np
from numpy.typing import NDArray

from norface_pl.drawn.anatomy import Move, neutral

Color = tuple[float, float, float]

BROW = "brow_top brow_bottom"
LIDS = "lid_upper lid_lower crease"
EYE = f"{LIDS} iris bag"
INNER = "lip_bottom inner_top inner_bottom"
MOUTH = f"lip_top {INNER} corner dimple marionette press nasolabial"
MOUTH_M = "lip_top_m lip_bottom_m inner_top_m inner_bottom_m"

# name -> [(groups, (dx, dy, dz) or one per point)]: millimetres at one standard deviation, for
# the right half (dx > 0 is away from the midline) or for a midline group.
GEOMETRY: dict[str, list[tuple[str, Move]]] = {
    "face_width": [("outline ear", (3.5, 0, 0))],
    "face_length": [
        ("outline", [(0, 0, 0)] * 6 + [(0, 1.5, 0), (0, 3.5, 0), (0, 5, 0), (0, 6, 0)]),
        ("outline_chin chin_line", (0, 6, 0)),
    ],
    "jaw_width": [
        ("outline", [(0, 0, 0)] * 5 + [(1, 0, 0), (3, 0, 0), (5, 0, 0), (5, 0, 0), (3, 0, 0)])
    ],
    "brow_height": [(f"{BROW} glabella", (0, -3, 0))],
    "brow_tilt": [(BROW, [(0, 2.5, 0), (0, 1.2, 0), (0, 0, 0), (0, -1.5, 0), (0, -2.5, 0)])],
    "brow_spacing": [(BROW, [(2, 0, 0), (1.5, 0, 0), (1, 0, 0), (0.5, 0, 0), (0, 0, 0)])],
    "brow_arch": [(BROW, [(0, 0.5, 0), (0, -1, 0), (0, -2.2, 0), (0, -1.5, 0), (0, 1, 0)])],
    "brow_thickness": [
        ("brow_top", [(0, -1, 0), (0, -1.4, 0), (0, -1.2, 0), (0, -0.8, 0), (0, 0, 0)])
    ],
    "eye_spacing": [(f"{EYE} {BROW}", (1.5, 0, 0))],
    "eye_width": [(LIDS, [(-1, 0, 0), (-0.5, 0, 0), (0, 0, 0), (0.5, 0, 0), (1, 0, 0)])],
    "eye_opening": [
        ("lid_upper crease", [(0, 0, 0), (0, -1, 0), (0, -1.4, 0), (0, -1, 0), (0, 0, 0)]),
        ("lid_lower", [(0, 0, 0), (0, 0.7, 0), (0, 0.9, 0), (0, 0.7, 0), (0, 0, 0)]),
    ],
    "eye_slant": [(LIDS, [(0, 1, 0), (0, 0.5, 0), (0, 0, 0), (0, -0.7, 0), (0, -1.5, 0)])],
    "nose_length": [("wing nostril nose_tip nose_base", (0, 2.5, 0))],
    "nose_width": [("wing", (2, 0, 0)), ("nostril bridge", (1, 0, 0))],
    "nose_depth": [("nose_tip nose_base", (0, 0, 4))],
    "mouth_width": [
        ("corner dimple marionette", (3, 0, 0)),
        ("lip_top", [(0.5, 0, 0), (1.5, 0, 0)]),
        (INNER, (1.5, 0, 0)),
    ],
    "mouth_height": [(f"{MOUTH} {MOUTH_M} under_lip", (0, 2.2, 0))],
    "upper_lip": [("lip_top lip_top_m", (0, -1.8, 0))],
    "lower_lip": [("lip_bottom lip_bottom_m", (0, 2.2, 0))],
    "corner_tilt": [("corner", (0, -2.4, 0)), (INNER, (0, -0.7, 0))],
    "chin_width": [("outline", [(0, 0, 0)] * 8 + [(3, 0, 0), (5, 0, 0)])],
    "cheek_bones": [
        ("outline", [(0, 0, 0)] * 3 + [(1, 0, 0), (3, 0, 4), (3, 0, 4)] + [(0, 0, 0)] * 4)
    ],
}
# Palettes: red, green and blue in per cent.
SKINS = ((96, 80, 70), (91, 72, 58), (80, 60, 45), (62, 43, 31), (42, 28, 21))
HAIRS = ((10, 8, 8), (28, 18, 11), (50, 33, 18), (82, 66, 38), (58, 26, 12), (68, 67, 66))
IRISES = ((25, 15, 9), (38, 27, 14), (33, 45, 58), (35, 46, 30))
LINES = ("forehead_1", "forehead_2", "brow_line", "glabella", "crow_1", "crow_2", "crow_3")
LINES_LOWER = ("bag", "nasolabial", "dimple", "marionette", "chin_line", "under_lip")


@dataclass(frozen=True)
class Person:
    """One drawn person: a neutral shape and everything that does not move.

    The defaults are the common target: average proportions, no lines, no glasses, beard, fringe or
    freckles.

    Attributes:
        shape: (N, 3) neutral control points in millimetres.
        lines: fold name -> permanent darkness, 0 none to 1 deep furrow.
        hair_style: 0 bald, 1 short, 2 with a fringe, 3 long.
        freckles: (F, 2) positions in millimetres on the face.
    """

    shape: NDArray[np.float64] = field(default_factory=lambda: neutral().points)
    lines: dict[str, float] = field(default_factory=dict)
    skin: Color = (0.88, 0.70, 0.58)
    hair: Color = (0.24, 0.16, 0.11)
    brow: Color = (0.20, 0.13, 0.09)
    iris: Color = (0.30, 0.22, 0.14)
    lips: Color = (0.74, 0.42, 0.40)
    clothes: Color = (0.35, 0.40, 0.48)
    hair_style: int = 1
    hair_volume: float = 9.0
    beard: float = 0.0
    moustache: float = 0.0
    glasses: bool = False
    freckles: NDArray[np.float64] = field(default_factory=lambda: np.zeros((0, 2)))


@cache
def geometry_basis() -> NDArray[np.float64]:
    """Displacement of every control point per geometric trait and side, (2, T, N, 3) in mm."""
    anatomy = neutral()
    basis = np.zeros((2, len(GEOMETRY), len(anatomy.points), 3))
    for row, parts in enumerate(GEOMETRY.values()):
        for groups, move in parts:
            anatomy.add(basis[:, row], groups, move)
    return basis


def as_color(channels: Iterable[float]) -> Color:
    """Return three numbers as a colour."""
    red, green, blue = map(float, channels)
    return red, green, blue


def _blend(palette: Sequence[Sequence[int]], rng: np.random.Generator, tint: float) -> Color:
    """Draw a place along a palette and tint what is there, each channel in [0, 1]."""
    position = rng.uniform(0, len(palette) - 1)
    low = min(int(position), len(palette) - 2)
    share, colors = position - low, np.array(palette) / 100
    mixed = colors[low] * (1 - share) + colors[low + 1] * share
    return as_color(np.clip(mixed * (1 + rng.normal(0, tint, 3)), 0.03, 1.0))


def sample_person(rng: np.random.Generator) -> Person:
    """Draw a person; geometric traits are independent, symmetric but for a few per cent."""
    traits = np.clip(rng.normal(size=len(GEOMETRY)), -2.2, 2.2)
    asymmetry = 0.2 * rng.normal(size=(2, len(GEOMETRY)))
    shape = neutral().points + np.einsum("st,stnd->nd", traits + asymmetry, geometry_basis())
    skin, hair, iris = (
        _blend(palette, rng, tint)
        for palette, tint in ((SKINS, 0.03), (HAIRS, 0.05), (IRISES, 0.05))
    )
    lips = as_color(np.array(skin) * (1 - rng.uniform(0.1, 0.6) * np.array((0.15, 0.55, 0.45))))
    brow = as_color(np.array(hair) * rng.uniform(0.45, 0.95))
    age = rng.beta(1.2, 2.5)
    lines = {
        name: float(age * scale * rng.uniform(0, 1))
        for names, scale in ((LINES, 0.9), (LINES_LOWER, 0.8))
        for name in names
    }
    hairy_face = rng.uniform() < 0.3
    freckles = rng.uniform((-55, -10), (55, 60), size=(int(rng.integers(6, 28)), 2))
    return Person(
        shape=shape,
        lines=lines,
        skin=skin,
        hair=hair,
        brow=brow,
        iris=iris,
        lips=lips,
        clothes=as_color(rng.uniform(size=3)),
        hair_style=int(rng.choice(4, p=(0.08, 0.37, 0.25, 0.30))),
        hair_volume=float(rng.uniform(4, 16)),
        beard=float(rng.uniform(0.25, 0.9)) if hairy_face else 0.0,
        moustache=float(rng.uniform(0.3, 0.9)) if hairy_face and rng.uniform() < 0.8 else 0.0,
        glasses=bool(rng.uniform() < 0.2),
        freckles=freckles if rng.uniform() < 0.25 else np.zeros((0, 2)),
    )
