"""A head before a camera."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from norface_pl.facekit.shapes import Vertices
from norface_pl.faces.pose import rotation

# The head turns about a point between the ears.
PIVOT = np.array([0.0, -1.0, 1.0], np.float32)
EYES, NOSE, CORNERS = ((36, 39), (42, 45)), 30, (48, 54)
"""Vertices of the five points among iBUG's 68."""


@dataclass(frozen=True)
class Posed:
    """A head before the camera.

    Attributes:
        turned: (V, 3) vertices in cm after the head has turned.
        flat: (V, 2) where the camera sees them, in cm at the distance of the pivot.
    """

    turned: Vertices
    flat: NDArray[np.float32]


def pose_head(head: Vertices, pose: NDArray[np.float64], distance: float) -> Posed:
    """Turn a head (V, 3) by yaw, pitch, roll in degrees, before a camera in ``distance`` cm."""
    turned = (head - PIVOT) @ rotation(pose).T.astype(np.float32)
    flat = turned[:, :2] * (distance / (distance - turned[:, 2:]))
    return Posed(turned, flat)


def five_points(flat: NDArray[np.float32], landmarks: NDArray[np.int32]) -> NDArray[np.float64]:
    """The five points (5, 2) a face detector gives: eyes, nose tip, mouth corners."""
    marks = flat[landmarks].astype(np.float64)
    eyes = [marks[list(corners)].mean(0) for corners in EYES]
    return np.stack([*eyes, marks[NOSE], *marks[list(CORNERS)]])
