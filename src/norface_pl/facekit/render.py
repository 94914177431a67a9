"""From a head, a pose and light to an aligned picture."""

import numpy as np
from numpy.typing import NDArray

from norface_pl.facekit.camera import Posed
from norface_pl.facekit.glasses import Glasses
from norface_pl.facekit.raster import rasterize
from norface_pl.facekit.scene import Scene, paint_background, photograph
from norface_pl.facekit.shapes import (
    FACE,
    HEAD,
    LOWER_LIP,
    SOCKET,
    UPPER_LIP,
    Shapes,
    Vertices,
)
from norface_pl.facekit.skin import Coat

Floats = NDArray[np.float32]
GAMMA = 2.2
SHARPNESS = 22.0
# Darkness of a fold per cm that a vertex lies below its surroundings, and its limits.
FOLD, DARKEST, BRIGHTEST = 9.0, 0.45, 1.12

# Distance of the inner lips in cm from which the mouth shows its inside.
OPEN = 0.1


def _sum_at_corners(quads: NDArray[np.int32], values: Floats, count: int) -> Floats:
    """Sum (F, 3) values of quads at their corners, (V, 3)."""
    corners = quads.ravel()
    columns = [
        np.bincount(corners, np.repeat(values[:, axis], 4), count)
        for axis in range(values.shape[1])
    ]
    return np.stack(columns, 1).astype(np.float32)


def _shade(
    part: NDArray[np.uint8], coat: Coat, turned: Vertices, quads: NDArray[np.int32], scene: Scene
) -> Floats:
    """Colour (V, 3) of lit vertices, sRGB in [0, 1]."""
    a, b, c, d = (turned[quads[:, corner]] for corner in range(4))
    right, down = c - a, b - d
    middles = np.ones((len(quads), 7), np.float32)
    for axis, (one, other) in enumerate(((1, 2), (2, 0), (0, 1))):
        middles[:, axis] = right[:, one] * down[:, other] - right[:, other] * down[:, one]
    middles[:, 3:6] = (a + b + c + d) / 4
    sums = _sum_at_corners(quads, middles, len(turned))
    x, y, z = sums[:, 0], sums[:, 1], sums[:, 2]
    normal = sums[:, :3] / (np.sqrt(x * x + y * y + z * z) + np.float32(1e-9))[:, None]
    # Below its neighbours lies a fold, which gets less light.
    around = sums[:, 3:6] / np.maximum(sums[:, 6:], 1)
    depth = np.einsum("vd,vd->v", around - turned, normal)
    outside = (part == FACE) | (part == HEAD)
    fold = np.where(outside, 1 - FOLD * depth, 1).clip(DARKEST, BRIGHTEST)
    sky = 1 - 0.25 * normal[:, 1:2]
    light = scene.ambient.astype(np.float32) * sky * fold[:, None]
    shine = np.zeros((len(turned), 1), np.float32)
    for direction, color in zip(scene.lamps, scene.lamp_colors, strict=True):
        towards = normal @ direction.astype(np.float32)
        # Skin lets light through: its shadows begin late and softly.
        lit = ((towards + 0.25) / 1.25).clip(0, 1)
        light = light + (lit * fold.clip(0.7, 1.1))[:, None] * color.astype(np.float32)
        half = direction + (0, 0, 1)
        mirror = (normal @ (half / np.linalg.norm(half)).astype(np.float32)).clip(0, 1)
        shine += (mirror**SHARPNESS * coat.gloss)[:, None] * np.float32(color.mean())
    light[part == SOCKET] *= 0.6
    linear = coat.color ** np.float32(GAMMA) * light + 0.6 * shine
    shaded: Floats = np.power(np.minimum(linear, 1.0), np.float32(1 / GAMMA))
    return shaded


def _seen(points: Floats, quads: NDArray[np.int32], size: int) -> NDArray[np.int32]:
    """Return the quads that face the viewer and may touch a picture of ``size`` pixels."""
    # Columns of their own: reductions over four corners are several times slower.
    x, y = points[:, 0].copy(), points[:, 1].copy()
    out_x = np.where(x < 0, 1, 0) + np.where(x > size - 1, 2, 0)
    out_y = np.where(y < 0, 4, 0) + np.where(y > size - 1, 8, 0)
    out = (out_x + out_y).astype(np.uint8)
    a, b, c, d = quads.T
    # All corners beyond the same border.
    near = quads[(out[a] & out[b] & out[c] & out[d]) == 0]
    a, b, c, d = near.T
    area = (x[c] - x[a]) * (y[d] - y[b]) - (y[c] - y[a]) * (x[d] - x[b])
    seen: NDArray[np.int32] = near[area < 0]
    return seen


def render(
    shapes: Shapes,
    coat: Coat,
    posed: Posed,
    scene: Scene,
    matrix: NDArray[np.float64],
    size: int,
    rng: np.random.Generator | None,
    glasses: Glasses | None = None,
) -> NDArray[np.uint8]:
    """Draw a posed head.

    Args:
        shapes: the mesh.
        coat: what covers it.
        posed: where it is.
        scene: light, background and camera.
        matrix: (2, 3) from cm of ``posed.flat`` to pixels of the crop.
        size: side of the crop in pixels.
        rng: of noise; None: there is none.
        glasses: what is worn.

    Returns:
        RGB (size, size, 3) uint8.
    """
    fine = 2 if size <= 160 else 1
    canvas = size * fine
    scaled = matrix * fine
    scaled[:, 2] += (fine - 1) / 2
    points = (posed.flat @ scaled[:, :2].T + scaled[:, 2]).astype(np.float32)
    gap = posed.flat[shapes.landmarks[LOWER_LIP], 1] - posed.flat[shapes.landmarks[UPPER_LIP], 1]
    is_open = float(np.abs(gap).max()) > OPEN
    quads = _seen(points, shapes.quads if is_open else shapes.quads[: shapes.outer], canvas)
    # From here on only vertices that can be seen.
    mask = np.zeros(len(points), bool)
    mask[quads.ravel()] = True
    used, quads = np.flatnonzero(mask), (np.cumsum(mask, dtype=np.int32) - 1)[quads]
    points, turned = points[used], posed.turned[used]
    worn = Coat(coat.color[used], coat.gloss[used], coat.lift[used])
    colors = _shade(shapes.part[used], worn, turned, quads, scene)
    triangles = np.concatenate([quads[:, :3], quads[:, [0, 2, 3]]])
    pixels, owner, weights = rasterize(points[triangles], turned[:, 2][triangles], canvas)
    picture = paint_background(scene, canvas, rng)
    first, second, third = triangles[owner].T
    shown = colors[first] * weights[:, :1]
    shown += colors[second] * weights[:, 1:2]
    shown += colors[third] * weights[:, 2:]
    picture.reshape(-1, 3)[pixels] = shown
    if glasses is not None:
        glasses.wear(picture, scaled)
    return photograph(picture, scene, size, rng)
