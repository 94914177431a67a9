"""Prepares chunk after chunk: finds, chooses, cuts out, writes, notes."""

from functools import partial

from norface_pl.errors import NorfaceError
from norface_pl.faces.detect import Face, FaceDetector, detect_all
from norface_pl.io.files import make_folder
from norface_pl.io.images import Picture
from norface_pl.prepare.choose import GivenFaces, choose
from norface_pl.prepare.outcome import Outcome
from norface_pl.prepare.reading import Chunk, PrepareTask
from norface_pl.prepare.units import Unit
from norface_pl.prepare.writing import ChunkWriter, Cut


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
