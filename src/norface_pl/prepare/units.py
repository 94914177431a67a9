"""Divides a listing into pieces that can be prepared apart from each other."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd

BLOCK = 256
"""Pictures of a unit that is no sequence."""


@dataclass(frozen=True)
class Unit:
    """A sequence, or a block of single pictures; one process prepares it from first to last.

    Attributes:
        number: place among all units, from 0.
        folder: name of the folder of its faces.
        start: first row in the listing, up to ``stop``.
        in_time: whether the rows are frames one after the other.
    """

    number: int
    folder: str
    start: int
    stop: int
    in_time: bool

    def __len__(self) -> int:
        """Return the number of pictures."""
        return self.stop - self.start

    def chunks(self, size: int, done: int = 0) -> Iterator[range]:
        """Yield the rows that are left, ``size`` at a time."""
        for start in range(self.start + done, self.stop, size):
            yield range(start, min(start + size, self.stop))


def divide(listing: pd.DataFrame) -> list[Unit]:
    """Return the units of a listing, in its order; each row is in exactly one of them."""
    names = listing["sequence"].to_numpy(str)
    changes = np.flatnonzero(names[1:] != names[:-1]) + 1
    units: list[Unit] = []
    for start, stop in pairwise([0, *changes.tolist(), len(names)]):
        name = str(names[start])
        for first in range(start, stop, stop - start if name else BLOCK):
            number, last = len(units), stop if name else min(first + BLOCK, stop)
            folder = name or f"block{number:05d}"
            units.append(Unit(number, folder, first, last, bool(name)))
    return units
