"""Values over the vertices of a head, from which its colours are mixed."""

from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from norface_pl.facekit.shapes import Shapes, Vertices

Floats = NDArray[np.float32]


def distance(points: Vertices, line: Vertices) -> Floats:
    """Distance of points (V, 3) from the polyline through (n, 3), seen from the front."""
    best = np.full(len(points), np.inf, np.float32)
    for start, end in zip(line[:-1, :2], line[1:, :2], strict=True):
        way = end - start
        share = np.clip((points[:, :2] - start) @ way / max(float(way @ way), 1e-9), 0, 1)
        gap = points[:, :2] - (start + share[:, None] * way)
        best = np.minimum(best, np.hypot(gap[:, 0], gap[:, 1]))
    return best


def inside(points: Vertices, outline: Vertices) -> Floats:
    """Signed distance of points (V, 3) from an outline seen from the front, positive inside."""
    contour = np.ascontiguousarray(outline[:, :2], np.float32).reshape(-1, 1, 2)
    signed = [cv2.pointPolygonTest(contour, (float(x), float(y)), True) for x, y in points[:, :2]]
    return np.array(signed, np.float32)


def soft(value: Floats, start: float, end: float) -> Floats:
    """Smooth step from 0 at ``start`` to 1 at ``end``, which may be smaller."""
    share = np.clip((value - start) / (end - start), 0, 1)
    smooth: Floats = share * share * (3 - 2 * share)
    return smooth


def clouds(points: Vertices, scale: float, rng: np.random.Generator) -> Floats:
    """Smooth noise of about unit variance with features of ``scale`` cm."""
    waves = rng.normal(0, 2 / scale, (3, 24)).astype(np.float32)
    phases = rng.uniform(0, 2 * np.pi, 24).astype(np.float32)
    noise: Floats = np.cos(points @ waves + phases).sum(1) / np.float32(np.sqrt(12))
    return noise


@lru_cache(maxsize=2)
def mouth_distances(shapes: Shapes) -> tuple[Floats, Floats]:
    """Signed distances (V,) from the lips' outer and inner outline, the same for everybody."""
    marks = shapes.neutral[shapes.landmarks]
    return inside(shapes.neutral, marks[48:60]), inside(shapes.neutral, marks[60:68])
