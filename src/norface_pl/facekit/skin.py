"""The colour of every vertex of a person, painted on the mean head."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from norface_pl.facekit.shapes import (
    EYE,
    EYE_SOCKET,
    FACE,
    GUMS,
    HEAD,
    SOCKET,
    TEETH,
    Shapes,
    Vertices,
)
from norface_pl.facekit.traits import Color, Person

Floats = NDArray[np.float32]
IRIS_RADIUS, PUPIL_RADIUS = 0.60, 0.20
INSIDE = {
    SOCKET: (0.22, 0.07, 0.07),
    EYE_SOCKET: (0.55, 0.30, 0.27),
    GUMS: (0.62, 0.30, 0.30),
    TEETH: (0.80, 0.77, 0.71),
    EYE: (0.86, 0.84, 0.82),
}


@dataclass(frozen=True)
class Coat:
    """What covers a person's vertices.

    Attributes:
        color: (V, 3) sRGB in [0, 1].
        gloss: (V,) strength of highlights.
        lift: (V,) cm by which hair stands off the skin.
    """

    color: Floats
    gloss: Floats
    lift: Floats


def _distance(points: Vertices, line: Vertices) -> Floats:
    """Distance of points (V, 3) from the polyline through (n, 3), seen from the front."""
    best = np.full(len(points), np.inf, np.float32)
    for start, end in zip(line[:-1, :2], line[1:, :2], strict=True):
        way = end - start
        share = np.clip((points[:, :2] - start) @ way / max(float(way @ way), 1e-9), 0, 1)
        gap = points[:, :2] - (start + share[:, None] * way)
        best = np.minimum(best, np.hypot(gap[:, 0], gap[:, 1]))
    return best


def _inside(points: Vertices, outline: Vertices) -> Floats:
    """Signed distance of points (V, 3) from an outline seen from the front, positive inside."""
    contour = np.ascontiguousarray(outline[:, :2], np.float32).reshape(-1, 1, 2)
    signed = [cv2.pointPolygonTest(contour, (float(x), float(y)), True) for x, y in points[:, :2]]
    return np.array(signed, np.float32)


def _soft(value: Floats, start: float, end: float) -> Floats:
    """Smooth step from 0 at ``start`` to 1 at ``end``, which may be smaller."""
    share = np.clip((value - start) / (end - start), 0, 1)
    smooth: Floats = share * share * (3 - 2 * share)
    return smooth


def _clouds(points: Vertices, scale: float, rng: np.random.Generator) -> Floats:
    """Smooth noise of about unit variance with features of ``scale`` cm."""
    waves = rng.normal(0, 2 / scale, (3, 24)).astype(np.float32)
    phases = rng.uniform(0, 2 * np.pi, 24).astype(np.float32)
    noise: Floats = np.cos(points @ waves + phases).sum(1) / np.float32(np.sqrt(12))
    return noise


def paint(shapes: Shapes, person: Person) -> Coat:
    """Paint a person; a few hundredths of a second, once a person."""
    rng = np.random.default_rng(person.texture)
    at, marks = shapes.neutral, shapes.neutral[shapes.landmarks]
    outside = (shapes.part == FACE) | (shapes.part == HEAD)
    color = np.empty((len(at), 3), np.float32)
    color[:] = person.skin

    def mix(amount: Floats, paint_: Color | Floats) -> None:
        share = np.where(outside, amount, 0)[:, None]
        color[:] = color * (1 - share) + np.asarray(paint_, np.float32) * share

    def round_(centre: Vertices, radius: float) -> Floats:
        gap = np.linalg.norm(at - centre, axis=1) / radius
        return np.exp(-gap * gap).astype(np.float32)

    # Skin: red where blood is near, dark around the eyes, patches and pores.
    red = person.skin * np.array((1.0, 0.78, 0.76))
    cheeks = [(marks[eye] * 0.55 + marks[mouth] * 0.45) for eye, mouth in ((36, 48), (45, 54))]
    for centre, radius in (*((c, 2.2) for c in cheeks), (marks[30], 1.3), (marks[8], 1.6)):
        mix(0.6 * person.blush * round_(centre, radius), red)
    for eye in (slice(36, 42), slice(42, 48)):
        around = marks[eye].mean(0) + np.array((0, 0.35, 0), np.float32)
        mix((0.2 + 0.25 * person.age) * round_(around, 1.5), person.skin * (0.80, 0.68, 0.66))
    color *= 1 + person.blotches * _clouds(at, 2.0, rng)[:, None]
    color *= 1 + 0.5 * person.blotches * _clouds(at, 0.5, rng)[:, None] * (0.5, 1.0, 1.0)
    color *= 1 + person.pores * rng.standard_normal(len(at), dtype=np.float32)[:, None]

    # Beard and moustache, thinner towards the cheeks, with a rough edge.
    rough = _clouds(at, 0.35, rng)
    lips = _inside(at, marks[48:60])
    front = _soft(at[:, 2], 0.0, 2.0)
    jaw = _soft(at[:, 1] - 0.28 * np.abs(at[:, 0]) + 0.15 * rough, marks[33, 1] + 0.6, marks[48, 1])
    bare = _soft(lips, 0.0, -0.25)
    upper = (
        round_((marks[33] + marks[51]) / 2, 1.0) + round_(marks[48], 0.9) + round_(marks[54], 0.9)
    )
    above = np.clip(upper * 1.4, 0, 1) * _soft(at[:, 1], marks[54, 1] + 0.9, marks[54, 1] + 0.3)
    below = _soft(at[:, 1], marks[51, 1], marks[54, 1] + 0.3)
    jaw_only = np.maximum(below, _soft(np.abs(at[:, 0]), 2.5, 3.6))
    strands = np.clip(0.8 + 0.25 * rough, 0.3, 1)
    mix(person.beard * jaw * front * bare * jaw_only * strands, person.hair * 0.85)
    mix(person.moustache * above * bare * strands, person.hair * 0.85)

    # Lips with a dark line where they meet.
    mix(_soft(lips, -0.10, 0.10), person.lips * (1 + 0.04 * rough[:, None]))
    mix(0.7 * _soft(_inside(at, marks[60:68]), -0.12, 0.0), person.lips * 0.45)
    for side in (slice(36, 40), slice(42, 46)):
        near = _distance(at, marks[side])
        lid = at[:, 2] > marks[side, 2].min() - 0.7
        mix(person.lashes * _soft(near, 0.14, 0.05) * lid, person.brow * 0.35)
        mix(
            0.35
            * _soft(np.abs(near - 0.42), 0.14, 0.03)
            * (at[:, 1] < marks[side, 1].min() + 0.1)
            * lid,
            person.skin * 0.6,
        )
    for side in (slice(17, 22), slice(22, 27)):
        line = marks[side] + np.array((0, person.brow_shift + 0.15, 0), np.float32)
        width = person.brow_width * (1 - 0.35 * _soft(np.abs(at[:, 0]), 3.0, 5.6))
        hairs = np.clip(0.85 + 0.2 * _clouds(at * (3, 1, 1), 0.4, rng), 0.4, 1)
        edge = _distance(at, line) / width
        mix(_soft(edge, 1.35, 0.6) * hairs * (at[:, 2] > 4), person.brow)

    # Hair from a wavy line on.
    height = marks[36:48, 1].mean() - at[:, 1]
    line = person.hairline + 0.35 * _clouds(at, 1.2, rng) - person.fringe - 0.05 * at[:, 0] ** 2 / 4
    temple = _soft(at[:, 2], 4.5, 2.5) * _soft(height, -2.0, 0.5)
    behind = _soft(at[:, 2], 0.5, -1.0) * _soft(height, -9.0, -7.0)
    ear = _soft(np.abs(at[:, 0]), 6.9, 7.3) * _soft(height, 1.8, 0.8) * (height > -9)
    hair = np.maximum(np.maximum(_soft(height - line, -0.25, 0.25), temple), behind)
    hair *= 1 - ear
    shade = 1 + 0.22 * _clouds(at * (4, 0.7, 4), 0.8, rng)
    mix(hair, person.hair * shade[:, None])

    for part, inner in INSIDE.items():
        color[shapes.part == part] = inner
    teeth = shapes.part == TEETH
    color[teeth] *= (1 - 0.10 * np.abs(at[teeth, :1]).astype(np.float32)).clip(0.6, 1)
    gloss = np.full(len(at), person.gloss, np.float32)
    gloss[(lips > 0) & outside] += 0.08
    gloss[hair > 0.5] = 0.05
    gloss[teeth] = 0.15
    for sign in (-1, 1):
        _paint_eye(shapes, person, sign, color, gloss)
    gloss[shapes.part == SOCKET] = 0
    return Coat(color.clip(0.01, 1), gloss, np.where(outside, 0.35 * hair, 0).astype(np.float32))


def _paint_eye(shapes: Shapes, person: Person, sign: int, color: Floats, gloss: Floats) -> None:
    """Paint iris and pupil on the foremost part of the eyeball of one side."""
    eye = np.flatnonzero((shapes.part == EYE) & (shapes.neutral[:, 0] * sign > 0))
    at = shapes.neutral[eye]
    middle = at[at[:, 2] >= np.quantile(at[:, 2], 0.8)].mean(0)
    radius = np.where(at[:, 2] > at[:, 2].mean(), np.hypot(*(at - middle)[:, :2].T), np.inf)
    ring = _soft(radius, IRIS_RADIUS + 0.06, IRIS_RADIUS - 0.06)[:, None]
    rim = _soft(np.abs(radius - IRIS_RADIUS), 0.16, 0.0)[:, None]
    pupil = _soft(radius, PUPIL_RADIUS + 0.06, PUPIL_RADIUS - 0.06)[:, None]
    iris = person.iris * (1 - 0.55 * rim) * (1 - 0.95 * pupil)
    color[eye] = color[eye] * (1 - ring) + iris * ring
    gloss[eye] = 0.6
