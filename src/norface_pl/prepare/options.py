"""What decides the faces that are prepared."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from norface_pl.errors import NorfaceError
from norface_pl.faces.align import ARCFACE_112, AU_CROP, FFHQ
from norface_pl.faces.detect import FaceDetector

Recipe = Callable[[str], FaceDetector]
"""Builds a detector on a device; unlike the detector it can be sent to another process."""

_TEMPLATES = {"au": AU_CROP, "ffhq": FFHQ, "arcface": ARCFACE_112}


@dataclass(frozen=True)
class PrepareOptions:
    """How faces are found, chosen and cut out; the same options give the same faces.

    Attributes:
        detector: What finds faces; given takes the boxes or landmarks that the data set has, none
            only scales pictures that are aligned already.
        weights: SHA-256 of the detector's weight file; empty without one.
        threshold: Lowest score at which a detection counts as a face.
        max_side: Larger pictures are shrunk to this for detection; raise it for small faces in
            large pictures only, since portraits then give false faces.
        template: Crop: tight for action units, FFHQ-like with hair, or ArcFace's.
        size: Side of a face in pixels.
        format: JPEG of quality 95, or PNG.
        faces: Of several faces the largest, or the one nearest to that of the frame before.
        no_face: Of a picture without a face: skip it, take the place of the previous face of its
            sequence, take the centre, or stop with an error.

    Raises:
        NorfaceError: a number out of range.
    """

    detector: Literal["retinaface_resnet50", "retinaface_mobile0.25", "yunet", "given", "none"] = (
        "retinaface_mobile0.25"
    )
    weights: str = ""
    threshold: float = 0.6
    max_side: int = 640
    template: Literal["au", "ffhq", "arcface"] = "au"
    size: int = 224
    format: Literal["jpg", "png"] = "jpg"
    faces: Literal["largest", "nearest"] = "largest"
    no_face: Literal["skip", "previous", "center", "error"] = "skip"

    def __post_init__(self) -> None:
        """Check the numbers."""
        if not 0 <= self.threshold <= 1:
            raise NorfaceError(f"threshold is {self.threshold}; give a score between 0 and 1")
        for name in ("size", "max_side"):
            if getattr(self, name) < 1:
                raise NorfaceError(f"{name} is {getattr(self, name)}; give 1 pixel or more")

    @property
    def landmarks(self) -> NDArray[np.float64]:
        """The template's five landmarks in the unit square, (5, 2)."""
        return _TEMPLATES[self.template]
