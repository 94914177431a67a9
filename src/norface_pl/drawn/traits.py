"""Who is drawn: the traits of a person, sampled from a seed.

Many traits move the very points that action units move (a low brow looks like AU 4, thin lips
look like AU 23 or 24, a wide eye looks like AU 5), and lines that come with age look like folds:
identity confounds action units here as it does in life.
"""

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from norface_pl.drawn.anatomy import neutral

Color = tuple[float, float, float]

BROW = ("brow_top", "brow_bottom")
LIDS = ("lid_upper", "lid_lower", "crease")
EYE = (*LIDS, "iris", "bag")
MOUTH = (
    "lip_top",
    "lip_bottom",
    "inner_top",
    "inner_bottom",
    "corner",
    "dimple",
    "marionette",
    "press",
)
MOUTH_M = ("lip_top_m", "lip_bottom_m", "inner_top_m", "inner_bottom_m")
LOWER = (*MOUTH, "nasolabial")

# name -> [(groups, (dx, dy, dz) or one per point)]: millimetres at one standard deviation, for
# the right half (dx > 0 is away from the midline) or for a midline group.
GEOMETRY: dict[str, list[tuple[tuple[str, ...], object]]] = {
    "face_width": [(("outline", "ear"), (3.5, 0, 0))],
    "face_length": [
        (("outline",), [(0, 0, 0)] * 6 + [(0, 1.5, 0), (0, 3.5, 0), (0, 5, 0), (0, 6, 0)]),
        (("outline_chin", "chin_line"), (0, 6, 0)),
    ],
    "jaw_width": [
        (("outline",), [(0, 0, 0)] * 5 + [(1, 0, 0), (3, 0, 0), (5, 0, 0), (5, 0, 0), (3, 0, 0)])
    ],
    "brow_height": [((*BROW, "glabella"), (0, -3, 0))],
    "brow_tilt": [(BROW, [(0, 2.5, 0), (0, 1.2, 0), (0, 0, 0), (0, -1.5, 0), (0, -2.5, 0)])],
    "brow_spacing": [(BROW, [(2, 0, 0), (1.5, 0, 0), (1, 0, 0), (0.5, 0, 0), (0, 0, 0)])],
    "brow_arch": [(BROW, [(0, 0.5, 0), (0, -1, 0), (0, -2.2, 0), (0, -1.5, 0), (0, 1, 0)])],
    "brow_thickness": [
        (("brow_top",), [(0, -1, 0), (0, -1.4, 0), (0, -1.2, 0), (0, -0.8, 0), (0, 0, 0)])
    ],
    "eye_spacing": [((*EYE, *BROW), (1.5, 0, 0))],
    "eye_width": [(LIDS, [(-1, 0, 0), (-0.5, 0, 0), (0, 0, 0), (0.5, 0, 0), (1, 0, 0)])],
    "eye_opening": [
        (("lid_upper", "crease"), [(0, 0, 0), (0, -1, 0), (0, -1.4, 0), (0, -1, 0), (0, 0, 0)]),
        (("lid_lower",), [(0, 0, 0), (0, 0.7, 0), (0, 0.9, 0), (0, 0.7, 0), (0, 0, 0)]),
    ],
    "eye_slant": [(LIDS, [(0, 1, 0), (0, 0.5, 0), (0, 0, 0), (0, -0.7, 0), (0, -1.5, 0)])],
    "nose_length": [(("wing", "nostril"), (0, 2.5, 0)), (("nose_tip", "nose_base"), (0, 2.5, 0))],
    "nose_width": [(("wing",), (2, 0, 0)), (("nostril",), (1, 0, 0)), (("bridge",), (1, 0, 0))],
    "nose_depth": [(("nose_tip", "nose_base"), (0, 0, 4))],
    "mouth_width": [
        (("corner", "dimple", "marionette"), (3, 0, 0)),
        (("lip_top",), [(0.5, 0, 0), (1.5, 0, 0)]),
        (("lip_bottom", "inner_top", "inner_bottom"), (1.5, 0, 0)),
    ],
    "mouth_height": [((*LOWER, *MOUTH_M, "under_lip"), (0, 2.2, 0))],
    "upper_lip": [(("lip_top", "lip_top_m"), (0, -1.8, 0))],
    "lower_lip": [(("lip_bottom", "lip_bottom_m"), (0, 2.2, 0))],
    "corner_tilt": [
        (("corner",), (0, -2.4, 0)),
        (("lip_bottom", "inner_top", "inner_bottom"), (0, -0.7, 0)),
    ],
    "chin_width": [(("outline",), [(0, 0, 0)] * 8 + [(3, 0, 0), (5, 0, 0)])],
    "cheek_bones": [
        (
            ("outline",),
            [(0, 0, 0)] * 3 + [(1, 0, 0), (3, 0, 4), (3, 0, 4), (0, 0, 0)] + [(0, 0, 0)] * 3,
        )
    ],
}
SKINS: tuple[Color, ...] = (
    (0.96, 0.80, 0.70),
    (0.91, 0.72, 0.58),
    (0.80, 0.60, 0.45),
    (0.62, 0.43, 0.31),
    (0.42, 0.28, 0.21),
)
HAIRS: tuple[Color, ...] = (
    (0.10, 0.08, 0.08),
    (0.28, 0.18, 0.11),
    (0.50, 0.33, 0.18),
    (0.82, 0.66, 0.38),
    (0.58, 0.26, 0.12),
    (0.68, 0.67, 0.66),
)
IRISES: tuple[Color, ...] = (
    (0.25, 0.15, 0.09),
    (0.38, 0.27, 0.14),
    (0.33, 0.45, 0.58),
    (0.35, 0.46, 0.30),
)
LINES = ("forehead_1", "forehead_2", "brow_line", "glabella", "crow_1", "crow_2", "crow_3")
LINES_LOWER = ("bag", "nasolabial", "dimple", "marionette", "chin_line", "under_lip")


