"""Eyeballs that turn: ICT-FaceKit's shapes of the gaze move the lids alone."""

from collections.abc import Mapping

import numpy as np

from norface_pl.facekit.shapes import EYE, Shapes, Vertices
from norface_pl.faces.pose import rotation

ACROSS, ALONG = 32.0, 24.0
"""Degrees, to the side and up or down, that a weight of 1 turns an eye by."""


def turn_eyes(shapes: Shapes, head: Vertices, weights: Mapping[str, float]) -> None:
    """Turn the eyeballs of a head (V, 3) in place, each about its own middle.

    Args:
        shapes: the mesh.
        head: of a person.
        weights: those of ``eyeLook...`` count; ``_L`` is the person's left eye, on the right of
            the picture.
    """
    for side, sign in (("L", 1), ("R", -1)):
        look = {
            way: weights.get(f"eyeLook{way}_{side}", 0.0) for way in ("Out", "In", "Up", "Down")
        }
        yaw = ACROSS * sign * (look["Out"] - look["In"])
        pitch = ALONG * (look["Up"] - look["Down"])
        if not yaw and not pitch:
            continue
        ball = (shapes.part == EYE) & (shapes.neutral[:, 0] * sign > 0)
        at = head[ball]
        low, high = at.min(0), at.max(0)
        # The cornea bulges to the front, so the depth of the middle is found from the back.
        middle = (low + high) / 2
        middle[2] = low[2] + (high[1] - low[1]) / 2
        turn = rotation(np.array([yaw, pitch, 0.0])).astype(np.float32)
        head[ball] = (at - middle) @ turn.T + middle
