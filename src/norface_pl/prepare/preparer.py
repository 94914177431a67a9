"""Prepares chunk after chunk: finds, chooses, cuts out, writes, notes."""

from functools import partial

from norface_pl.errors import NorfaceError
from norface_pl.faces.detect import Face, FaceDetector, detect_all
from norface_pl.io.files import make_folder
from norface_pl.prepare.choose import choose
from norface_pl.prepare.given import GivenFaces
from norface_pl.prepare.job import JobFolder
from norface_pl.prepare.options import PrepareOptions
from norface_pl.prepare.outcome import Outcome
from norface_pl.prepare.reading import Chunk
from norface_pl.prepare.units import Unit
from norface_pl.prepare.writing import ChunkWriter, Cut


class Preparer:
    """One process's share of a job.

    Args:
        folder: where faces and journals go.
        options: how faces are found and cut out.
        keys: of all pictures of the listing.
        detector: finds faces, or the data set's own, or None for pictures that are faces.
        threads: how many faces are written at once.
    """

    def __init__(
        self,
        folder: JobFolder,
        options: PrepareOptions,
        keys: list[str],
        detector: FaceDetector | GivenFaces | None,
        threads: int,
    ) -> None:
        self._folder, self._options, self._keys, self._detector = folder, options, keys, detector
        self._writer = ChunkWriter(options, threads)
        self._unit: Unit | None = None
        self._previous: Face | None = None

    def prepare(self, chunk: Chunk) -> None:
        """Prepare a chunk; it is on disk and noted when the next one is, or after ``finish``.

        Raises:
            NorfaceError: a picture without a face where that is an error, or a failure to write.
        """
        unit = chunk.unit
        journal = self._folder.journal(unit)
        if self._unit != unit:
            self._writer.settle()
            self._unit, self._previous = unit, None
            make_folder((self._folder.out / self._folder.face(unit, "any")).parent)
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
        found = self._find(chunk)
        outcomes: list[Outcome] = []
        cuts: list[Cut] = []
        for row, reading in zip(chunk.rows, chunk.readings, strict=True):
            if isinstance(reading, Outcome):
                outcomes.append(reading)
                continue
            key = self._keys[row]
            outcome = choose(key, reading, found[row], self._previous, self._options)
            if outcome.face is not None:
                path = self._folder.out / self._folder.face(chunk.unit, key)
                cuts.append(Cut(path, reading, outcome.face))
            self._remember(outcome)
            outcomes.append(outcome)
        return outcomes, cuts

    def _find(self, chunk: Chunk) -> dict[int, list[Face]]:
        """Faces of the rows whose picture could be read."""
        pictures = {
            row: reading
            for row, reading in zip(chunk.rows, chunk.readings, strict=True)
            if not isinstance(reading, Outcome)
        }
        if self._detector is None:
            return {row: [] for row in pictures}
        if isinstance(self._detector, GivenFaces):
            return {row: self._detector[row] for row in pictures}
        found = detect_all(self._detector, list(pictures.values()))
        return dict(zip(pictures, found, strict=True))

    def _remember(self, outcome: Outcome) -> None:
        if self._unit is not None and self._unit.in_time and outcome.own is not None:
            self._previous = outcome.own
