"""Frames of a video through OpenCV."""

from pathlib import Path

import cv2
import numpy as np

from norface_pl.data.images import Picture
from norface_pl.errors import NorfaceError

SUFFIXES = frozenset({".mp4", ".avi", ".mov", ".mkv", ".webm", ".wmv", ".m4v"})


class VideoFrames:
    """A video, read frame by frame; going back opens it anew, since seeking is not exact.

    Args:
        path: the video file.

    Raises:
        NorfaceError: missing, or OpenCV cannot read it.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        if not path.is_file():
            raise NorfaceError(f"there is no video {path}; check the path")
        self._next = 0
        # Past a damaged place OpenCV may go on with another frame than the one asked for.
        self._ended = False
        self._capture = self._open()

    def _open(self) -> cv2.VideoCapture:
        capture = cv2.VideoCapture(str(self.path))
        if not capture.isOpened():
            raise NorfaceError(
                f"OpenCV cannot read the video {self.path}; convert it, for example to H.264 mp4"
            )
        return capture

    def __len__(self) -> int:
        """Return how many frames the file claims to have; the last ones may not be readable."""
        return int(self._capture.get(cv2.CAP_PROP_FRAME_COUNT))

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
            raise NorfaceError(
                f"frame {index} of {self.path} cannot be read, the video ends or is damaged after "
                f"{self._next} frames"
            )
        self._next += 1
        return np.asarray(cv2.cvtColor(bgr, cv2.COLOR_BGR2RGB), dtype=np.uint8)

    def close(self) -> None:
        """Close the file."""
        self._capture.release()
