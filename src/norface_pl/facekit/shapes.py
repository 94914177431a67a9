"""The shapes of ICT-FaceKit (MIT, Li et al., CVPR 2020) as one packed file holds them.

`experiments/pack_facekit.py` packs the release and says what is in the file. Here only what can be
seen is kept, and axes are those of this project: x to the right of the picture, y down, z towards
the viewer, in centimetres.
"""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from norface_pl.errors import NorfaceError

Vertices = NDArray[np.float32]

FACE, HEAD, SOCKET, EYE_SOCKET, GUMS, TEETH, EYE, UNSEEN = range(8)
# First vertex of each part in the release (its README, table "Geometry").
RELEASE = {
    0: FACE,
    9409: HEAD,
    11248: SOCKET,
    13294: EYE_SOCKET,
    14062: GUMS,
    17039: UNSEEN,  # molars
    17730: TEETH,
    18556: UNSEEN,
    19814: TEETH,
    20746: UNSEEN,
    21451: EYE,
    22221: UNSEEN,  # behind the cornea, on which the iris is painted
    23021: EYE,
    23791: UNSEEN,  # also tear fluid, shadows and lashes, which need transparency
}
RELEASE_VERTICES = 26719
FLIP = np.array([1, -1, 1], np.float32)

UPPER_LIP, LOWER_LIP = [61, 62, 63], [67, 66, 65]
"""Inner lips among iBUG's points, each above the other."""


# Compared by identity, so that what is made of it once can be kept.
@dataclass(frozen=True, eq=False)
class Shapes:
    """The mean head and how it changes.

    Attributes:
        neutral: (V, 3) vertices of the mean head.
        quads: (F, 4) their corners, counter-clockwise as seen from outside in the release's axes;
            those inside the mouth come last.
        outer: number of quads that are not inside the mouth.
        identity: (100, V, 3) differences of one standard deviation.
        expression: name of ARKit, with ``_L`` and ``_R`` for the person's own sides -> (V, 3).
        landmarks: (68,) vertices of iBUG's 68 points.
        part: (V,) what a vertex belongs to.
    """

    neutral: Vertices
    quads: NDArray[np.int32]
    outer: int
    identity: Vertices
    expression: dict[str, Vertices]
    landmarks: NDArray[np.int32]
    part: NDArray[np.uint8]


def _parts(content: dict[str, NDArray[np.generic]], path: Path) -> NDArray[np.uint8]:
    count = len(content["neutral"])
    if "part" in content:
        return content["part"].astype(np.uint8)
    if count != RELEASE_VERTICES:
        raise NorfaceError(
            f"{path} has {count} vertices instead of ICT-FaceKit's {RELEASE_VERTICES} and no array "
            "'part'; pack the release again"
        )
    starts = np.array(list(RELEASE))
    names = np.array(list(RELEASE.values()), np.uint8)
    parts: NDArray[np.uint8] = names[np.searchsorted(starts, np.arange(count), side="right") - 1]
    return parts


@lru_cache(maxsize=2)
def load_shapes(path: Path) -> Shapes:
    """Read a packed file.

    Raises:
        NorfaceError: it is missing, or packed from something else.
    """
    if not path.is_file():
        raise NorfaceError(
            f"the 3-D people need ICT-FaceKit's shapes, and {path} is not there: pack the release "
            "with experiments/pack_facekit.py, or give the path of the packed file"
        )
    with np.load(path, allow_pickle=False) as packed:
        content = {name: packed[name] for name in packed.files}
    part, neutral = _parts(content, path), content["neutral"].astype(np.float32)
    quads = content["faces"]
    seen = (part[quads] != UNSEEN).all(1)
    in_mouth = np.isin(part[quads[:, 0]], (SOCKET, GUMS, TEETH))
    quads = np.concatenate([quads[seen & ~in_mouth], quads[seen & in_mouth]])
    mask = np.zeros(len(neutral), bool)
    mask[quads.ravel()] = True
    used, renumbered = np.flatnonzero(mask), np.cumsum(mask, dtype=np.int32) - 1
    names = [str(name) for name in content["expression_names"]]
    return Shapes(
        neutral=neutral[used] * FLIP,
        quads=renumbered[quads],
        outer=int((seen & ~in_mouth).sum()),
        identity=content["identity"][:, used].astype(np.float32) * FLIP,
        expression={
            name: content["expression"][row, used].astype(np.float32) * FLIP
            for row, name in enumerate(names)
        },
        landmarks=renumbered[content["landmark_vertices"]],
        part=part[used],
    )
