"""Glasses in front of a face: two rims and a bridge, painted over the picture."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from norface_pl.facekit.camera import pose_head
from norface_pl.facekit.shapes import Vertices
from norface_pl.facekit.traits import Person

ANGLES = np.linspace(0, 2 * np.pi, 25)
RIM = (2.35, 1.75)
"""Half width and half height of a rim in cm."""
BEFORE_THE_EYES = 1.6


@dataclass(frozen=True)
class Glasses:
    """What is worn.

    Attributes:
        lines: two rims and the bridge, each (n, 2) in cm as the camera sees them.
        width: of the frame in cm.
        color: sRGB in [0, 1].
    """

    lines: tuple[NDArray[np.float32], ...]
    width: float
    color: NDArray[np.float64]

    def wear(self, picture: NDArray[np.float32], matrix: NDArray[np.float64]) -> None:
        """Paint them on (n, n, 3) with the (2, 3) matrix from cm to its pixels."""
        thick = max(1, round(self.width * float(np.hypot(matrix[0, 0], matrix[1, 0]))))
        color = tuple(float(channel) for channel in self.color)
        for line in self.lines:
            moved = np.rint((line @ matrix[:, :2].T + matrix[:, 2]) * 16).astype(np.int32)
            cv2.polylines(picture, [moved], False, color, thick, cv2.LINE_AA, 4)


def put_on(
    person: Person, marks: Vertices, pose: NDArray[np.float64], distance: float
) -> Glasses | None:
    """Put a person's glasses before the eyes of the 68 landmarks (68, 3) of the neutral head."""
    if not person.glasses:
        return None
    square = 2.0 + 2.0 * (person.texture % 3)
    lines = []
    centres = [marks[36:42].mean(0), marks[42:48].mean(0)]
    front = max(float(centre[2]) for centre in centres) + BEFORE_THE_EYES
    c, s = np.cos(ANGLES), np.sin(ANGLES)
    x, y = (np.sign(v) * np.abs(v) ** (2 / square) for v in (c, s))
    for centre in centres:
        z = front - 0.08 * (centre[0] + RIM[0] * x) ** 2 * 0.5
        rim = np.stack([centre[0] + RIM[0] * x, centre[1] + 0.25 + RIM[1] * y, z], 1)
        lines.append(rim)
    left, right = centres[0][0] + RIM[0], centres[1][0] - RIM[0]
    height = (centres[0][1] + centres[1][1]) / 2 - 0.2
    across = np.linspace(left, right, 5)
    arch = height - 0.25 * np.sin(np.linspace(0, np.pi, 5))
    lines.append(np.stack([across, arch, np.full(5, front + 0.2)], 1))
    flat = [pose_head(line.astype(np.float32), pose, distance).flat for line in lines]
    return Glasses(tuple(flat), person.glasses, person.frame)
