"""Frames, and the faces that were found in them."""

from dataclasses import dataclass

from norface_pl.analysis.frames import Frame
from norface_pl.faces.detect import Face
from norface_pl.io.images import Picture


@dataclass(frozen=True, eq=False)
class Seen:
    """A frame and the faces in it.

    Attributes:
        frame: where they are.
        faces: the number of each, what the detector says, and its aligned picture.
        failures: why the frame, or a face in it, is left out.
        scale: pixels of the picture that was kept in one of the frame's.
    """

    frame: Frame
    faces: list[tuple[int, Face, Picture]]
    failures: list[str]
    scale: float = 1.0
