"""Writes the faces of a chunk while the detector works on the next one."""

from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from pathlib import Path

from norface_pl.errors import NorfaceError
from norface_pl.faces.detect import Face
from norface_pl.io.images import Picture, write_image
from norface_pl.prepare.crop import crop
from norface_pl.prepare.options import PrepareOptions


@dataclass(frozen=True, eq=False)
class Cut:
    """A face to cut out of a picture and to write."""

    path: Path
    picture: Picture
    face: Face


class ChunkWriter:
    """Cut out and write the faces of chunks in threads, one chunk behind.

    Args:
        options: size and template of the faces.
        threads: how many faces are written at once.
    """

    def __init__(self, options: PrepareOptions, threads: int) -> None:
        self._options = options
        self._pool = ThreadPoolExecutor(threads)
        self._behind: list[Future[int]] = []
        self._then: Callable[[], None] | None = None

    def add(self, cuts: Sequence[Cut], then: Callable[[], None]) -> None:
        """Finish the chunk before, then start on this one; ``then`` is called when it is on disk.

        Raises:
            NorfaceError: a face of the chunk before could not be written.
        """
        self.settle()
        self._behind = [self._pool.submit(self._write, cut) for cut in cuts]
        self._then = then

    def settle(self) -> None:
        """Wait until everything is on disk.

        Raises:
            NorfaceError: a face could not be written.
        """
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

    def _write(self, cut: Cut) -> int:
        return write_image(cut.path, crop(cut.picture, cut.face, self._options))
