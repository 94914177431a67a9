"""The avatar, the common person that photographs are redrawn as: nobody's face."""

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from norface_pl.acting.tables import TARGET_SUBJECT
from norface_pl.facekit.body import body_of
from norface_pl.facekit.camera import five_points, pose_head
from norface_pl.facekit.muscles import express
from norface_pl.facekit.render import render
from norface_pl.facekit.scene import studio
from norface_pl.facekit.shapes import load_shapes
from norface_pl.faces.align import AU_CROP, similarity

_FRONTAL = np.zeros(3)


def draw_avatar(shapes: Path, weights: Mapping[str, float], size: int) -> NDArray[np.uint8]:
    """Draw an expression on the avatar.

    It is aligned by its face at rest, so that a head stands still whatever its mouth does.

    Args:
        shapes: packed shapes of ICT-FaceKit.
        weights: of its expression shapes by name, 0 at rest and about 1 at most.
        size: side of the picture in pixels.

    Returns:
        RGB (size, size, 3) uint8, frontal, in the light of a studio.
    """
    mesh, body, scene = load_shapes(shapes), body_of(shapes, 0, TARGET_SUBJECT), studio()
    posed = pose_head(express(mesh, body.head, weights), _FRONTAL, scene.distance)
    return render(mesh, body.coat, posed, scene, _crop(shapes, size), size, None)


@lru_cache(maxsize=4)
def _crop(shapes: Path, size: int) -> NDArray[np.float64]:
    mesh, body = load_shapes(shapes), body_of(shapes, 0, TARGET_SUBJECT)
    at_rest = pose_head(body.head, _FRONTAL, studio().distance)
    return similarity(five_points(at_rest.flat, mesh.landmarks), AU_CROP, size)
