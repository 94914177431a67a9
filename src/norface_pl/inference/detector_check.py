"""Whether a face detector finds the landmarks of a drawn face where they are."""

from pathlib import Path

import numpy as np

from norface_pl.drawn.sampler import draw_portrait
from norface_pl.errors import NorfaceError
from norface_pl.faces.detectors import load_detector
from norface_pl.faces.landmarks import like_a_face

# A swapped pair of eyes is one eye distance away; good weights miss a drawn face by a quarter.
_FAR = 0.5


def landmark_error(weights: Path) -> float:
    """Return how far landmarks of a drawn face are off, in eye distances.

    Raises:
        NorfaceError: the face is not found, or its landmarks lie elsewhere or in another order.
    """
    picture, points = draw_portrait()
    faces = load_detector(weights).detect(picture)
    if not faces:
        raise NorfaceError(f"{weights} finds no face in a drawn portrait; fetch the file again")
    found = faces[0].landmarks
    off = np.linalg.norm(found - points, axis=1).max() / np.linalg.norm(points[1] - points[0])
    if not like_a_face(found) or off > _FAR:
        raise NorfaceError(
            f"{weights} puts the landmarks of a drawn face in wrong places; fetch the file again"
        )
    return float(off)
