"""Turned squares of a picture, which networks see as a crop of a fixed size."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from norface_pl.faces.align import warp
from norface_pl.io.images import Picture


@dataclass(frozen=True, eq=False)
class Square:
    """A square of a picture; it may reach beyond the picture's edges.

    Attributes:
        centre: (2,) x, y in pixels; pixel centres have integer coordinates.
        side: in pixels.
        angle: by which it is turned clockwise, in radians.
    """

    centre: NDArray[np.float64]
    side: float
    angle: float = 0.0

    @classmethod
    def around(cls, picture: Picture, margin: float = 0.0) -> "Square":
        """Return the square around a picture, with a margin on every side.

        Args:
            picture: (H, W, 3).
            margin: share of the longer side.
        """
        height, width = picture.shape[:2]
        side = max(height, width) * (1 + 2 * margin)
        return cls(np.array([width - 1, height - 1]) / 2, side)

    @property
    def _turn(self) -> NDArray[np.float64]:
        cosine, sine = np.cos(self.angle), np.sin(self.angle)
        return np.array([[cosine, -sine], [sine, cosine]])

    def cut(self, picture: Picture, size: int) -> Picture:
        """Return a crop (size, size, 3); edges of the picture are continued."""
        turn = self._turn.T * (size / self.side)
        shift = (size - 1) / 2 - turn @ self.centre
        return warp(picture, np.hstack([turn, shift[:, None]]), size, cv2.BORDER_REPLICATE)

    def back(self, points: NDArray[np.float64], size: int) -> NDArray[np.float64]:
        """Return points (N, 2) of a crop of ``size`` pixels in pixels of the picture."""
        turn = self._turn * (self.side / size)
        moved: NDArray[np.float64] = (points - (size - 1) / 2) @ turn.T + self.centre
        return moved
