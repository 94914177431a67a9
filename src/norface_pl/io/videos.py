"""Frames of a video through OpenCV."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from norface_pl.errors import NorfaceError, told
from norface_pl.io.images import Picture

SUFFIXES = frozenset(
    {
        *(".mp4", ".m4v", ".mov", ".3gp", ".3g2", ".avi", ".mkv", ".webm", ".ogv"),
        *(".mpg", ".mpeg", ".m2v", ".ts", ".mts", ".m2ts", ".vob"),
        *(".wmv", ".asf", ".flv", ".f4v"),
    }
)

# Their headers hold the number of frames; others at most a duration and a rate that may vary.
_COUNTED = frozenset({".mp4", ".m4v", ".mov", ".avi"})

_SLACK = 2  # frames
_CONVERT = "convert it, for example to H.264 mp4, or remove it"


class VideoFrames:
    """A video, read frame by frame; going back opens it anew, since seeking is not exact."""

    def __init__(self, path: Path) -> None:
        self.path = path
        with told("read", path):
            if not path.is_file():
                raise NorfaceError(f"there is no video {path}; check the path")
            # OpenCV would not say why.
            with path.open("rb") as file:
                empty = not file.read(1)
        if empty:
            raise NorfaceError(f"{path} is empty; replace or remove the file")
        self._next = 0
        # Past a damaged place OpenCV may go on with another frame than the one asked for.
        self._ended = False
        self._capture = self._open()

    def _open(self) -> cv2.VideoCapture:
        # As bytes: OpenCV's bindings crash on a text that is not UTF-8, as file names may be.
        name: Any = os.fsencode(self.path)
        capture = cv2.VideoCapture(name)
        if not capture.isOpened():
            raise NorfaceError(
                f"{self.path} holds no video that OpenCV can read (no picture track, another "
                f"format, or damaged); {_CONVERT}"
            )
        return capture

    def count(self) -> int:
        """Return how many frames there are; the last ones may be unreadable in a damaged file.

        All are read where the header does not say; `frame` then starts anew.
        """
        self.frame(0)
        if named := self.expected():
            return named
        while self._capture.grab():
            self._next += 1
        self._ended = True
        return self._next

    def frame(self, index: int) -> Picture:
        """Return frame ``index``, counted from 0, as (H, W, 3) RGB uint8.

        Raises:
            NorfaceError: the video ends before, or is damaged there.
        """
        if index < self._next:
            self._capture.release()
            self._capture, self._next, self._ended = self._open(), 0, False
        while self._next < index and not self._ended:
            self._ended = not self._capture.grab()
            self._next += not self._ended
        good, bgr = (False, None) if self._ended else self._capture.read()
        if not good or bgr is None:
            self._ended = True
            raise NorfaceError(self._why(index))
        self._next += 1
        return np.asarray(cv2.cvtColor(bgr, cv2.COLOR_BGR2RGB), dtype=np.uint8)

    def frames(self, every: int = 1) -> Iterator[tuple[int, float, Picture]]:
        """Yield number, time in seconds and picture of every so many frames, from the first on.

        It ends where no further frame can be read; see `missing`. Times are those of the file,
        whose frames may come at a varying rate.

        Raises:
            NorfaceError: not even the first can be read.
        """
        index = 0
        while True:
            try:
                picture = self.frame(index)
            except NorfaceError:
                if index == 0:
                    raise
                return
            milliseconds = self._capture.get(cv2.CAP_PROP_POS_MSEC)
            # Some formats have no times.
            known = milliseconds > 0 or index == 0
            yield index, milliseconds / 1000 if known else index / self.rate(), picture
            index += every

    def rate(self) -> float:
        """Return the frames in a second, on average; 25 where the file does not say."""
        return float(self._capture.get(cv2.CAP_PROP_FPS)) or 25.0

    def expected(self) -> int:
        """Return the number of frames that the header names; 0 where it names none."""
        named = int(self._capture.get(cv2.CAP_PROP_FRAME_COUNT))
        return max(0, named) if self.path.suffix.lower() in _COUNTED else 0

    def missing(self) -> str:
        """Return what an end before the one that the header names is, in words; "" for none."""
        named = self.expected()
        # Headers are off by a frame or two in sound files.
        if not self._ended or named - self._next <= _SLACK:
            return ""
        return f"the film ends or is damaged after {self._next} of {named} frames"

    def _why(self, index: int) -> str:
        if self._next:
            return (
                f"frame {index} of {self.path} cannot be read, the video ends or is damaged after "
                f"{self._next} frames"
            )
        code = int(self._capture.get(cv2.CAP_PROP_FOURCC)).to_bytes(4, "little").decode("latin-1")
        return (
            f"no frame of {self.path} can be read: this OpenCV has no decoder for its codec "
            f"({code.strip()}), or the file is damaged; {_CONVERT}"
        )

    def close(self) -> None:
        """Close the file."""
        self._capture.release()
