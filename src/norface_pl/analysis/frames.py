"""The frames of sources: pictures read ahead, films in their own time, cameras in ours."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

import cv2
import numpy as np

from norface_pl.analysis.sources import Source
from norface_pl.errors import NorfaceError
from norface_pl.faces.extract import read_ahead
from norface_pl.io.images import Picture
from norface_pl.io.videos import VideoFrames

_CAMERA_RATE = 25.0


@dataclass(frozen=True, eq=False)
class Frame:
    """One picture, or one frame of a film or a camera.

    Attributes:
        source: where it is from.
        index: its number in a film, counted from 0; 0 for a picture.
        time: seconds since the beginning of the film; NaN for a picture.
        picture: RGB uint8 (H, W, 3); None where it could not be read.
        reason: why not.
    """

    source: Source
    index: int = 0
    time: float = np.nan
    picture: Picture | None = None
    reason: str = ""


@dataclass(frozen=True)
class Pace:
    """Which frames of films and cameras are looked at.

    Attributes:
        every: one frame of so many.
        seconds: after which a film or a camera is left; None goes to the end.
    """

    every: int = 1
    seconds: float | None = None

    def __post_init__(self) -> None:
        """Refuse what is out of range."""
        if self.every < 1 or (self.seconds is not None and self.seconds <= 0):
            raise NorfaceError(
                f"every is {self.every} and seconds is {self.seconds}; give 1 frame or more, and a "
                "time above 0"
            )

    def within(self, moment: float) -> bool:
        """Tell whether a moment of a film, in seconds, is looked at."""
        return self.seconds is None or moment < self.seconds


def frames_of(sources: Sequence[Source], pace: Pace) -> Iterator[Frame]:
    """Yield all frames in order; what cannot be read is a frame without a picture."""
    for files, group in groupby(sources, lambda s: isinstance(s.content, Path) and not s.moving):
        if files:
            yield from _stills(list(group))
            continue
        for source in group:
            if isinstance(source.content, Path):
                yield from _film(source, source.content, pace)
            elif isinstance(source.content, int):
                yield from _camera(source, source.content, pace)
            else:
                yield Frame(source, picture=source.content)


def count_frames(sources: Sequence[Source], pace: Pace) -> int:
    """Return about how many frames there are; 0 if nobody knows."""
    total = 0
    for source in sources:
        if not source.moving:
            total += 1
            continue
        if pace.seconds is not None or not isinstance(source.content, Path):
            return 0
        try:
            video = VideoFrames(source.content)
        except NorfaceError:
            return 0
        expected = video.expected()
        video.close()
        if not expected:
            return 0
        total += -(-expected // pace.every)
    return total


def frame_rate(source: Source) -> float:
    """Return the frames in a second of a film, on average, or about those of a camera."""
    if isinstance(source.content, Path):
        video = VideoFrames(source.content)
        rate = video.rate()
        video.close()
        return rate
    return _CAMERA_RATE


def _stills(sources: Sequence[Source]) -> Iterator[Frame]:
    paths = [source.content for source in sources if isinstance(source.content, Path)]
    for source, (_, reading) in zip(sources, read_ahead(paths), strict=True):
        try:
            yield Frame(source, picture=reading.result())
        except NorfaceError as error:
            yield Frame(source, reason=str(error))


def _film(source: Source, path: Path, pace: Pace) -> Iterator[Frame]:
    try:
        video = VideoFrames(path)
    except NorfaceError as error:
        yield Frame(source, reason=str(error))
        return
    index = 0
    try:
        for index, moment, picture in video.frames(pace.every):
            if not pace.within(moment):
                return
            yield Frame(source, index, moment, picture)
        if lost := video.missing():
            yield Frame(source, index + pace.every, reason=lost)
    except NorfaceError as error:
        yield Frame(source, reason=str(error))
    finally:
        video.close()


def _camera(source: Source, number: int, pace: Pace) -> Iterator[Frame]:
    capture = cv2.VideoCapture(number)
    try:
        if not capture.isOpened():
            raise NorfaceError(f"there is no camera {number}, or another program uses it")
        index, began = 0, time.monotonic()
        while True:
            good, bgr = capture.read()
            moment = time.monotonic() - began
            if not good or not pace.within(moment):
                break
            if index % pace.every == 0:
                picture = np.asarray(cv2.cvtColor(bgr, cv2.COLOR_BGR2RGB), dtype=np.uint8)
                yield Frame(source, index, moment, picture)
            index += 1
        if not index:
            raise NorfaceError(
                f"camera {number} gives no picture, or not in time; end other programs that use it"
            )
    finally:
        capture.release()
