"""Cuts the chosen face out of a picture."""

import numpy as np
from numpy.typing import NDArray

from norface_pl.faces.align import similarity, warp
from norface_pl.faces.detect import Face
from norface_pl.io.images import Picture
from norface_pl.prepare.options import PrepareOptions


def crop(picture: Picture, face: Face, options: PrepareOptions) -> Picture:
    """Return the aligned face, (size, size, 3); by its box where there are no landmarks."""
    if np.isfinite(face.landmarks).all():
        matrix = similarity(face.landmarks, options.landmarks, options.size)
    else:
        matrix = _square(face.box, options.size)
    return warp(picture, matrix, options.size)


def _square(box: NDArray[np.float64], size: int) -> NDArray[np.float64]:
    """Matrix that moves the square around a box, given by its outer edges, onto the crop."""
    scale = size / max(box[2] - box[0], box[3] - box[1], 1.0)
    left, top = (box[:2] + box[2:]) / 2 - size / scale / 2
    # Between edges and pixel centres lies half a pixel.
    shift_x, shift_y = (0.5 - left) * scale - 0.5, (0.5 - top) * scale - 0.5
    return np.array([[scale, 0.0, shift_x], [0.0, scale, shift_y]])
