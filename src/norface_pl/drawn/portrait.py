"""A whole drawn head with known landmarks, which detectors of real faces find, too."""

import numpy as np
from numpy.typing import NDArray

from norface_pl.acting.clip import Frame
from norface_pl.drawn.geometry import face_points, landmarks, project
from norface_pl.drawn.painter import paint_face
from norface_pl.drawn.scene import target_scene
from norface_pl.drawn.style import STYLES
from norface_pl.drawn.traits import target_person
from norface_pl.io.images import Picture
from norface_pl.labels import SYNTHETIC_AUS


def draw_portrait(size: int = 320) -> tuple[Picture, NDArray[np.float64]]:
    """Draw the neutral target person from the front, the head filling most of the picture.

    Returns:
        RGB (size, size, 3) uint8 and the five landmarks (5, 2) in pixels.
    """
    person = target_person()
    still = Frame(np.zeros((2, len(SYNTHETIC_AUS))), np.zeros(3), -1)
    flat = project(face_points(person, still), still.pose)
    points = landmarks(flat)
    # Detectors want the hair and the chin: 320 mm fill the picture.
    scale = size / 320
    matrix = np.column_stack([np.eye(2) * scale, size / 2 - scale * points.mean(0)])
    style = STYLES["plain"]
    picture = paint_face(person, still, flat, target_scene(), matrix, size, style, None)
    return picture, points @ matrix[:, :2].T + matrix[:, 2]
