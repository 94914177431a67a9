"""Five-point similarity alignment: landmarks and a template give a square crop."""

import cv2
import numpy as np
from numpy.typing import NDArray

from norface_pl.errors import NorfaceError

# Templates are coordinates in the unit square of the crop: 0 is the outer edge of the first
# pixel, 1 that of the last, so that crops of any size show exactly the same part of the face.
# Order: left-in-image eye, right-in-image eye, nose, left and right mouth corner.
AU_CROP: NDArray[np.float64] = np.array(
    [[0.32, 0.32], [0.68, 0.32], [0.50, 0.52], [0.345, 0.70], [0.655, 0.70]]
)
"""Tight crop for action units: mid-forehead to below the chin, cheek to cheek."""

FFHQ: NDArray[np.float64] = (
    np.array(
        [[192.98, 239.95], [318.90, 240.19], [256.63, 314.02], [201.26, 371.41], [313.09, 371.15]]
    )
    + 0.5
) / 512
"""FFHQ-like crop with hair and background (facexlib's 512-pixel template)."""

ARCFACE_112: NDArray[np.float64] = (
    np.array(
        [[38.2946, 51.6963], [73.5318, 51.5014], [56.0252, 71.7366], [41.5493, 92.3655]]
        + [[70.7299, 92.2041]]
    )
    + 0.5
) / 112
"""The crop that ArcFace recognition networks expect (InsightFace's 112-pixel template)."""

_MAX_SUPERSAMPLED = 4096


def similarity(
    landmarks: NDArray[np.floating], template: NDArray[np.float64], size: int
) -> NDArray[np.float64]:
    """Return the 2x3 matrix that moves landmarks onto a template of a ``size`` pixel crop.

    Least-squares rotation, scale and translation without reflection. Points of the plane are
    read as complex numbers, where Umeyama's solution (TPAMI 1991) is one complex factor.

    Args:
        landmarks: (5, 2) x, y in pixels of the image; pixel centres have integer coordinates.
        template: (5, 2) in [0, 1], for example ``AU_CROP``.
        size: side of the crop in pixels.

    Raises:
        NorfaceError: the landmarks are not (5, 2), not finite or do not span a plane figure.
    """
    points = np.asarray(landmarks, dtype=np.float64)
    if points.shape != template.shape or not np.isfinite(points).all():
        raise NorfaceError(
            f"alignment needs {len(template)} finite landmarks (x, y), got an array of shape "
            f"{points.shape}; check the detector's output for this face"
        )
    source = points[:, 0] + 1j * points[:, 1]
    target = (template[:, 0] + 1j * template[:, 1]) * size - (0.5 + 0.5j)
    source_mean, target_mean = source.mean(), target.mean()
    centered = source - source_mean
    spread = np.vdot(centered, centered).real
    factor = np.vdot(centered, target - target_mean) / spread if spread > 1e-6 else 0j
    if abs(factor) < 1e-9:
        raise NorfaceError(
            "the landmarks of a face lie in one point or do not look like a face at all; "
            "drop this detection or give better landmarks"
        )
    shift = target_mean - factor * source_mean
    return np.array(
        [[factor.real, -factor.imag, shift.real], [factor.imag, factor.real, shift.imag]]
    )


def warp(
    image: NDArray[np.uint8],
    matrix: NDArray[np.float64],
    size: int | tuple[int, int],
    border: int = cv2.BORDER_REPLICATE,
) -> NDArray[np.uint8]:
    """Cut the crop of ``matrix`` out of an image, without aliasing when it shrinks.

    warpAffine looks at 2x2 source pixels only. A crop that shrinks the image is therefore
    sampled at about the resolution of the source and then averaged down in whole blocks.

    Args:
        image: (H, W) or (H, W, C) uint8.
        matrix: 2x3 from ``similarity``, image to crop.
        size: side of the crop in pixels, or its width and height.
        border: OpenCV's border mode for what lies outside the image.
    """
    scale = float(np.hypot(matrix[0, 0], matrix[1, 0]))
    width, height = (size, size) if isinstance(size, int) else size
    most = _MAX_SUPERSAMPLED // max(width, height)
    factor = max(1, min(int(np.ceil(1 / scale - 1e-6)), most))
    fine = matrix * factor
    fine[:, 2] += (factor - 1) / 2  # keeps block centres on pixel centres
    fine_size = (width * factor, height * factor)
    crop = cv2.warpAffine(image, fine, fine_size, None, cv2.INTER_LINEAR, border)
    if factor > 1:
        crop = cv2.resize(crop, (width, height), interpolation=cv2.INTER_AREA)
    return np.asarray(crop, dtype=np.uint8)
