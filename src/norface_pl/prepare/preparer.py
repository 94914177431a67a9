"""Prepares chunk after chunk: finds, chooses, cuts out, writes, notes."""

from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from functools import partial
from pathlib import Path

import numpy as np

from norface_pl.errors import NorfaceError
from norface_pl.faces.align import similarity, warp
from norface_pl.faces.detect import Face, FaceDetector, detect_all
from norface_pl.io.files import make_folder
from norface_pl.io.images import Picture, write_image
from norface_pl.prepare.choose import GivenFaces, choose
from norface_pl.prepare.options import PrepareOptions
from norface_pl.prepare.outcome import Outcome
from norface_pl.prepare.reading import Chunk, PrepareTask
from norface_pl.prepare.units import Unit

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


class Preparer:
    """One process's share of a task, with the detector on its device."""

    def __init__(self, task: PrepareTask, device: str) -> None:
        self._options, self._folder = task.options, task.folder
        self._keys = task.listing["key"].tolist()
        self._given: GivenFaces | None = None
        self._detector: FaceDetector | None = None
        if task.options.detector == "given":
            self._given = GivenFaces(task.listing, task.source.name)
        elif task.options.detector != "none":
            self._detector = task.recipe(device)
        self._writer = ChunkWriter(task.options, task.threads)
        self._unit: Unit | None = None
        self._previous: Face | None = None

    def prepare(self, chunk: Chunk) -> None:
        """Prepare a chunk; it is on disk and noted when the next one is, or after ``finish``."""
        journal = self._folder.journal(chunk.unit)
        if self._unit != chunk.unit:
            self._writer.settle()
            self._unit, self._previous = chunk.unit, None
            make_folder((self._folder.out / self._folder.face(chunk.unit, "any")).parent)
            for outcome in journal.read():
                self._remember(outcome)
        try:
            outcomes, cuts = self._decide(chunk)
        except NorfaceError:
            self.finish()
            raise
        self._writer.add(cuts, partial(journal.add, outcomes))

    def finish(self) -> None:
        """Wait until everything is on disk and noted."""
        self._writer.settle()
        self._writer.close()

    def _decide(self, chunk: Chunk) -> tuple[list[Outcome], list[Cut]]:
        readings = dict(zip(chunk.rows, chunk.readings, strict=True))
        pictures = {row: one for row, one in readings.items() if not isinstance(one, Outcome)}
        found = self._find(pictures)
        outcomes: list[Outcome] = []
        cuts: list[Cut] = []
        for row, reading in readings.items():
            outcome, key = reading, self._keys[row]
            if not isinstance(outcome, Outcome):
                outcome = choose(key, outcome, found[row], self._previous, self._options)
                if outcome.face is not None:
                    path = self._folder.out / self._folder.face(chunk.unit, key)
                    cuts.append((path, pictures[row], outcome.face))
            self._remember(outcome)
            outcomes.append(outcome)
        return outcomes, cuts

    def _find(self, pictures: dict[int, Picture]) -> dict[int, list[Face]]:
        """Faces by row."""
        if self._given is not None:
            return {row: self._given[row] for row in pictures}
        if self._detector is None:
            return {row: [] for row in pictures}
        found = detect_all(self._detector, list(pictures.values()))
        return dict(zip(pictures, found, strict=True))

    def _remember(self, outcome: Outcome) -> None:
        if self._unit is not None and self._unit.in_time and outcome.own is not None:
            self._previous = outcome.own
