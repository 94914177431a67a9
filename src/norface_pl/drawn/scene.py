"""Where and how a clip is filmed: background, light, camera and the place of the face."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from norface_pl.drawn.traits import Color, as_color


@dataclass(frozen=True)
class Scene:
    """Everything constant over a clip that belongs neither to the person nor to the expression.

    The defaults are where the target person is drawn: plain grey background, even light, no noise.

    Attributes:
        top, bottom: colours of the background gradient.
        shapes: (R, 5) rectangles behind the head: x, y, width, height in mm, turn in degrees.
        shape_colors: (R, 3) in [0, 1].
        light: (3,) gain per channel.
        slope: (2,) brightness change across the crop in x and y.
        blur: standard deviation of the camera's blur in pixels of a 64 px crop.
        noise: standard deviation of the sensor noise, of 1.
        size: pixels of the photograph per mm.
        offset: (2,) place of the face in the photograph in pixels.
    """

    top: Color = (0.72, 0.74, 0.76)
    bottom: Color = (0.62, 0.64, 0.66)
    shapes: NDArray[np.float64] = field(default_factory=lambda: np.zeros((0, 5)))
    shape_colors: NDArray[np.float64] = field(default_factory=lambda: np.zeros((0, 3)))
    light: NDArray[np.float64] = field(default_factory=lambda: np.ones(3))
    slope: NDArray[np.float64] = field(default_factory=lambda: np.zeros(2))
    blur: float = 0.0
    noise: float = 0.0
    size: float = 1.0
    offset: NDArray[np.float64] = field(default_factory=lambda: np.full(2, 200.0))


def sample_scene(rng: np.random.Generator) -> Scene:
    """Draw a scene; lights from warm to cold, from the left or right, mostly from above."""
    count = int(rng.integers(0, 7))
    top, bottom = rng.uniform(0.05, 0.95, (2, 3))
    places = ((-160, 160, 2), (20, 120, 2), (0, 180, 1))
    warmth = rng.normal(0, 0.06)
    return Scene(
        top=as_color(top),
        bottom=as_color(bottom),
        shapes=np.hstack([rng.uniform(low, high, (count, n)) for low, high, n in places]),
        shape_colors=rng.uniform(0.05, 0.95, (count, 3)),
        light=rng.uniform(0.65, 1.2) * np.array([1 + warmth, 1.0, 1 - warmth]),
        slope=rng.normal(0, (0.22, 0.12)),
        blur=float(rng.uniform(0, 0.7)),
        noise=float(rng.uniform(0.0, 0.03)),
        size=float(rng.uniform(0.8, 2.2)),
        offset=rng.uniform(160, 260, 2),
    )
