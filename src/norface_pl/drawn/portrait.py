"""A whole drawn head with known landmarks, which detectors of real faces find, too."""

import numpy as np
from numpy.typing import NDArray

from norface_pl.drawn.clip import Frame
from norface_pl.drawn.geometry import face_points, landmarks, project
from norface_pl.drawn.painter import paint_face
from norface_pl.drawn.scene import Scene
from norface_pl.drawn.style import STYLES
from norface_pl.drawn.traits import Person
from norface_pl.io.images import Picture


def draw_portrait(size: int = 320) -> tuple[Picture, NDArray[np.float64]]:
    """Draw the neutral target person from the front, the head filling most of the picture.

    Returns:
        RGB (size, size, 3) uint8 and the five landmarks (5, 2) in pixels.
    """
    person, still = Person(), Frame()
    flat = project(face_points(person, still), still.pose)
    points = landmarks(flat)
    # Detectors want the hair and the chin: 320 mm fill the picture.
    scale = size / 320
    matrix = np.column_stack([np.eye(2) * scale, size / 2 - scale * points.mean(0)])
    picture = paint_face(person, still, flat, Scene(), matrix, size, STYLES["plain"], None)
    return picture, points @ matrix[:, :2].T + matrix[:, 2]
