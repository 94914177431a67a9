"""What decides the faces that are prepared."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from norface_pl.errors import NorfaceError
from norface_pl.faces.align import ARCFACE_112, AU_CROP, FFHQ
from norface_pl.faces.detect import FaceDetector

Detector = Literal["retinaface_resnet50", "retinaface_mobile0.25", "yunet", "given", "none"]
Template = Literal["au", "ffhq", "arcface"]
Format = Literal["jpg", "png"]
Which = Literal["largest", "nearest"]
NoFace = Literal["skip", "previous", "center", "error"]
Recipe = Callable[[str], FaceDetector]
"""Builds a detector on a device; unlike the detector it can be sent to another process."""

_TEMPLATES = {"au": AU_CROP, "ffhq": FFHQ, "arcface": ARCFACE_112}


@dataclass(frozen=True)
class PrepareOptions:
    """How faces are found, chosen and cut out; the same options give the same faces.

    They are those of `norface prepare`, but for ``weights``, the SHA-256 of the detector's file,
    empty without one. A number out of range is a `NorfaceError`.
    """

    detector: Detector = "retinaface_mobile0.25"
    weights: str = ""
    threshold: float = 0.6
    max_side: int = 640
    template: Template = "au"
    size: int = 224
    format: Format = "jpg"
    faces: Which = "largest"
    no_face: NoFace = "skip"

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
