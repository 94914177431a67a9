"""A z-buffer over all triangles at once: which one a pixel shows, and where on it the pixel is."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
# Bits of a depth in a key that is compared as one integer; the rest numbers the candidates.
DEPTH_BITS = 24
CANDIDATE_BITS = 63 - DEPTH_BITS


def rasterize(
    points: Floats, depth: Floats, size: int
) -> tuple[NDArray[np.int64], NDArray[np.int64], Floats]:
    """Find the nearest triangle at the centre of each pixel.

    Args:
        points: (T, 3, 2) corners x, y in pixels; pixel centres have integer coordinates.
        depth: (T, 3) of the corners, larger is nearer to the viewer.
        size: side of the square picture.

    Returns:
        pixels (N,), as numbers row * size + column, of all that show a triangle; the triangle
        (N,) of each; the weights (N, 3) of its corners. Triangles without area show nothing.
    """
    nothing = np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros((0, 3), np.float32)
    first, second, third = points[:, 0], points[:, 1], points[:, 2]
    # Reductions over three corners are several times slower.
    low = np.ceil(np.minimum(np.minimum(first, second), third)).clip(0, size)
    high = np.floor(np.maximum(np.maximum(first, second), third)).clip(-1, size - 1)
    wide, tall = np.maximum(high - low + 1, 0).astype(np.int32).T
    area = _cross(second - first, third - first)
    kept = np.flatnonzero((wide * tall > 0) & (np.abs(area) > 1e-6))
    if not len(kept):
        return nothing
    first, wide, tall, low, area = first[kept], wide[kept], tall[kept], low[kept], area[kept]
    to_second, to_third = second[kept] - first, third[kept] - first
    near = depth[kept]
    # Weights of the second and the third corner are linear in x and y, and so is the depth: each
    # is its value at the box's first pixel and its steps to the right and down.
    steps = np.empty((len(kept), 3, 3), np.float32)
    steps[:, 0, 1], steps[:, 0, 2] = to_third[:, 1] / area, -to_third[:, 0] / area
    steps[:, 1, 1], steps[:, 1, 2] = -to_second[:, 1] / area, to_second[:, 0] / area
    start = low - first
    steps[:, :2, 0] = steps[:, :2, 1] * start[:, :1] + steps[:, :2, 2] * start[:, 1:]
    rise = (near[:, 1:] - near[:, :1])[:, :, None]
    steps[:, 2] = steps[:, 0] * rise[:, 0] + steps[:, 1] * rise[:, 1]
    steps[:, 2, 0] += near[:, 0]
    # All pixels of all bounding boxes in one row.
    counts = wide * tall
    owner = np.repeat(np.arange(len(kept), dtype=np.int32), counts)
    before = np.cumsum(counts, dtype=np.int32) - counts
    place = np.arange(len(owner), dtype=np.int32) - before[owner]
    row = place // wide[owner]
    column = place - row * wide[owner]
    x, y = column.astype(np.float32), row.astype(np.float32)
    of_weights = steps[:, :2].reshape(-1, 6)[owner].T
    b = of_weights[0] + of_weights[1] * x + of_weights[2] * y
    c = of_weights[3] + of_weights[4] * x + of_weights[5] * y
    inside = np.flatnonzero((b >= -1e-5) & (c >= -1e-5) & (b + c <= 1 + 1e-5))
    if not len(inside):
        return nothing
    owner, b, c = owner[inside], b[inside], c[inside]
    corner = (low[:, 1] * size + low[:, 0]).astype(np.int32)
    pixel = corner[owner] + row[inside] * size + column[inside]
    z = steps[:, 2][owner] * np.stack([np.ones_like(b), x[inside], y[inside]], 1)
    z = z[:, 0] + z[:, 1] + z[:, 2]
    z -= z.min()
    z *= ((1 << DEPTH_BITS) - 1) / max(float(z.max()), 1e-6)
    key = (z.astype(np.int64) << CANDIDATE_BITS) | np.arange(len(z))
    best = np.full(size * size, -1, np.int64)
    np.maximum.at(best, pixel, key)
    shown = np.flatnonzero(best >= 0)
    winner = best[shown] & ((1 << CANDIDATE_BITS) - 1)
    b, c = b[winner], c[winner]
    return shown, kept[owner[winner]], np.stack([1 - b - c, b, c], 1)


def _cross(first: Floats, second: Floats) -> Floats:
    product: Floats = first[:, 0] * second[:, 1] - first[:, 1] * second[:, 0]
    return product
