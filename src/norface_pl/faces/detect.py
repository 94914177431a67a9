"""Finding faces: what a detector returns."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import cv2
import numpy as np
from numpy.typing import NDArray

from norface_pl.io.images import Picture

_SAME = 0.4  # overlap above which two boxes are one face


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

    def moved(self, factors: NDArray[np.float64]) -> "Face":
        """Return the face in a picture that is larger by (x, y) factors."""
        return Face(self.box * np.tile(factors, 2), self.score, self.landmarks * factors)

    @property
    def area(self) -> float:
        """Area of the box in square pixels."""
        return float((self.box[2] - self.box[0]) * (self.box[3] - self.box[1]))

    @property
    def side(self) -> float:
        """Longer side of the box in pixels."""
        return float(max(self.box[2:] - self.box[:2]))


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


class FaceNetwork(FaceDetector, Protocol):
    """A network that finds upright faces; it misses turned ones, or misplaces their landmarks.

    Attributes:
        sure: score that nearly all upright faces of good pictures reach, and hardly any other.
    """

    sure: float


def detect_all(detector: FaceDetector, images: Sequence[Picture]) -> list[list[Face]]:
    """Return the faces of several pictures, together where the detector can."""
    if isinstance(detector, BatchDetector):
        return detector.detect_batch(images)
    return [detector.detect(image) for image in images]


def overlap(one: Face, other: Face) -> float:
    """Return the area that two boxes share, as a part of the area of both."""
    sides = np.minimum(one.box[2:], other.box[2:]) - np.maximum(one.box[:2], other.box[:2])
    shared = float(np.prod(sides.clip(min=0)))
    return shared / max(one.area + other.area - shared, 1e-9)


def distinct(faces: Iterable[Face]) -> list[Face]:
    """Return each face once, as the most certain of those that overlap."""
    kept: list[Face] = []
    for face in sorted(faces, key=lambda face: face.score, reverse=True):
        if all(overlap(face, other) <= _SAME for other in kept):
            kept.append(face)
    return kept


def largest_first(faces: Iterable[Face]) -> list[Face]:
    """Sort faces by their area."""
    return sorted(faces, key=lambda face: face.area, reverse=True)


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
    boxes: NDArray[np.floating], scores: NDArray[np.floating], landmarks: NDArray[np.floating]
) -> list[Face]:
    """Return faces of (N, 4) xyxy, (N,) and (N, 5, 2), the largest first."""
    return largest_first(
        Face(box.astype(np.float64), float(score), points.astype(np.float64))
        for box, score, points in zip(boxes, scores, landmarks, strict=True)
    )
