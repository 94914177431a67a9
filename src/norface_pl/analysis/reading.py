"""From frames to readings: faces are found in one thread while networks read those before."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, partial

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from norface_pl.analysis.columns import Doubts, table_of
from norface_pl.analysis.frames import Frame
from norface_pl.analysis.seen import Seen
from norface_pl.analysis.sources import Source
from norface_pl.analysis.tracks import Tracks
from norface_pl.errors import NorfaceError
from norface_pl.faces.detect import FaceDetector, shrink_to
from norface_pl.faces.extract import Which, align_faces
from norface_pl.inference.lists import in_lists
from norface_pl.inference.profile import Profile
from norface_pl.inference.stages import Stages
from norface_pl.io.ahead import ahead
from norface_pl.io.images import Picture

Owner = tuple[Source, int]
"""Whose a face is: a source, and its number in there."""

# Frames that wait between two threads; one of a large film takes 25 MB.
_WAITING = 4
# Frames without a face that are read together, so that none waits for ever.
_MOST = 4


@dataclass(frozen=True, eq=False)
class Reading:
    """What became of some frames that follow each other.

    Attributes:
        seen: the frames.
        redrawn: of all their faces, in order, RGB uint8 (N, H, W, 3).
        values: what was read from them (N, L).
        tabled: makes the table of frames, values and notes.
        notes: columns that say what was done to the values, a cell a face.
    """

    seen: list[Seen]
    redrawn: NDArray[np.uint8]
    values: NDArray[np.float32]
    tabled: Callable[..., pd.DataFrame]
    notes: Mapping[str, Sequence[object]] = field(default_factory=dict)

    @cached_property
    def table(self) -> pd.DataFrame:
        """A row a face, or a frame without one; see `norface_pl.analysis.columns`."""
        return self.tabled(self.seen, self.values, self.notes)

    @property
    def owners(self) -> list[Owner]:
        """Whose each face is."""
        return [(each.frame.source, number) for each in self.seen for number, _, _ in each.faces]

    @property
    def times(self) -> NDArray[np.float64]:
        """When each face was seen, in seconds."""
        return np.array([each.frame.time for each in self.seen for _ in each.faces], float)

    @property
    def failures(self) -> list[tuple[Frame, str]]:
        """Every frame that something was left out of, and why."""
        return [(each.frame, reason) for each in self.seen for reason in each.failures]


def find_faces(
    frames: Iterable[Frame],
    detector: FaceDetector,
    size: int,
    which: Which,
    shown: int,
    profile: Profile,
) -> Iterator[Seen]:
    """Find and align the faces of frames; those of a film keep their numbers.

    Args:
        frames: in order.
        detector: finds them.
        size: side of an aligned face.
        which: the largest face of a frame, or all.
        shown: side to which pictures are shrunk that are kept for an overlay; 0 keeps none.
        profile: is told how long it takes.
    """
    tracks, source = Tracks(), None
    for frame in frames:
        if frame.source is not source:
            tracks, source = Tracks(), frame.source
        if frame.picture is None:
            yield Seen(frame, [], [frame.reason])
            continue
        with profile.during("detect"):
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
    shown: int,
    profile: Profile,
) -> Iterator[Reading]:
    """Read frames, a batch of faces at a time; reading, finding and redrawing overlap."""
    size = stages.normalizer.image_size
    doubts = Doubts.of(detector, size)
    tabled = partial(table_of, classifier=stages.classifier, doubts=doubts)
    decoded = ahead(profile.through(frames, "decode"), _WAITING)
    found = ahead(find_faces(decoded, detector, size, which, shown, profile), _WAITING)
    for group in grouped(found, batch_size):
        crops = [crop for each in group for _, _, crop in each.faces]
        yield Reading(group, *_run(stages, crops, batch_size, profile), tabled)


def _run(
    stages: Stages, crops: Sequence[Picture], size: int, profile: Profile
) -> tuple[NDArray[np.uint8], NDArray[np.float32]]:
    parts = [stages.run(batch, profile) for batch in in_lists(crops, size)]
    if not parts:
        side, labels = stages.normalizer.image_size, len(stages.classifier.label_names)
        return np.empty((0, side, side, 3), np.uint8), np.empty((0, labels), np.float32)
    redrawn, values = zip(*parts, strict=True)
    return np.concatenate(redrawn), np.concatenate(values)
