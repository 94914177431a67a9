"""Finding faces: what a detector returns, and how to load one."""

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, runtime_checkable

import cv2
import numpy as np
from numpy.typing import NDArray

from norface_pl.data.files import sha256_file
from norface_pl.data.images import Picture
from norface_pl.data.weights import how_to_get, is_known
from norface_pl.errors import NorfaceError


@dataclass(frozen=True, eq=False)
class Face:
    """One face that a detector found; pixels of the picture, pixel centres at integers.

    Attributes:
        box: (4,) left, top, right, bottom.
        score: confidence in [0, 1].
        landmarks: (5, 2) x, y: left-in-image eye, right-in-image eye, nose, left-in-image and
            right-in-image mouth corner.
    """

    box: NDArray[np.float64]
    score: float
    landmarks: NDArray[np.float64]

    @property
    def area(self) -> float:
        """Area of the box in square pixels."""
        return float((self.box[2] - self.box[0]) * (self.box[3] - self.box[1]))


class FaceDetector(Protocol):
    """Anything that finds faces in a picture."""

    def detect(self, image: Picture) -> list[Face]:
        """Return the faces of an (H, W, 3) RGB uint8 picture, the largest first."""
        ...


@runtime_checkable
class BatchDetector(FaceDetector, Protocol):
    """A detector that is faster on several pictures at once."""

    def detect_batch(self, images: Sequence[Picture]) -> list[list[Face]]:
        """Return for each picture, of any size, what ``detect`` would."""
        ...


def detect_all(detector: FaceDetector, images: Sequence[Picture]) -> list[list[Face]]:
    """Return the faces of several pictures, together where the detector can."""
    if isinstance(detector, BatchDetector):
        return detector.detect_batch(images)
    return [detector.detect(image) for image in images]


def load_detector(
    weights: Path | None, threshold: float = 0.6, device: str = "cpu", max_side: int = 640
) -> FaceDetector:
    """Build the detector that a weight file belongs to: .pth RetinaFace, .onnx YuNet.

    Args:
        weights: a file on this machine; nothing is ever downloaded.
        threshold: lowest score of a face.
        device: where RetinaFace runs; YuNet always runs on the CPU.
        max_side: larger pictures are shrunk to this for detection, results scaled back. On
            portraits of 1024 pixels and more both detectors find large false faces beside the
            true one; raise it only for small faces in large pictures.

    Raises:
        NorfaceError: no file given, not there, or not the weights of a known detector; or an
            option out of range.
    """
    if not 0 <= threshold <= 1 or max_side < 1:
        raise NorfaceError(
            f"threshold {threshold} and max_side {max_side} do not describe a detection; "
            "the threshold lies in [0, 1], max_side is at least 1 pixel"
        )
    if weights is None or not weights.is_file():
        problem = "no weights of a face detector were given"
        if weights is not None:
            problem = f"there is no weight file {weights}"
        raise NorfaceError(f"{problem}; {how_to_get()}")
    suffix = weights.suffix.lower()
    if suffix not in {".pth", ".onnx"}:
        raise NorfaceError(
            f"{weights} is no weight file of a face detector (.pth RetinaFace, .onnx YuNet); "
            f"{how_to_get()}"
        )
    if not is_known(sha256_file(weights)):
        warnings.warn(
            f"{weights.name} is not one of the weight files this detector was tried with; "
            "look at the aligned faces before you trust them",
            stacklevel=2,
        )
    if suffix == ".onnx":
        from norface_pl.data.yunet import YuNetDetector

        return YuNetDetector(weights, threshold=threshold, max_side=max_side)
    from norface_pl.data.retinaface import RetinaFaceDetector

    return RetinaFaceDetector(weights, threshold=threshold, device=device, max_side=max_side)


def landmarks_in_order(landmarks: NDArray[np.floating]) -> bool:
    """Tell whether five landmarks are arranged as on a face, whatever its rotation.

    Garbage weights and swapped conventions load without an error; this notices both: seen along
    the axis from eyes to mouth, left is left for both pairs and the nose lies in between.
    """
    points = np.asarray(landmarks, dtype=np.float64)
    if not np.isfinite(points).all():
        return False
    eyes, mouth = points[:2].mean(axis=0), points[3:].mean(axis=0)
    down = mouth - eyes
    right = np.array([down[1], -down[0]])
    nose = float((points[2] - eyes) @ down)
    return bool(
        (points[1] - points[0]) @ right > 0
        and (points[4] - points[3]) @ right >= 0
        and 0 < nose < float(down @ down) * 1.2
    )


def shrink_to(image: Picture, max_side: int) -> tuple[Picture, NDArray[np.float64]]:
    """Shrink a picture to a longest side; return it and the (x, y) factors back to the original."""
    height, width = image.shape[:2]
    ratio = max_side / max(height, width)
    if ratio >= 1:
        return image, np.ones(2)
    size = (max(1, round(width * ratio)), max(1, round(height * ratio)))
    small = np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)
    return small, np.array([width / size[0], height / size[1]])


def faces_from_rows(
    boxes: NDArray[np.floating],
    scores: NDArray[np.floating],
    landmarks: NDArray[np.floating],
    factors: NDArray[np.float64],
) -> list[Face]:
    """Scale (N, 4) xyxy, (N,) and (N, 5, 2) back to the original picture, largest face first."""
    faces = [
        Face(
            box=box.astype(np.float64) * np.tile(factors, 2),
            score=float(score),
            landmarks=points.astype(np.float64) * factors,
        )
        for box, score, points in zip(boxes, scores, landmarks, strict=True)
    ]
    return sorted(faces, key=lambda face: face.area, reverse=True)
