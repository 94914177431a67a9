"""Who is drawn: shape, skin, hair and what is worn, sampled from a seed."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Color = NDArray[np.float64]

# sRGB from light to dark; people are anywhere between.
SKINS = np.array(
    [
        (0.93, 0.78, 0.70),
        (0.90, 0.71, 0.60),
        (0.82, 0.62, 0.49),
        (0.68, 0.48, 0.36),
        (0.54, 0.37, 0.28),
        (0.42, 0.28, 0.21),
    ]
)
HAIRS = np.array(
    [
        (0.08, 0.07, 0.07),
        (0.17, 0.12, 0.09),
        (0.30, 0.20, 0.13),
        (0.48, 0.34, 0.20),
        (0.66, 0.52, 0.34),
        (0.62, 0.61, 0.60),
    ]
)
IRISES = np.array([(0.20, 0.12, 0.07), (0.38, 0.25, 0.14), (0.42, 0.45, 0.28), (0.45, 0.58, 0.68)])
IDENTITIES = 100
# Later shapes are small and look like noise at their full range.
SPREAD = 0.85


@dataclass(frozen=True)
class Person:
    """One person: everything that does not move.

    Attributes:
        identity: (100,) weights of the identity shapes, in standard deviations.
        skin, lips, hair, brow, iris: sRGB in [0, 1].
        blush: redness of cheeks, nose and chin, 0 to 1.
        blotches: strength of patches of the skin, about 0 to 0.04.
        pores: strength of what differs from point to point, about 0 to 0.05.
        age: 0 smooth to 1 furrowed.
        gloss: of the skin.
        brow_width, brow_shift: in cm; a positive shift lowers the brow.
        hairline: height above the eyes in cm where hair begins.
        fringe: how far hair hangs into the forehead, in cm.
        beard, moustache: density, 0 none to 1.
        lashes: darkness of the lids' edges.
        glasses: thickness of the frame in cm, 0 without.
        texture: seed of the skin's noise.
    """

    identity: NDArray[np.float64]
    skin: Color
    lips: Color
    hair: Color
    brow: Color
    iris: Color
    blush: float
    blotches: float
    pores: float
    age: float
    gloss: float
    brow_width: float
    brow_shift: float
    hairline: float
    fringe: float
    beard: float
    moustache: float
    lashes: float
    glasses: float
    frame: Color
    texture: int


def _between(palette: NDArray[np.float64], position: float) -> Color:
    low = min(int(position), len(palette) - 2)
    share = position - low
    mixed: Color = palette[low] * (1 - share) + palette[low + 1] * share
    return mixed


def sample_person(rng: np.random.Generator) -> Person:
    """Draw a person; hair tends to be dark where skin is, all else is independent."""
    tone = (len(SKINS) - 1) * float(rng.beta(1.0, 1.5))
    skin = np.clip(_between(SKINS, tone) * (1 + rng.normal(0, 0.04, 3)), 0.1, 0.97)
    lightest = max(1.2, (len(HAIRS) - 1) * (1 - tone / 3.5))
    grey = rng.uniform() < 0.15
    hair = HAIRS[-1] * rng.uniform(0.5, 1.2) if grey else _between(HAIRS, rng.uniform(0, lightest))
    eye = rng.uniform(0, 3) if tone < 2.2 else rng.uniform(0, 0.9)
    red = rng.uniform(0.15, 0.75)
    bearded = rng.uniform() < 0.3
    return Person(
        identity=SPREAD * np.clip(rng.normal(size=IDENTITIES), -2.2, 2.2),
        skin=skin,
        lips=skin * (1 - red * np.array((0.16, 0.50, 0.42))),
        hair=hair,
        brow=np.minimum(hair * rng.uniform(0.5, 1.0), skin * 0.7),
        iris=np.clip(_between(IRISES, eye) * (1 + rng.normal(0, 0.1, 3)), 0.03, 0.8),
        blush=float(rng.uniform(0.1, 0.9)),
        blotches=float(rng.uniform(0.005, 0.035)),
        pores=float(rng.uniform(0.008, 0.03)),
        age=float(rng.beta(1.2, 2.0)),
        gloss=float(rng.uniform(0.02, 0.16)),
        brow_width=float(rng.uniform(0.16, 0.5)),
        brow_shift=float(rng.normal(0, 0.15)),
        hairline=float(rng.uniform(5.0, 8.5)),
        fringe=float(rng.uniform(1.0, 3.2)) if rng.uniform() < 0.25 else 0.0,
        beard=float(rng.uniform(0.15, 0.95)) if bearded else 0.0,
        moustache=float(rng.uniform(0.2, 0.95)) if bearded and rng.uniform() < 0.85 else 0.0,
        lashes=float(rng.uniform(0.35, 1.0)),
        glasses=float(rng.uniform(0.1, 0.32)) if rng.uniform() < 0.2 else 0.0,
        frame=rng.uniform(0.03, 0.45) * (0.6 + 0.4 * rng.uniform(size=3)),
        texture=int(rng.integers(1 << 31)),
    )


def avatar() -> Person:
    """The common person: the mean of all shapes, nobody's face."""
    return Person(
        identity=np.zeros(IDENTITIES),
        skin=np.array((0.87, 0.68, 0.57)),
        lips=np.array((0.76, 0.42, 0.40)),
        hair=np.array((0.20, 0.13, 0.09)),
        brow=np.array((0.27, 0.18, 0.13)),
        iris=np.array((0.42, 0.28, 0.16)),
        blush=0.45,
        blotches=0.0,
        pores=0.0,
        age=0.35,
        gloss=0.05,
        brow_width=0.27,
        brow_shift=0.5,
        hairline=6.2,
        fringe=0.0,
        beard=0.0,
        moustache=0.0,
        lashes=0.8,
        glasses=0.0,
        frame=np.zeros(3),
        texture=0,
    )
