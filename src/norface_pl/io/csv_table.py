"""Writing CSV tables: UTF-8, one line end on every system, names of files always printable."""

import csv
import io
from collections.abc import Iterable, Sequence
from pathlib import Path

import pandas as pd

from norface_pl.errors import printable, told
from norface_pl.io.files import write_atomic


def write_csv(path: Path, header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Write a table, whole or not at all."""
    write_atomic(path, csv_bytes([header, *rows]))


def append_csv(path: Path, header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Add rows to a table, which gets its header with the first ones; they are kept at once."""
    with told("write", path):
        content = csv_bytes(rows if path.is_file() else [header, *rows])
        with path.open("ab") as file:
            file.write(content)


def write_frame(path: Path, table: pd.DataFrame) -> None:
    """Write a table of pandas without its index, whole or not at all."""
    text = table.to_csv(index=False, lineterminator="\n")
    write_atomic(path, printable(text).encode())


def csv_bytes(rows: Iterable[Sequence[object]]) -> bytes:
    """Return rows as the content of a CSV file."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return printable(text.getvalue()).encode()
