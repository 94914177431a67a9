"""A user's own table of labels: a row per picture, read strictly."""

import warnings
from pathlib import Path, PureWindowsPath
from typing import Any, TypeAlias

import numpy as np
import pandas as pd

from norface_pl.errors import NorfaceError
from norface_pl.io.frames import file_of
from norface_pl.io.text import read_cells
from norface_pl.labels import EMOTIONS, MAX_INTENSITY
from norface_pl.sources.headers import AU_COLUMNS, NUMBERS, WORDS, name_columns
from norface_pl.sources.people import tidy
from norface_pl.sources.source import BOX, LANDMARKS, NOT_CODABLE

Numbers: TypeAlias = "pd.Series[Any]"
MISSING = ("", "na", "n/a", "nan", "null", "none")
"""What stands in columns of numbers where there is none; in columns of words it is a word."""


def read_label_table(path: Path) -> pd.DataFrame:
    """Read a CSV or Parquet file with a row per picture.

    Words that are not given become "", action units that are not given become 9 (not codable);
    columns that this project does not know are kept as they are. What was renamed and what is not
    used is said in a warning.

    Raises:
        NorfaceError: not a readable table, no column ``path``, or a value that cannot be.
    """
    table = _read(path)
    _refuse(path, table, "path", table["path"] == "", "name a picture")
    words = {
        "part": (r"train|val|test|\d+|", "train, val, test or a number"),
        "expression": ("|".join(("", *EMOTIONS)), f"one of {', '.join(EMOTIONS)}"),
    }
    for name in table.columns.intersection(list(words)):
        pattern, wanted = words[name]
        table[name] = table[name].str.lower()
        _refuse(path, table, name, ~table[name].str.fullmatch(pattern), f"give {wanted}")
    for name in table.columns[table.columns.str.fullmatch("|".join((AU_COLUMNS, *NUMBERS)))]:
        found, bad, wanted = _checked(name, _numbers(path, table, name))
        _refuse(path, table, name, bad, wanted)
        table[name] = found
    for group, what in ((BOX, "box"), (LANDMARKS, "five landmarks")):
        absent = [name for name in group if name not in table.columns]
        if absent and len(absent) < len(group):
            raise NorfaceError(
                f"{path} has only some columns of the {what}; add {', '.join(absent)} or drop all"
            )
    if BOX[0] in table.columns:
        for low, high, size in (("left", "right", "width"), ("top", "bottom", "height")):
            wanted = f"if these are {size}s, give {high} = {low} + {size}"
            empty = table[high] <= table[low]
            _refuse(path, table, high, empty, f"a box ends behind its {low}; {wanted}")
    return table


def below_root(root: Path, name: str) -> str:
    r"""Return the path below ``root`` that a table means by a name, with ``/`` between folders.

    A table may name files by their absolute path, and by ``\`` as on Windows.

    Raises:
        NorfaceError: an absolute path that does not lie below ``root``, or one that leads out.
    """
    path = Path(name)
    if "\\" in name and not file_of(root, name).exists():
        path = Path(PureWindowsPath(name).as_posix())
    if path.is_absolute():
        # Links to folders are followed, so that both names of a folder lead to it.
        real = path.parent.resolve() / path.name
        pairs = ((path, root.absolute()), (real, root.resolve()))
        path = next((a.relative_to(b) for a, b in pairs if a.is_relative_to(b)), path)
    if path.is_absolute() or ".." in path.parts:
        raise NorfaceError(
            f"the table names {name}, which is not below {root}; give a --root above all files"
        )
    return path.as_posix()


def _read(path: Path) -> pd.DataFrame:
    if not path.is_file():
        raise NorfaceError(f"there is no table {path}; check --table")
    if path.suffix.lower() == ".parquet":
        try:
            cells = pd.read_parquet(path)
        except (OSError, ValueError) as error:
            reason = str(error).splitlines()[0]
            raise NorfaceError(f"{path} cannot be read as Parquet: {reason}") from error
    else:
        cells = read_cells(path)
    names, remarks = name_columns([str(name) for name in cells.columns], path)
    if "path" not in names:
        there = ", ".join(map(str, cells.columns))
        raise NorfaceError(
            f"{path} has no column path, which names the picture of each row below --root; "
            f"its columns are {there}"
        )
    if remarks:
        warnings.warn(f"{path}: {'; '.join(remarks)}", stacklevel=3)
    table = cells.set_axis(names, axis="columns")
    for name in WORDS.intersection(table.columns):
        words = table[name].astype(object).where(table[name].notna(), "").astype(str)
        table[name] = words.str.strip() if name == "path" else words.map(tidy)
    return table


def _checked(name: str, found: Numbers) -> tuple[Numbers, "pd.Series[bool]", str]:
    """Return the numbers of a column as they are kept, which of them cannot be, and what could."""
    if name == "frame":
        bad = ~(found >= 0) | (found % 1 != 0)
        return found if bad.any() else found.astype("int64"), bad, "give a whole number"
    if name in ("valence", "arousal"):
        bad = found.notna() & ~found.between(-1, 1)
        return found, bad, "give -1 to 1, or nothing where it is undefined"
    if name in NUMBERS:
        return found, found.isna() & False, ""
    label = found.fillna(NOT_CODABLE)
    fits, range_ = label.isin([0, 1]), "0 or 1"
    if name.endswith("_intensity"):
        fits, range_ = label.between(0, MAX_INTENSITY), "0 to 5"
    wanted = f"give {range_}, or {NOT_CODABLE} for not codable"
    return label, ~fits & (label != NOT_CODABLE), wanted


def _numbers(path: Path, table: pd.DataFrame, name: str) -> Numbers:
    column = table[name]
    if not pd.api.types.is_numeric_dtype(column):
        text = column.astype(object).where(column.notna(), "").astype(str).str.strip()
        # Where commas part decimals, semicolons part cells; in a CSV with commas there is none.
        column = text.str.replace(",", ".").where(~text.str.lower().isin(MISSING))
    found = pd.to_numeric(column, errors="coerce").astype(float)
    bad = (found.isna() & column.notna()) | np.isinf(found)
    _refuse(path, table, name, bad, "give a number")
    return found


def _refuse(
    path: Path, table: pd.DataFrame, name: str, bad: "pd.Series[bool]", wanted: str
) -> None:
    if bad.any():
        row = int(bad.to_numpy().argmax())
        raise NorfaceError(
            f"{path}: {name} is {str(table[name].iloc[row])!r} for the picture "
            f"{table['path'].iloc[row]!r} (row {row + 1} of {len(table)}); {wanted}"
        )
