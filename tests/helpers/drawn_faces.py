"""Faces of five coloured marks on a grey disc, and a network that knows upright ones of them."""

import cv2
import numpy as np
from numpy.typing import NDArray

from norface_pl.faces.align import AU_CROP
from norface_pl.faces.detect import Face
from norface_pl.io.images import Picture

# Eyes, nose, corners of the mouth; no two share all their bright channels.
COLOURS = [(255, 0, 0), (255, 255, 0), (0, 255, 0), (0, 0, 255), (0, 255, 255)]


def draw(image: Picture, x: float, y: float, side: int, roll: float = 0) -> NDArray[np.float64]:
    """Draw a face turned clockwise about its middle; return its landmarks."""
    angle = np.radians(roll)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    points = (AU_CROP - 0.5) * side @ turn.T + [x, y]
    cv2.circle(image, (round(x), round(y)), side // 2, (100, 100, 100), -1)
    for (left, top), colour in zip(points, COLOURS, strict=True):
        cv2.circle(image, (round(left), round(top)), max(1, side // 20), colour, -1)
    return points


class UprightNetwork:
    """Finds drawn faces of 12 pixels and more; what is turned by more than 40 degrees it misses,
    or, as YuNet does, it gives them the landmarks of an upright face at a lower score.
    """

    sure = 0.93

    def __init__(self, blind: bool = False) -> None:
        self.blind = blind
        self.looks: list[tuple[int, int]] = []

    def detect(self, image: Picture) -> list[Face]:
        self.looks.append((image.shape[1], image.shape[0]))
        mask = (image.max(axis=2) > 60).astype(np.uint8)
        _, _, parts, _ = cv2.connectedComponentsWithStats(mask)
        found = [self._face(image, *part[:4]) for part in parts[1:] if min(part[2:4]) >= 12]
        return [face for face in found if face is not None]

    def _face(self, image: Picture, left: int, top: int, width: int, height: int) -> Face | None:
        part = image[top : top + height, left : left + width] > 170
        places = [np.argwhere((part == np.array(colour, bool)).all(axis=2)) for colour in COLOURS]
        if not all(len(place) for place in places):
            return None
        points = np.array([place.mean(axis=0)[::-1] for place in places]) + [left, top]
        down = points[3:].mean(axis=0) - points[:2].mean(axis=0)
        roll = abs(float(np.degrees(np.arctan2(down[0], down[1]))))
        box = np.array([left, top, left + width, top + height], np.float64)
        if roll <= 40:
            return Face(box, 0.95 - roll / 400, points)
        upright = (AU_CROP - 0.5) * width + [left + width / 2, top + height / 2]
        return None if self.blind else Face(box, 0.8, upright)
