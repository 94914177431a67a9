"""Pictures that are written as numbers in the rows of a CSV file."""

import csv
from pathlib import Path

import numpy as np

from norface_pl.data.frames import MARK, FrameReader
from norface_pl.data.images import Picture
from norface_pl.errors import NorfaceError


class PixelRows(FrameReader):
    """Reads row i of ``file.csv``, named ``file.csv#i``, counted from 0 without header and blanks.

    Where the rows begin is looked up once, so that of a large file only what is asked is parsed.

    Args:
        root: folder that the names are relative to.
        column: holds the grey values of a picture, row by row, with spaces between.
        side: height and width of the pictures in pixels.
    """

    def __init__(self, root: Path, column: str, side: int) -> None:
        super().__init__(root)
        self.column, self.side = column, side
        self._rows: dict[str, list[int]] = {}

    def read(self, source: str) -> Picture:
        """Return the picture of a row, (side, side, 3) RGB uint8, all channels alike.

        Raises:
            NorfaceError: the file or the row is missing, or does not hold such a picture.
        """
        name, _, index = source.rpartition(MARK)
        path = self.root / name
        try:
            rows = self._rows.get(name) or self._rows.setdefault(name, _starts(path))
            with path.open("rb") as file:
                header = _fields(file.readline())
                file.seek(rows[int(index)])
                fields = _fields(file.readline())
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


def _starts(path: Path) -> list[int]:
    starts, place = [], 0
    with path.open("rb") as file:
        for line in file:
            if line.strip():
                starts.append(place)
            place += len(line)
    return starts[1:]


def _fields(line: bytes) -> list[str]:
    (fields,) = csv.reader([line.decode()])
    return [field.strip() for field in fields]
