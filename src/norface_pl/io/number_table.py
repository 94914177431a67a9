"""Tables of whole numbers behind a frame number; mistakes are told with their line."""

import io
import warnings
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from norface_pl.errors import NorfaceError
from norface_pl.io.text import read_text


def read_numbers(
    path: Path, names: Sequence[str], columns: Sequence[int], allowed: Collection[int], header: bool
) -> pd.DataFrame:
    """Read some columns of a CSV file whose first one is a frame number.

    Args:
        path: the file.
        names: of the columns in the result.
        columns: their places in the file.
        allowed: values that they may have.
        header: whether the first line is a header.

    Returns:
        ``frame`` and the named columns as int8, in order of time.

    Raises:
        NorfaceError: not readable, empty, a frame twice, or a value that is not allowed.
    """
    used = [0, *columns]
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of an empty file, which is refused below
            text, skip = io.StringIO(_text(path)), int(header)
            values = np.loadtxt(
                text, comments=None, delimiter=",", skiprows=skip, usecols=used, ndmin=2
            )
    except ValueError as error:
        raise _unreadable(path, used, header) from error
    if not len(values):
        raise NorfaceError(f"{path} has no labels; unpack the label files again")

    def refuse(
        values: NDArray[np.float64], wrong: NDArray[np.bool_], what: str, wanted: str
    ) -> None:
        if wrong.any():
            row = int(wrong.argmax())
            line = [number for number, _ in lines(path)][row + header]
            told = f"{what} is {values[row]:g}; it has to be {wanted}"
            raise NorfaceError(f"{path}, line {line}: {told}")

    frame, labels = values[:, 0], values[:, 1:]
    refuse(frame, (frame < 0) | (frame % 1 != 0), "the frame", "a whole number")
    _, back, count = np.unique(frame, return_inverse=True, return_counts=True)
    refuse(frame, count[back] > 1, "the frame", "there once")
    for name, column in zip(names, labels.T, strict=True):
        wrong = ~np.isin(column, list(allowed))
        refuse(column, wrong, name, f"one of {', '.join(map(str, allowed))}")
    table = pd.DataFrame(labels.astype(np.int8), columns=pd.Index(names))
    table.insert(0, "frame", frame.astype(np.int64))
    return table.sort_values("frame", ignore_index=True)


def _unreadable(path: Path, columns: list[int], header: bool) -> NorfaceError:
    for number, cells in list(lines(path))[header:]:
        if len(cells) <= max(columns):
            what = f"{len(cells)} values where {max(columns) + 1} are needed"
            return NorfaceError(f"{path}, line {number}: {what}; unpack the label files again")
        for column in columns:
            try:
                float(cells[column])
            except ValueError:
                what = f"{cells[column]!r} is not a number"
                return NorfaceError(f"{path}, line {number}: {what}; correct the file")
    return NorfaceError(f"{path} is not a table of numbers; unpack the label files again")


def lines(path: Path) -> Iterator[tuple[int, list[str]]]:
    """Yield the number and the cells of every line that is not empty."""
    for number, line in enumerate(_text(path).split("\n"), 1):
        if line.strip():
            yield number, [cell.strip().strip('"') for cell in line.split(",")]


def _text(path: Path) -> str:
    if not path.exists():
        raise NorfaceError(f"there is no label file {path}; unpack the label files again")
    return read_text(path)
