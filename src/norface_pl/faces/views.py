"""Parts of a picture, turned and scaled, and the way back for faces that are found in them."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from norface_pl.faces.align import warp
from norface_pl.faces.detect import Face
from norface_pl.io.images import Picture


@dataclass(frozen=True, eq=False)
class View:
    """A part of a picture, turned so that the face in it stands upright.

    Attributes:
        centre: x, y of its middle in the picture.
        roll: degrees clockwise by which the face is turned in the picture.
        scale: pixels of the view in one of the picture.
        size: its width and height in pixels.
    """

    centre: tuple[float, float]
    roll: float
    scale: float
    size: tuple[int, int]

    @classmethod
    def whole(cls, picture: Picture, roll: float, max_side: int) -> "View":
        """Return a view of a whole picture, which is scaled as if its sides were ``max_side``."""
        height, width = picture.shape[:2]
        scale = min(1.0, max_side / max(height, width))
        across, down = np.abs(_turn(roll)) @ (width, height)
        size = (max(1, round(across * scale)), max(1, round(down * scale)))
        return cls(((width - 1) / 2, (height - 1) / 2), roll, scale, size)

    @classmethod
    def around(cls, face: Face, roll: float, side: int, extent: float) -> "View":
        """Return a square view of a face, which spans ``extent`` times its box."""
        left, top, right, bottom = face.box.tolist()
        # Enlarged more than twice, it would only get blurrier.
        scale = min(2.0, side / (extent * max(right - left, bottom - top, 1.0)))
        return cls(((left + right) / 2, (top + bottom) / 2), roll, scale, (side, side))

    @property
    def matrix(self) -> NDArray[np.float64]:
        """2x3, picture to view."""
        linear = self.scale * _turn(-self.roll)
        middle = (np.array(self.size) - 1) / 2
        return np.column_stack([linear, middle - linear @ np.array(self.centre)])

    def of(self, picture: Picture) -> Picture:
        """Return what the view shows; black where the picture ends."""
        return warp(picture, self.matrix, self.size, cv2.BORDER_CONSTANT)

    def back(self, face: Face) -> Face:
        """Return a face of the view in pixels of the picture."""
        points = np.vstack([face.landmarks, (face.box[:2] + face.box[2:]) / 2])
        away = points - (np.array(self.size) - 1) / 2
        points = away / self.scale @ _turn(self.roll).T + np.array(self.centre)
        # The box of a turned ellipse; that of a turned box would grow with every turn.
        half = np.abs(_turn(self.roll)) ** 2 @ ((face.box[2:] - face.box[:2]) / 2) ** 2
        half = np.sqrt(half) / self.scale
        box = np.concatenate([points[5] - half, points[5] + half])
        return Face(box, face.score, points[:5])


def _turn(degrees: float) -> NDArray[np.float64]:
    """Matrix that turns clockwise, as y points down."""
    cosine, sine = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    return np.array([[cosine, -sine], [sine, cosine]])
