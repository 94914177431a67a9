"""What is left to do, chunk by chunk, with pictures that are read ahead of the detector."""

from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

import pandas as pd
from torch.utils.data import IterableDataset

from norface_pl.errors import NorfaceError
from norface_pl.io.frames import FrameReader, is_video_frame
from norface_pl.io.images import Picture
from norface_pl.prepare.job import JobFolder
from norface_pl.prepare.options import PrepareOptions, Recipe
from norface_pl.prepare.outcome import Outcome
from norface_pl.prepare.units import Unit
from norface_pl.sources.source import DataSource

NO_PICTURE = "no picture of this frame"
UNREADABLE = "picture cannot be read"
AHEAD = 2
"""Chunks in memory besides the one that the detector has."""

Reading = Picture | Outcome
"""A picture, or why it cannot be had."""


@dataclass(frozen=True, eq=False)
class PrepareTask:
    """What every process has to know.

    Attributes:
        recipe: of the detector, where the options name one.
        batch_size: pictures in a chunk.
        threads: pictures that a process reads, and writes, at once.
    """

    source: DataSource
    listing: pd.DataFrame
    units: Sequence[Unit]
    folder: JobFolder
    options: PrepareOptions
    recipe: Recipe
    batch_size: int
    threads: int


@dataclass(frozen=True, eq=False)
class Chunk:
    """Pictures of a unit that are prepared together, by their rows in the listing."""

    unit: Unit
    rows: range
    readings: list[Reading]


class ChunkStream(IterableDataset[Chunk]):
    """The chunks of some units that are not done yet."""

    def __init__(self, task: PrepareTask, units: Sequence[Unit]) -> None:
        super().__init__()
        self._task = task
        self._left: list[tuple[Unit, range]] = []
        for unit in units:
            journal = task.folder.journal(unit)
            journal.drop_torn_line()
            done = len(journal.read())
            self._left += [(unit, rows) for rows in unit.chunks(task.batch_size, done)]
        self.pictures = sum(len(rows) for _, rows in self._left)

    def __iter__(self) -> Iterator[Chunk]:
        """Yield chunks in order, read by threads; frames of videos by one, in their order."""
        reader = self._task.source.reader()
        sources = self._task.listing["source"].tolist()
        files, videos = ThreadPoolExecutor(self._task.threads), ThreadPoolExecutor(1)
        waiting: deque[tuple[Unit, range, list[Future[Reading]]]] = deque()

        def first() -> Chunk:
            unit, rows, futures = waiting.popleft()
            return Chunk(unit, rows, [future.result() for future in futures])

        try:
            for unit, rows in self._left:
                futures = []
                for row in rows:
                    pool = videos if is_video_frame(sources[row]) else files
                    futures.append(pool.submit(_read, reader, sources[row]))
                waiting.append((unit, rows, futures))
                if len(waiting) > AHEAD:
                    yield first()
            while waiting:
                yield first()
        finally:
            for pool in (files, videos):
                pool.shutdown(wait=True, cancel_futures=True)
            reader.close()


def _read(reader: FrameReader, source: str) -> Reading:
    if not source:
        return Outcome(None, None, NO_PICTURE)
    try:
        return reader.read(source)
    except NorfaceError as error:
        return Outcome(None, None, UNREADABLE, str(error))
