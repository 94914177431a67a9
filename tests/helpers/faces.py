"""Drawn pictures for look-alikes of data sets, and a detector that finds their face."""

from dataclasses import dataclass

import cv2
import numpy as np

from norface_pl.faces.detect import Face
from norface_pl.io.images import write_image

# Relative to the side of the picture: eyes, nose, corners of the mouth.
POINTS = np.array([[0.40, 0.42], [0.60, 0.42], [0.50, 0.52], [0.42, 0.62], [0.58, 0.62]])
BOX = np.array([0.30, 0.25, 0.70, 0.78])


def draw_face(seed=0, size=96, height=None):
    """Returns an RGB uint8 picture with a face in its middle; every seed looks different."""
    random = np.random.default_rng(seed)
    height = height or size
    picture = np.full((height, size, 3), random.integers(30, 90, 3), np.uint8)
    skin = tuple(int(value) for value in random.integers(150, 240, 3))
    place = lambda x, y: (round(x * size), round(y * height))  # noqa: E731
    cv2.ellipse(picture, place(0.5, 0.5), place(0.2, 0.27), 0, 0, 360, skin, -1)
    for x, y in POINTS[:2]:
        cv2.circle(picture, place(x, y), max(1, size // 30), (20, 20, 20), -1)
    cv2.line(picture, place(*POINTS[3]), place(*POINTS[4]), (120, 20, 20), max(1, size // 40))
    return picture


def write_face(path, seed=0, size=96, height=None):
    """Writes such a picture, and the folders above it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    write_image(path, draw_face(seed, size, height))


def black(size=96):
    """Returns a picture without a face."""
    return np.zeros((size, size, 3), np.uint8)


@dataclass(frozen=True)
class FakeDetector:
    """Finds the drawn face, and none in a black picture."""

    def detect(self, image):
        if image.max() < 10:
            return []
        extent = np.array([image.shape[1], image.shape[0]], float)
        return [Face(box=BOX * np.tile(extent, 2), score=0.9, landmarks=POINTS * extent)]
