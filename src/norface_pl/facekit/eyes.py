"""Iris and pupil, painted on the eyeballs."""

import numpy as np

from norface_pl.facekit.fields import Floats, soft
from norface_pl.facekit.shapes import EYE, Shapes
from norface_pl.facekit.traits import Person

IRIS_RADIUS, PUPIL_RADIUS = 0.60, 0.20
"""In cm."""


def paint_eye(shapes: Shapes, person: Person, sign: int, color: Floats, gloss: Floats) -> None:
    """Paint iris and pupil on the foremost part of the eyeball of one side."""
    eye = np.flatnonzero((shapes.part == EYE) & (shapes.neutral[:, 0] * sign > 0))
    at = shapes.neutral[eye]
    middle = at[at[:, 2] >= np.quantile(at[:, 2], 0.8)].mean(0)
    radius = np.where(at[:, 2] > at[:, 2].mean(), np.hypot(*(at - middle)[:, :2].T), np.inf)
    ring = soft(radius, IRIS_RADIUS + 0.06, IRIS_RADIUS - 0.06)[:, None]
    rim = soft(np.abs(radius - IRIS_RADIUS), 0.16, 0.0)[:, None]
    pupil = soft(radius, PUPIL_RADIUS + 0.06, PUPIL_RADIUS - 0.06)[:, None]
    iris = person.iris * (1 - 0.55 * rim) * (1 - 0.95 * pupil)
    color[eye] = color[eye] * (1 - ring) + iris * ring
    gloss[eye] = 0.6
