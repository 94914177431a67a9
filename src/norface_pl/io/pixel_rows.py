"""Pictures that are written as numbers in the rows of a CSV file."""

import csv
import mmap
from pathlib import Path

import numpy as np

from norface_pl.errors import NorfaceError
from norface_pl.io.frames import MARK, FrameReader
from norface_pl.io.images import Picture


class PixelRows(FrameReader):
    """Reads row i of ``file.csv``, named ``file.csv#i``, counted from 0 without header and blanks.

    Where the rows stand is looked up once, so that of a large file only what is asked is parsed.

    Args:
        root: folder that the names are relative to.
        column: holds the grey values of a picture, row by row, with spaces between.
        side: height and width of the pictures in pixels.
    """

    def __init__(self, root: Path, column: str, side: int) -> None:
        super().__init__(root)
        self.column, self.side = column, side
        self._lines: dict[str, list[tuple[int, int]]] = {}

    def read(self, source: str) -> Picture:
        """Return the picture of a row, (side, side, 3) RGB uint8, all channels alike.

        Raises:
            NorfaceError: the file or the row is missing, or does not hold such a picture.
        """
        name, _, index = source.rpartition(MARK)
        path = self.root / name
        try:
            lines = self._lines.get(name) or self._lines.setdefault(name, _lines(path))
            header, fields = (_fields(path, *lines[place]) for place in (0, 1 + int(index)))
            values = np.array(fields[header.index(self.column)].split(), np.int64)
        except (OSError, IndexError, ValueError) as error:
            raise NorfaceError(f"{self.root / source} cannot be read: {error}") from error
        if values.size != self.side**2 or values.min() < 0 or values.max() > 255:
            raise NorfaceError(
                f"{self.root / source} is no picture of {self.side} x {self.side} values from 0 "
                f"to 255, it has {values.size} values; get the file anew"
            )
        grey = values.astype(np.uint8).reshape(self.side, self.side)
        return np.repeat(grey[..., None], 3, axis=2)


def _lines(path: Path) -> list[tuple[int, int]]:
    found, start = [], 0
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        # Old Macs end lines with \r alone.
        end = b"\n" if content.find(b"\n") >= 0 else b"\r"
        while start < len(content):
            stop = content.find(end, start)
            stop = len(content) if stop < 0 else stop
            if content[start:stop].strip():
                found.append((start, stop))
            start = stop + 1
    return found


def _fields(path: Path, start: int, stop: int) -> list[str]:
    with path.open("rb") as file:
        file.seek(start)
        line = file.read(stop - start).decode("utf-8-sig")
    separator = max(",;\t", key=line.count)
    (fields,) = csv.reader([line], delimiter=separator, skipinitialspace=True)
    return [field.strip() for field in fields]