@dataclass(frozen=True)
class Person:
    """One drawn person: a neutral shape and everything that does not move.

    Attributes:
        shape: (N, 3) neutral control points in millimetres.
        lines: fold name -> permanent darkness, 0 none to 1 deep furrow.
        hair_style: 0 bald, 1 short, 2 with a fringe, 3 long.
        freckles: (F, 2) positions in millimetres on the face.
    """

    shape: NDArray[np.float64]
    lines: dict[str, float]
    skin: Color
    hair: Color
    brow: Color
    iris: Color
    lips: Color
    clothes: Color
    hair_style: int
    hair_volume: float
    beard: float
    moustache: float
    glasses: bool
    freckles: NDArray[np.float64]


@cache
def geometry_basis() -> NDArray[np.float64]:
    """Displacement of every control point per geometric trait and side, (2, T, N, 3) in mm."""
    anatomy = neutral()
    basis = np.zeros((2, len(GEOMETRY), len(anatomy.points), 3))
    for row, parts in enumerate(GEOMETRY.values()):
        for groups, move in parts:
            for group in groups:
                if group in anatomy.groups:
                    basis[:, row, anatomy.groups[group]] += np.array(move) / 2
                    continue
                for side, (suffix, sign) in enumerate((("l", -1.0), ("r", 1.0))):
                    where = anatomy.groups[f"{group}_{suffix}"]
                    basis[side, row, where] += np.array(move) * (sign, 1.0, 1.0)
    return basis


def _blend(colors: tuple[Color, ...], position: float, tint: NDArray[np.float64]) -> Color:
    """Interpolate along a palette and tint the result, each channel in [0, 1]."""
    low = min(int(position), len(colors) - 2)
    share = position - low
    mixed = np.array(colors[low]) * (1 - share) + np.array(colors[low + 1]) * share
    red, green, blue = np.clip(mixed * (1 + tint), 0.03, 1.0)
    return float(red), float(green), float(blue)


def sample_person(rng: np.random.Generator) -> Person:
    """Draw a person; geometric traits are independent, symmetric but for a few per cent."""
    traits = np.clip(rng.normal(size=len(GEOMETRY)), -2.2, 2.2)
    asymmetry = 0.2 * rng.normal(size=(2, len(GEOMETRY)))
    shape = neutral().points + np.einsum("st,stnd->nd", traits + asymmetry, geometry_basis())
    skin = _blend(SKINS, rng.uniform(0, len(SKINS) - 1), rng.normal(0, 0.03, 3))
    hair = _blend(HAIRS, rng.uniform(0, len(HAIRS) - 1), rng.normal(0, 0.05, 3))
    iris = _blend(IRISES, rng.uniform(0, len(IRISES) - 1), rng.normal(0, 0.05, 3))
    redness = rng.uniform(0.1, 0.6)
    lips = tuple(float(c) for c in np.array(skin) * (1 - redness * np.array((0.15, 0.55, 0.45))))
    brow = tuple(float(c) for c in np.array(hair) * rng.uniform(0.45, 0.95))
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
        brow=(brow[0], brow[1], brow[2]),
        iris=iris,
        lips=(lips[0], lips[1], lips[2]),
        clothes=(float(rng.uniform()), float(rng.uniform()), float(rng.uniform())),
        hair_style=int(rng.choice(4, p=(0.08, 0.37, 0.25, 0.30))),
        hair_volume=float(rng.uniform(4, 16)),
        beard=float(rng.uniform(0.25, 0.9)) if hairy_face else 0.0,
        moustache=float(rng.uniform(0.3, 0.9)) if hairy_face and rng.uniform() < 0.8 else 0.0,
        glasses=bool(rng.uniform() < 0.2),
        freckles=freckles if rng.uniform() < 0.25 else np.zeros((0, 2)),
    )


def target_person() -> Person:
    """The common target: average proportions, no lines, no glasses, beard, fringe or freckles."""
    return Person(
        shape=neutral().points,
        lines={},
        skin=(0.88, 0.70, 0.58),
        hair=(0.24, 0.16, 0.11),
        brow=(0.20, 0.13, 0.09),
        iris=(0.30, 0.22, 0.14),
        lips=(0.74, 0.42, 0.40),
        clothes=(0.35, 0.40, 0.48),
        hair_style=1,
        hair_volume=9.0,
        beard=0.0,
        moustache=0.0,
        glasses=False,
        freckles=np.zeros((0, 2)),
    )
