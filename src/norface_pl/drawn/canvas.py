"""Filled contours, lines and discs in millimetres, painted with OpenCV."""

from dataclasses import dataclass
from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray

from norface_pl.drawn.scene import Scene
from norface_pl.drawn.traits import Color, as_color

Flat = NDArray[np.float64]
FRACTION_BITS = 4
SUPERSAMPLING = 2


@dataclass(frozen=True)
class Style:
    """A way to draw: the same faces and labels, painted another way, make an "other data set".

    Attributes:
        outline: darkness of the lines around face and features, 0 none to 1 black.
        fold: gain of the darkness of folds.
        line: gain of the width of lines.
        iris: gain of the iris radius.
        saturation: gain of the colours' saturation.
        shading: gain of the light's slope and of the shade on the sides of the face.
    """

    outline: float
    fold: float
    line: float
    iris: float
    saturation: float
    shading: float


PLAIN = Style(outline=0.25, fold=0.50, line=1.0, iris=1.0, saturation=1.0, shading=1.0)
COMIC = Style(outline=0.85, fold=0.70, line=1.5, iris=1.25, saturation=1.35, shading=0.3)
STYLES = {"plain": PLAIN, "comic": COMIC}


@cache
def smoothing(count: int, closed: bool, steps: int = 4) -> NDArray[np.float64]:
    """Matrix that turns ``count`` control points into a Catmull-Rom curve through them."""
    rows = []
    for segment in range(count if closed else count - 1):
        for step in range(steps):
            t = step / steps
            outer = (-t + 2 * t**2 - t**3, -(t**2) + t**3)
            inner = (2 - 5 * t**2 + 3 * t**3, t + 4 * t**2 - 3 * t**3)
            row = np.zeros(count)
            for index, weight in enumerate((outer[0], *inner, outer[1]), segment - 1):
                row[index % count if closed else min(max(index, 0), count - 1)] += 0.5 * weight
            rows.append(row)
    if not closed:
        rows.append(np.eye(count)[-1])
    return np.array(rows)


class Canvas:
    """A square crop of ``size`` pixels; ``matrix`` (2, 3) leads there from millimetres."""

    def __init__(self, matrix: NDArray[np.float64], size: int, style: Style) -> None:
        self.size, self.style = size, style
        self.matrix = matrix * SUPERSAMPLING
        self.matrix[:, 2] += (SUPERSAMPLING - 1) / 2
        # Pixels of the supersampled canvas per millimetre; widths and radii scale with it.
        self.scale = float(np.hypot(self.matrix[0, 0], self.matrix[1, 0]))
        self.pixels = np.zeros((size * SUPERSAMPLING, size * SUPERSAMPLING, 3), np.uint8)

    def _place(self, flat: Flat) -> NDArray[np.int32]:
        moved = flat @ self.matrix[:, :2].T + self.matrix[:, 2]
        return np.rint(moved * (1 << FRACTION_BITS)).astype(np.int32)

    def _color(self, color: Color) -> Color:
        grey = 0.3 * color[0] + 0.6 * color[1] + 0.1 * color[2]
        gain = self.style.saturation
        return as_color(255 * min(max(grey + gain * (c - grey), 0.0), 1.0) for c in color)

    def fill(self, color: Color, *parts: Flat, smooth: bool = False) -> None:
        """Fill a closed contour, whose parts are (n, 2) millimetres each."""
        flat = np.concatenate(parts)
        outline = smoothing(len(flat), True) @ flat if smooth else flat
        pixels = self._place(outline)
        cv2.fillPoly(self.pixels, [pixels], self._color(color), cv2.LINE_AA, FRACTION_BITS)

    def stroke(
        self, flat: Flat, color: Color, width: float, closed: bool = False, smooth: bool = True
    ) -> None:
        """Draw a line of ``width`` millimetres through (n, 2) points."""
        line = smoothing(len(flat), closed) @ flat if smooth and len(flat) > 2 else flat
        thickness = max(1, round(width * self.scale * self.style.line))
        pixels, paint = [self._place(line)], self._color(color)
        cv2.polylines(self.pixels, pixels, closed, paint, thickness, cv2.LINE_AA, FRACTION_BITS)

    def disc(self, centre: Flat, radius: float, color: Color) -> None:
        """Fill a circle of ``radius`` millimetres."""
        x, y = self._place(centre)
        pixels = round(radius * self.scale * (1 << FRACTION_BITS))
        paint = self._color(color)
        cv2.circle(self.pixels, (int(x), int(y)), pixels, paint, -1, cv2.LINE_AA, FRACTION_BITS)

    def finish(self, scene: Scene, rng: np.random.Generator | None) -> NDArray[np.uint8]:
        """Apply light, blur and noise and return the RGB crop (size, size, 3) uint8."""
        small = cv2.resize(self.pixels, (self.size, self.size), interpolation=cv2.INTER_AREA)
        if scene.blur > 0.25:
            small = cv2.GaussianBlur(small, (0, 0), scene.blur * self.size / 64)
        across = np.linspace(-1, 1, self.size, dtype=np.float32)
        slope = scene.slope * self.style.shading
        ramp = 1 + np.float32(slope[0]) * across[None, :] + np.float32(slope[1]) * across[:, None]
        lit = small * (np.clip(ramp, 0.3, 1.7)[..., None] * scene.light.astype(np.float32))
        if rng is not None and scene.noise > 0:
            lit += rng.standard_normal(lit.shape, dtype=np.float32) * np.float32(255 * scene.noise)
        crop: NDArray[np.uint8] = np.clip(lit, 0, 255).astype(np.uint8)
        return crop
