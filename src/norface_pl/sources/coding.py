"""Label files of action unit coders: occurrences in one table, intensities in a file per unit."""

import re
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from norface_pl.errors import NorfaceError
from norface_pl.io.number_table import lines, read_numbers
from norface_pl.labels import ACTION_UNITS, au_name
from norface_pl.sources.source import NOT_CODABLE

OCCURRENCES = (0, 1, NOT_CODABLE)
INTENSITIES = (0, 1, 2, 3, 4, 5)


def read_occurrence(path: Path, required: Sequence[int], headerless: Sequence[int]) -> pd.DataFrame:
    """Read a table whose header names the action unit of each column.

    Args:
        path: CSV file, one row per coded frame.
        required: action units that have to be there.
        headerless: action units of the columns, where a file has no header at all.

    Returns:
        ``frame`` and a column AU<n> for every known action unit of the header, in order of time.

    Raises:
        NorfaceError: a column is absent, or a value is none of 0, 1 and 9.
    """
    first = next(lines(path), (1, []))[1]
    if not first:
        raise NorfaceError(f"{path} is empty; unpack the label files again")
    places = _places(path, first)
    header = places is not None
    if places is None:
        if len(first) != len(headerless) + 1:
            raise NorfaceError(
                f"{path} has no header that names its {len(first)} columns, and "
                f"{len(headerless) + 1} are known; give the file as it was distributed"
            )
        places = {number: place for place, number in enumerate(headerless, 1)}
    absent = [au_name(number) for number in required if number not in places]
    if absent:
        raise NorfaceError(
            f"{path} has no column for {', '.join(absent)}; give the file as it was distributed"
        )
    known = [number for number in ACTION_UNITS if number in places]
    columns = [places[number] for number in known]
    return read_numbers(path, [au_name(number) for number in known], columns, OCCURRENCES, header)


def read_intensities(paths: Mapping[int, Path], allowed: Collection[int]) -> pd.DataFrame:
    """Read the file of each action unit, with rows ``frame,intensity`` and no header.

    Returns:
        ``frame`` and AU<n>_intensity, in order of time.

    Raises:
        NorfaceError: not readable, a value that is not allowed, or other frames than in the first.
    """
    tables = {
        path: read_numbers(path, [f"{au_name(number)}_intensity"], [1], allowed, header=False)
        for number, path in paths.items()
    }
    origin, joined = next(iter(tables.items()))
    for path, table in tables.items():
        if not np.array_equal(table["frame"], joined["frame"]):
            frame = min(set(table["frame"]) ^ set(joined["frame"]))
            lacking = path if frame in set(joined["frame"]) else origin
            raise NorfaceError(
                f"{path} has {len(table)} rows and {origin} has {len(joined)}: {lacking.name} "
                f"lacks frame {frame}; unpack the label files again"
            )
    columns = [table.drop(columns="frame") for table in tables.values()]
    return pd.concat([joined[["frame"]], *columns], axis="columns")


def _places(path: Path, cells: Sequence[str]) -> dict[int, int] | None:
    """Return the column of each action unit that a header names; None for a row of labels."""
    places: dict[int, int] = {}
    for place, cell in list(enumerate(cells))[1:]:
        name = re.fullmatch(r"(?:AU)?(\d+)", cell, re.IGNORECASE)
        if name is not None and places.setdefault(int(name[1]), place) != place:
            twice = int(name[1])
            if twice not in OCCURRENCES:
                raise NorfaceError(f"{path} has two columns {twice}; give it as distributed")
    # A row of labels holds nothing else than 0, 1 and 9.
    return places if len(places.keys() - set(OCCURRENCES)) >= 2 else None
