"""Reads what was dropped on the page: one picture or film at a time, as one target person."""

import threading
from dataclasses import dataclass, replace
from pathlib import Path

from norface_pl.analysis.analyzer import Analyzer
from norface_pl.analysis.frames import count_frames
from norface_pl.analysis.sources import Found, Source
from norface_pl.analysis.table_file import TableFile
from norface_pl.app.gates import mean_gates
from norface_pl.app.person import redrawn_as
from norface_pl.errors import NorfaceError
from norface_pl.io.images import data_url, read_image
from norface_pl.io.tensors import to_pictures

FRAMES = 300
"""Frames of a film that are read, evenly spread over it where its length is known."""


@dataclass(frozen=True)
class Answer:
    """What the page shows of a picture or film.

    Attributes:
        body: HTML.
        table: CSV, as `norface analyze` writes it.
    """

    body: str
    table: str


class Reader:
    """Reads one source at a time, since the target person belongs to the networks.

    Args:
        analyzer: with the target person of the training.

    Attributes:
        target: that person's face, as a data URL.
    """

    def __init__(self, analyzer: Analyzer) -> None:
        self.analyzer = analyzer
        self.target = data_url(to_pictures(analyzer.stages.normalizer.target[None])[0])
        self._lock = threading.Lock()

    def read(self, source: Source, folder: Path, target: Path | None = None) -> Answer:
        """Read a picture or film.

        Args:
            source: whose content is a file.
            folder: for what is only needed meanwhile.
            target: picture of the person whom faces are redrawn as; None takes the trained one.

        Raises:
            NorfaceError: there is no face in it, or in the target, or it cannot be read.
        """
        person = None if target is None else read_image(target)
        with self._lock, redrawn_as(self.analyzer, person):
            return self._read(source, folder)

    def _read(self, source: Source, folder: Path) -> Answer:
        stages, choice = self.analyzer.stages, self.analyzer.choice
        expected = count_frames([source], choice.pace) if source.moving else 1
        choice = replace(choice, every=max(-(-expected // FRAMES), 1))
        page, table = self.analyzer.page(), TableFile(folder / "aus.csv")
        gates, frames = "", 0
        analyzer = Analyzer(stages, self.analyzer.detector, choice)
        for reading in analyzer.stream(Found([source])):
            page.add(reading)
            table.add(reading.table)
            frames += len(reading.seen)
            gates = gates or mean_gates(stages, reading)
            if frames >= FRAMES:
                break
        if not page.faces:
            name, reason = page.reasons[0]
            raise NorfaceError(f"{name}: {reason}")
        if choice.every > 1:
            page.warnings.append(f"One frame of {choice.every} was read.")
        if source.moving and not expected:
            page.warnings.append(f"At most the first {FRAMES} frames were read.")
        return Answer(page.body() + gates, table.path.read_text(encoding="utf-8"))
