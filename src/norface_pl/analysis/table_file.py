"""Tables on disk that grow while a film is read: CSV, JSON lines or Parquet."""

from pathlib import Path
from typing import Literal

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from norface_pl.analysis.columns import BOX
from norface_pl.errors import told

Format = Literal["csv", "jsonl", "parquet"]

# Rows of a table that are compressed together.
_TOGETHER = 4096


class TableFile:
    """A table that rows are added to; what was added is in the file, in Parquet once it is closed.

    Args:
        path: the file; its suffix tells the format.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._waiting: list[pd.DataFrame] = []
        self._parquet: pq.ParquetWriter | None = None

    def add(self, table: pd.DataFrame) -> None:
        """Add rows with the columns of those before; texts get the digits that mean something."""
        if self.path.suffix == ".parquet":
            self._waiting.append(table)
            if sum(map(len, self._waiting)) >= _TOGETHER:
                self._write_parquet()
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

    def close(self) -> None:
        """Write what is left."""
        if self._waiting:
            self._write_parquet()
        if self._parquet is not None:
            self._parquet.close()

    def _write_parquet(self) -> None:
        table = pa.Table.from_pandas(pd.concat(self._waiting), preserve_index=False)
        self._waiting.clear()
        with told("write", self.path):
            if self._parquet is None:
                self._parquet = pq.ParquetWriter(self.path, table.schema)
            self._parquet.write_table(table)
