"""Reads the pictures of chunks ahead of the detector."""

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

from norface_pl.errors import NorfaceError
from norface_pl.io.frames import FrameReader, is_video_frame
from norface_pl.io.images import Picture
from norface_pl.prepare.choose import NO_PICTURE, UNREADABLE
from norface_pl.prepare.outcome import Outcome
from norface_pl.prepare.units import Unit

Reading = Picture | Outcome
"""A picture, or why it cannot be had."""

AHEAD = 2
"""Chunks in memory besides the one that the detector has."""


@dataclass(frozen=True, eq=False)
class Chunk:
    """Pictures of a unit that are prepared together.

    Attributes:
        unit: where they belong.
        rows: their rows in the listing.
        readings: a picture, or the reason for none, per row.
    """

    unit: Unit
    rows: range
    readings: list[Reading]


def read_chunks(
    work: Iterable[tuple[Unit, range]], sources: Sequence[str], reader: FrameReader, threads: int
) -> Iterator[Chunk]:
    """Yield chunks in order, read by threads; frames of videos by one of them, in their order.

    Args:
        work: the unit and the rows of each chunk.
        sources: names of all pictures of the listing.
        reader: reads them.
        threads: how many pictures are read at once.
    """
    files, videos = ThreadPoolExecutor(threads), ThreadPoolExecutor(1)
    waiting: deque[tuple[Unit, range, list[Future[Reading]]]] = deque()

    def first() -> Chunk:
        unit, rows, futures = waiting.popleft()
        return Chunk(unit, rows, [future.result() for future in futures])

    try:
        for unit, rows in work:
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
