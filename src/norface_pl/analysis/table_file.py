"""Tables on disk that grow while a film is read: CSV, JSON lines or Parquet."""

import shutil
from pathlib import Path
from typing import Literal

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from norface_pl.analysis.columns import BOX
from norface_pl.errors import told
from norface_pl.io.files import make_folder

Format = Literal["csv", "jsonl", "parquet"]

# Rows of a table that are compressed together.
_TOGETHER = 4096


class TableFile:
    """A table that rows are added to; what was added is on disk, whatever becomes of the process.

    A Parquet file can only be read once it is complete. So until `close` it is a folder of that
    name with a file for each addition, which readers of Parquet take for a table too.

    Args:
        path: the file; its suffix tells the format.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._parts = 0

    def add(self, table: pd.DataFrame) -> None:
        """Add rows with the columns of those before; texts get the digits that mean something."""
        if self.path.suffix == ".parquet":
            self._add_part(table)
            return
        numbers = table.select_dtypes("float64").columns
        table = table.round({name: 1 if name in BOX else 4 for name in numbers})
        if self.path.suffix == ".csv":
            new = not self.path.is_file()
            text = table.to_csv(index=False, header=new, lineterminator="\n")
        else:
            text = table.to_json(orient="records", lines=True, force_ascii=False)
        with told("write", self.path), self.path.open("ab") as file:
            file.write(text.encode())

    def _add_part(self, table: pd.DataFrame) -> None:
        # In the folder are whole files only, even after a kill.
        new = self.path.with_suffix(".new")
        with told("write", self.path):
            table.to_parquet(new, index=False)
            new.replace(make_folder(self.path) / f"{self._parts:08d}.parquet")
        self._parts += 1

    def close(self) -> None:
        """Make one file of many."""
        if self.path.is_dir():
            with told("write", self.path):
                _join(self.path)


def _join(folder: Path) -> None:
    """Put a Parquet file with the rows of all in a folder in its place."""
    parts = sorted(folder.iterdir())
    whole = folder.with_suffix(".whole")
    with pq.ParquetWriter(whole, pq.read_schema(parts[0])) as writer:
        waiting: list[pa.Table] = []
        for part in parts:
            waiting.append(pq.read_table(part))
            if sum(map(len, waiting)) >= _TOGETHER or part is parts[-1]:
                writer.write_table(pa.concat_tables(waiting).combine_chunks())
                waiting.clear()
    shutil.rmtree(folder)
    whole.replace(folder)
