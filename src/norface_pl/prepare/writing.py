"""Cuts out and writes the faces of a chunk while the detector works on the next one."""

from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from pathlib import Path

import numpy as np

from norface_pl.errors import NorfaceError
from norface_pl.faces.align import similarity, warp
from norface_pl.faces.detect import Face
from norface_pl.io.images import Picture, write_image
from norface_pl.prepare.options import PrepareOptions

Cut = tuple[Path, Picture, Face]
"""Where to write which face of a picture."""


def crop(picture: Picture, face: Face, options: PrepareOptions) -> Picture:
    """Return the aligned face, (size, size, 3); by its box where there are no landmarks."""
    size, box = options.size, face.box
    if np.isfinite(face.landmarks).all():
        return warp(picture, similarity(face.landmarks, options.landmarks, size), size)
    # The square around a box, given by its outer edges, is moved onto the crop.
    scale = size / max(box[2] - box[0], box[3] - box[1], 1.0)
    left, top = (box[:2] + box[2:]) / 2 - size / scale / 2
    # Between edges and pixel centres lies half a pixel.
    shift_x, shift_y = (0.5 - left) * scale - 0.5, (0.5 - top) * scale - 0.5
    return warp(picture, np.array([[scale, 0.0, shift_x], [0.0, scale, shift_y]]), size)


class ChunkWriter:
    """Cuts out and writes the faces of chunks in threads, one chunk behind."""

    def __init__(self, options: PrepareOptions, threads: int) -> None:
        self._options = options
        self._pool = ThreadPoolExecutor(threads)
        self._behind: list[Future[int]] = []
        self._then: Callable[[], None] | None = None

    def add(self, cuts: Sequence[Cut], then: Callable[[], None]) -> None:
        """Finish the chunk before and start on this one; ``then`` is called when it is on disk."""
        self.settle()
        self._behind = [self._pool.submit(self._write, *cut) for cut in cuts]
        self._then = then

    def settle(self) -> None:
        """Wait until everything is on disk; a `NorfaceError` where a face cannot be written."""
        behind, then = self._behind, self._then
        self._behind, self._then = [], None
        wait(behind)
        try:
            for future in behind:
                future.result()
            if then is not None:
                then()
        except NorfaceError as error:
            raise NorfaceError(
                f"{error}; what is done stays, the same command goes on from there"
            ) from error

    def close(self) -> None:
        """Stop the threads; what was added last may be missing."""
        self._pool.shutdown(wait=True, cancel_futures=True)

    def _write(self, path: Path, picture: Picture, face: Face) -> int:
        return write_image(path, crop(picture, face, self._options))
