import os
from pathlib import Path

import pandas as pd
import pytest

from norface_pl.errors import NorfaceError
from norface_pl.io.csv_table import append_csv, write_csv, write_frame


def test_bytes_are_the_same_on_every_system(tmp_path: Path, monkeypatch) -> None:
    # As pandas and csv would take it on Windows.
    monkeypatch.setattr(os, "linesep", "\r\n")
    rows = [("影.jpg", 1), ('say "a", b', None)]
    wanted = '\nfile,n\n影.jpg,1\n"say ""a"", b",\n'.lstrip().encode()
    write_csv(tmp_path / "a.csv", ("file", "n"), rows)
    assert (tmp_path / "a.csv").read_bytes() == wanted
    write_frame(
        tmp_path / "b.csv", pd.DataFrame(rows, columns=["file", "n"]).astype({"n": "Int64"})
    )
    assert (tmp_path / "b.csv").read_bytes() == wanted


def test_a_name_that_is_not_utf_8_is_escaped(tmp_path: Path) -> None:
    path = Path(os.fsdecode(b"caf\xe9.jpg"))
    write_csv(tmp_path / "a.csv", ("file",), [(path,)])
    assert (tmp_path / "a.csv").read_bytes() == b"file\ncaf\\udce9.jpg\n"


def test_rows_are_kept_as_they_come(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    append_csv(path, ("file", "reason"), [])
    assert path.read_text(encoding="utf-8") == "file,reason\n"
    append_csv(path, ("file", "reason"), [("a", "x")])
    append_csv(path, ("file", "reason"), [("b", "y"), ("c", "z")])
    assert path.read_text(encoding="utf-8") == "file,reason\na,x\nb,y\nc,z\n"


def test_a_table_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    for write in (write_csv, append_csv):
        with pytest.raises(NorfaceError, match=r"cannot write .*a.csv: No such file"):
            write(tmp_path / "gone" / "a.csv", ("file",), [])
