"""From frames to readings: faces are found in one thread while networks read those before."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from norface_pl.analysis.columns import Doubts, table_of
from norface_pl.analysis.frames import Frame
from norface_pl.analysis.tracks import Tracks
from norface_pl.errors import NorfaceError
from norface_pl.faces.detect import Face, FaceDetector, shrink_to
from norface_pl.faces.extract import Which, align_faces
from norface_pl.inference.lists import in_lists
from norface_pl.inference.stages import Stages
from norface_pl.io.ahead import ahead
from norface_pl.io.images import Picture

# Frames that wait between two threads; one of a large film takes 25 MB.
_WAITING = 4
# Frames without a face that are read together, so that none waits for ever.
_MOST = 4


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


@dataclass(frozen=True, eq=False)
class Reading:
    """What became of some frames that follow each other.

    Attributes:
        seen: the frames.
        redrawn: of all their faces, in order, RGB uint8 (N, H, W, 3).
        table: a row a face, or a frame without one; see `norface_pl.analysis.columns`.
    """

    seen: list[Seen]
    redrawn: NDArray[np.uint8]
    table: pd.DataFrame

    @property
    def failures(self) -> list[tuple[Frame, str]]:
        """Every frame that something was left out of, and why."""
        return [(each.frame, reason) for each in self.seen for reason in each.failures]


def find_faces(
    frames: Iterable[Frame], detector: FaceDetector, size: int, which: Which, shown: int
) -> Iterator[Seen]:
    """Find and align the faces of frames; those of a film keep their numbers.

    Args:
        frames: in order.
        detector: finds them.
        size: side of an aligned face.
        which: the largest face of a frame, or all.
        shown: side to which pictures are shrunk that are kept for an overlay; 0 keeps none.
    """
    tracks, source = Tracks(), None
    for frame in frames:
        if frame.source is not source:
            tracks, source = Tracks(), frame.source
        if frame.picture is None:
            yield Seen(frame, [], [frame.reason])
            continue
        try:
            faces, failures = align_faces(frame.picture, detector, size, which)
        except NorfaceError as error:
            faces, failures = [], [str(error)]
        numbers = list(range(len(faces)))
        if frame.source.moving:
            numbers = tracks.number([face for face, _ in faces], frame.time)
        kept, (factor, _) = shrink_to(frame.picture, shown) if shown else (None, (1.0, 1.0))
        found = [(n, face, crop) for n, (face, crop) in zip(numbers, faces, strict=True)]
        yield Seen(replace(frame, picture=kept), found, failures, 1 / factor)


def grouped(seen: Iterable[Seen], size: int) -> Iterator[list[Seen]]:
    """Yield frames in lists with about ``size`` faces each."""
    group: list[Seen] = []
    faces = 0
    for each in seen:
        group.append(each)
        faces += len(each.faces)
        if faces >= size or len(group) >= _MOST * size:
            yield group
            group, faces = [], 0
    if group:
        yield group


def read_frames(
    frames: Iterable[Frame],
    detector: FaceDetector,
    stages: Stages,
    which: Which,
    batch_size: int,
    shown: int = 0,
) -> Iterator[Reading]:
    """Read frames, a batch of faces at a time; reading, finding and redrawing overlap."""
    size = stages.normalizer.image_size
    doubts = Doubts.of(detector, size)
    found = ahead(find_faces(ahead(frames, _WAITING), detector, size, which, shown), _WAITING)
    for group in grouped(found, batch_size):
        crops = [crop for each in group for _, _, crop in each.faces]
        redrawn, values = _run(stages, crops, batch_size)
        yield Reading(group, redrawn, table_of(group, values, stages.classifier, doubts))


def _run(
    stages: Stages, crops: Sequence[Picture], size: int
) -> tuple[NDArray[np.uint8], NDArray[np.float32]]:
    parts = [stages.run(batch) for batch in in_lists(crops, size)]
    if not parts:
        side, labels = stages.normalizer.image_size, len(stages.classifier.label_names)
        return np.empty((0, side, side, 3), np.uint8), np.empty((0, labels), np.float32)
    redrawn, values = zip(*parts, strict=True)
    return np.concatenate(redrawn), np.concatenate(values)
