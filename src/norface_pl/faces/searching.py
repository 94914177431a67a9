"""Finds faces at any roll and of any size with a network that was trained on upright ones."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from norface_pl.faces.detect import (
    Face,
    FaceNetwork,
    detect_all,
    distinct,
    largest_first,
    overlap,
    shrink_to,
)
from norface_pl.faces.landmarks import landmarks_in_order, lean, roll_of
from norface_pl.faces.views import View
from norface_pl.io.images import Picture

CLOSER = 3
"""How many times larger the second look at a picture is that may hold small faces."""

# Chosen on the first half of the people of benchmarks/turned.py, which reports on the others.
_QUARTERS, _DIAGONALS = (90.0, 180.0, 270.0), (45.0, 135.0, 225.0, 315.0)
_SMALL = 40  # pixels of a look; the networks begin to miss smaller faces
_LEVEL = 10.0  # degrees; landmarks of faces that are turned further get better by a look upright
_LEANING = 30.0  # degrees within which landmarks can be believed at all
_FITTING = 0.05  # sides of the crop; frontal faces lie nearer to the template
_WIDE, _NEAR = (192, 2.0), (320, 1.5)  # pixels of a look at one face, sides of its box


class SearchingDetector:
    """Look at doubtful faces again, turned or closer.

    A network that was trained on upright faces also finds most turned ones. But it misplaces their
    landmarks, often in a good arrangement: upside down, the eyes lie where the mouth is. A face is
    doubtful if its score is lower than upright faces have, or if its landmarks are turned or far
    from the template. Its part of the picture is then looked at in turned copies. The upright look
    with the highest score counts.

    Args:
        network: finds upright faces in a picture as it is.
        max_side: larger pictures are shrunk to this for the first look.
    """

    def __init__(self, network: FaceNetwork, max_side: int = 640) -> None:
        self.network = network
        self.max_side = max_side

    def detect(self, image: Picture) -> list[Face]:
        """Return the faces of an (H, W, 3) RGB uint8 picture, the largest first."""
        return self.detect_batch([image])[0]

    def detect_batch(self, images: Sequence[Picture]) -> list[list[Face]]:
        """Return the faces of several pictures; their first looks go together."""
        shrunk = [shrink_to(image, self.max_side) for image in images]
        seen = detect_all(self.network, [small for small, _ in shrunk])
        return [
            self._settle(image, [face.moved(factors) for face in faces])
            for image, faces, (_, factors) in zip(images, seen, shrunk, strict=True)
        ]

    def _settle(self, image: Picture, faces: list[Face]) -> list[Face]:
        for rolls in (_QUARTERS, _DIAGONALS):
            if not faces:
                faces = self._look(image, [View.whole(image, r, self.max_side) for r in rolls])
        small = _SMALL * max(image.shape[:2]) / self.max_side
        if small > _SMALL and (not faces or any(face.side < small for face in faces)):
            closer = self._look(image, [View.whole(image, 0.0, CLOSER * self.max_side)])
            # The first look would have seen larger ones: they are false.
            faces = distinct([*faces, *(face for face in closer if face.side < 2 * small)])
        if not all(map(self._is_sure, faces)):
            faces = distinct(self._upright(image, face) for face in faces)
        return largest_first(faces)

    def _look(self, image: Picture, views: Sequence[View]) -> list[Face]:
        seen = detect_all(self.network, [view.of(image) for view in views])
        return distinct(
            view.back(face) for view, faces in zip(views, seen, strict=True) for face in faces
        )

    def _is_sure(self, face: Face, roll: float = 0.0) -> bool:
        """Tell whether a face that was looked at turned by ``roll`` was upright, without doubt."""
        leaning, misfit = lean(face.landmarks, roll)
        return leaning <= _LEVEL and misfit <= _FITTING and face.score >= self.network.sure

    def _upright(self, image: Picture, face: Face) -> Face:
        """Return a face as the best look shows it; NaN landmarks if none does."""
        if self._is_sure(face):
            return face
        level = lean(face.landmarks, 0.0)[0] <= _LEVEL
        if not level and landmarks_in_order(face.landmarks):
            roll = roll_of(face.landmarks)
            for _, straight in self._again(image, face, [roll], *_NEAR):
                if self._is_sure(straight, roll):
                    return straight
        looks = self._again(image, face, [0.0, *_QUARTERS, *_DIAGONALS], *_WIDE)
        looks = [look for look in looks if lean(look[1].landmarks, look[0])[0] <= _LEANING]
        if not looks:
            return face if level else replace(face, landmarks=np.full((5, 2), np.nan))
        _, best = max(looks, key=lambda look: look[1].score)
        roll = roll_of(best.landmarks)
        if level and lean(face.landmarks, roll)[0] <= _LEANING:
            return face  # It was right.
        for _, nearer in self._again(image, best, [roll], *_NEAR):
            if lean(nearer.landmarks, roll)[0] <= _LEANING:
                return nearer
        return best

    def _again(
        self, image: Picture, face: Face, rolls: Sequence[float], side: int, extent: float
    ) -> list[tuple[float, Face]]:
        """Look at one face as if it were turned by each of some rolls; return where it is seen."""
        views = [View.around(face, roll, side, extent) for roll in rolls]
        looks = detect_all(self.network, [view.of(image) for view in views])
        found = []
        for view, faces in zip(views, looks, strict=True):
            seen = [view.back(one) for one in faces]
            nearest = max(seen, key=lambda one: overlap(one, face), default=None)
            if nearest is not None and overlap(nearest, face) > 0.2:
                found.append((view.roll, nearest))
        return found


def missed(image: Picture, max_side: int) -> str:
    """Return a hint for a picture without a found face; empty if it was searched in full size."""
    longest = max(image.shape[:2])
    if longest <= CLOSER * max_side:
        return ""
    return (
        f"its {longest} pixels were shrunk to {CLOSER * max_side}, raise --max_side if its face is "
        "small"
    )
