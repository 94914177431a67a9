"""A user's own table of labels: a row per picture, read strictly."""

from pathlib import Path

import pandas as pd

from norface_pl.data.source import BOX, LANDMARKS, NOT_CODABLE
from norface_pl.errors import NorfaceError
from norface_pl.labels import EMOTIONS, MAX_INTENSITY

WORDS = ("path", "subject", "sequence", "part", "expression")
OCCURRENCE, INTENSITY = r"AU\d+", r"AU\d+_intensity"


def read_label_table(path: Path) -> pd.DataFrame:
    """Read a CSV or Parquet file with a row per picture.

    Words that are not given become "", action units that are not given become 9 (not codable);
    columns that this project does not know are kept as they are.

    Raises:
        NorfaceError: not a readable table, no column ``path``, or a value that cannot be.
    """
    table = _read(path)
    if "path" not in table.columns:
        there = ", ".join(map(str, table.columns))
        raise NorfaceError(
            f"{path} has no column path, which names the picture of each row below --root; "
            f"its columns are {there}"
        )
    for name in table.columns.intersection(list(WORDS)):
        table[name] = table[name].astype(object).where(table[name].notna(), "").astype(str)
    _refuse(path, table, "path", table["path"] == "", "name a picture")
    if "part" in table.columns:
        fits = table["part"].str.fullmatch(r"train|val|test|\d+|")
        _refuse(path, table, "part", ~fits, "give train, val, test or a number")
    if "expression" in table.columns:
        known = table["expression"].isin(["", *EMOTIONS])
        _refuse(path, table, "expression", ~known, f"give one of {', '.join(EMOTIONS)}")
    if "frame" in table.columns:
        frame = _numbers(path, table, "frame")
        _refuse(path, table, "frame", ~(frame >= 0) | (frame % 1 != 0), "give a whole number")
        table["frame"] = frame.astype("int64")
    for name in table.columns[table.columns.str.fullmatch(f"{OCCURRENCE}|{INTENSITY}")]:
        found = _numbers(path, table, name).fillna(NOT_CODABLE)
        if name.endswith("_intensity"):
            bad, range_ = ~found.between(0, MAX_INTENSITY), "give 0 to 5"
        else:
            bad, range_ = ~found.isin([0, 1]), "give 0 or 1"
        bad &= found != NOT_CODABLE
        _refuse(path, table, name, bad, f"{range_}, or {NOT_CODABLE} for not codable")
        table[name] = found
    for name in table.columns.intersection(["valence", "arousal"]):
        found = _numbers(path, table, name)
        bad = found.notna() & ~found.between(-1, 1)
        _refuse(path, table, name, bad, "give -1 to 1, or nothing where it is undefined")
        table[name] = found
    for group, what in ((BOX, "box"), (LANDMARKS, "five landmarks")):
        _check_points(path, table, group, what)
    return table


def _read(path: Path) -> pd.DataFrame:
    if not path.is_file():
        raise NorfaceError(f"there is no table {path}; check --table")
    try:
        if path.suffix.lower() == ".parquet":
            return pd.read_parquet(path)
        # Subjects such as 001 stay what they are, and so does a path that reads like a number.
        return pd.read_csv(path, dtype=dict.fromkeys(WORDS, str))
    except (OSError, ValueError) as error:
        reason = str(error).splitlines()[0]
        raise NorfaceError(f"{path} cannot be read as CSV or Parquet: {reason}") from error


def _check_points(path: Path, table: pd.DataFrame, group: tuple[str, ...], what: str) -> None:
    absent = [name for name in group if name not in table.columns]
    if absent and len(absent) < len(group):
        raise NorfaceError(
            f"{path} has only some columns of the {what}; add {', '.join(absent)} or drop all"
        )
    for name in group if not absent else ():
        table[name] = _numbers(path, table, name)


def _numbers(path: Path, table: pd.DataFrame, name: str) -> "pd.Series[float]":
    found = pd.to_numeric(table[name], errors="coerce").astype(float)
    _refuse(path, table, name, found.isna() & table[name].notna(), "give a number")
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
