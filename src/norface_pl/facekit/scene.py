"""Where and how a clip is recorded: light, background, camera."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Scene:
    """One recording's surroundings.

    Attributes:
        ambient: strength of the light from everywhere.
        lamps: (L, 3) directions towards lamps, x right, y down, z towards the viewer.
        lamp_colors: (L, 3) their linear light.
        distance: of the camera in cm.
        background: (4, 4, 3) colours that fade into each other, sRGB in [0, 1].
        roughness: of the background's texture.
        blur: in pixels of a 64-pixel crop.
        noise: standard deviation, of full range.
        gain, contrast: of the camera.
        grey: whether the camera sees no colour.
    """

    ambient: NDArray[np.float64]
    lamps: NDArray[np.float64]
    lamp_colors: NDArray[np.float64]
    distance: float
    background: NDArray[np.float64]
    roughness: float
    blur: float
    noise: float
    gain: float
    contrast: float
    grey: bool


def sample_scene(rng: np.random.Generator) -> Scene:
    """Draw a scene: a key light from above or the side, often a second one, warm to cold."""
    count = int(rng.integers(1, 3))
    side, height = rng.normal(0, 0.75, count), rng.uniform(-1.1, 0.15, count)
    lamps = np.column_stack([side, height, rng.uniform(0.35, 1.0, count)])
    warmth = rng.normal(0, 0.06, (count + 1, 1)) * np.array([1, 0, -1.2])
    strength = np.array([1.0, rng.uniform(0.1, 0.6)])[:count]
    base = rng.uniform(0.05, 0.9) + rng.normal(0, 0.07, 3)
    varied = rng.normal(0, rng.uniform(0.01, 0.16), (4, 4, 1)) + rng.normal(0, 0.03, (4, 4, 3))
    return Scene(
        ambient=rng.uniform(0.2, 0.5) * (1 + warmth[0]),
        lamps=lamps / np.linalg.norm(lamps, axis=1, keepdims=True),
        lamp_colors=strength[:, None] * rng.uniform(0.5, 0.85) * (1 + warmth[1:]),
        distance=float(rng.uniform(45, 200)),
        background=np.clip(base + varied, 0, 1),
        roughness=float(rng.uniform(0, 0.04)),
        blur=float(rng.uniform(0, 0.6)),
        noise=float(rng.uniform(0, 0.022)),
        gain=float(rng.uniform(0.8, 1.1)),
        contrast=float(rng.uniform(0.85, 1.15)),
        grey=bool(rng.uniform() < 0.25),
    )


def studio() -> Scene:
    """Even light before a plain background: where the avatar is drawn.

    Both sides get the same light, so that a mirrored picture is the mirrored expression.
    """
    lamps = np.array([(-0.5, -0.5, 0.9), (0.5, -0.5, 0.9)])
    return Scene(
        ambient=np.full(3, 0.45),
        lamps=lamps / np.linalg.norm(lamps, axis=1, keepdims=True),
        lamp_colors=np.array([(0.39, 0.385, 0.38), (0.39, 0.385, 0.38)]),
        distance=120.0,
        background=np.broadcast_to([0.70, 0.72, 0.74], (4, 4, 3)).copy(),
        roughness=0.0,
        blur=0.0,
        noise=0.0,
        gain=1.0,
        contrast=1.0,
        grey=False,
    )


def paint_background(
    scene: Scene, size: int, rng: np.random.Generator | None
) -> NDArray[np.float32]:
    """Paint what is behind the head, (size, size, 3) sRGB in [0, 1]."""
    coarse = scene.background.astype(np.float32)
    if rng is not None and scene.roughness > 0:
        fine = rng.normal(0, scene.roughness, (24, 24, 1)).astype(np.float32)
        coarse = cv2.resize(coarse, (24, 24), interpolation=cv2.INTER_CUBIC) + fine
    wide = cv2.resize(coarse, (size, size), interpolation=cv2.INTER_CUBIC)
    return np.asarray(wide, np.float32).clip(0, 1)


def photograph(
    picture: NDArray[np.float32], scene: Scene, size: int, rng: np.random.Generator | None
) -> NDArray[np.uint8]:
    """Take the picture: average (n, n, 3) in [0, 1] down to uint8, with the camera's faults."""
    small = cv2.resize(picture, (size, size), interpolation=cv2.INTER_AREA)
    if scene.blur > 0.2:
        small = cv2.GaussianBlur(small, (0, 0), scene.blur * size / 64)
    if scene.grey:
        small = np.repeat(small @ np.array([[0.299], [0.587], [0.114]], np.float32), 3, axis=2)
    small = (small - 0.5) * np.float32(scene.contrast) + 0.5
    small = small * np.float32(scene.gain)
    if rng is not None and scene.noise > 0:
        channels = 1 if scene.grey else 3
        noise = rng.standard_normal((size, size, channels), dtype=np.float32)
        small = small + noise * np.float32(scene.noise)
    taken: NDArray[np.uint8] = np.rint(small * 255).clip(0, 255).astype(np.uint8)
    return taken
