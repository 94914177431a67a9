import json

import numpy as np
import pandas as pd
import pytest

from norface_pl.analysis import table_file
from norface_pl.analysis.analyzer import Analyzer
from norface_pl.analysis.table_file import TableFile
from tests.helpers.analysis import fake_analyzer

FACE = np.full((32, 32, 3), 51, np.uint8)
BLACK = np.zeros((32, 32, 3), np.uint8)


@pytest.fixture
def table():
    analyzer: Analyzer = fake_analyzer(task="expression")
    with pytest.warns(UserWarning, match="1 times no face was read; first picture_0"):
        return analyzer(np.stack([BLACK, FACE]))


@pytest.mark.parametrize("kind", ["csv", "jsonl", "parquet"])
def test_a_table_comes_back_whatever_its_first_rows_hold(tmp_path, table, kind, monkeypatch):
    monkeypatch.setattr(table_file, "_TOGETHER", 1)
    file = TableFile(tmp_path / f"aus.{kind}")
    # A part without any face first: what cells hold is known all the same.
    for start in (0, 1):
        file.add(table.iloc[start : start + 1])
    file.close()
    read = {
        "csv": pd.read_csv,
        "jsonl": lambda path: pd.read_json(path, lines=True),
        "parquet": pd.read_parquet,
    }[kind](file.path)
    assert list(read) == list(table)
    assert read["source"].tolist() == ["picture_0", "picture_1"]
    assert read["emotion"].isna().tolist() == [True, False]
    assert read.loc[1, "emotion"] == "anger"
    assert read.loc[1, ["p_neutral", "p_anger"]].tolist() == pytest.approx([0.2, 0.8], abs=1e-4)
    assert read["face"].isna().tolist() == [True, False]
    if kind == "parquet":
        assert read["face"].dtype == "Int64"


def test_a_parquet_table_that_is_not_closed_is_a_folder_of_whole_files(tmp_path, table):
    file = TableFile(tmp_path / "aus.parquet")
    for start in (0, 1):
        file.add(table.iloc[start : start + 1])
    # A process that was killed leaves this.
    assert [path.name for path in tmp_path.iterdir()] == ["aus.parquet"]
    killed = pd.read_parquet(file.path)
    assert killed["source"].tolist() == ["picture_0", "picture_1"]
    assert sorted(path.name for path in file.path.iterdir()) == [
        "00000000.parquet",
        "00000001.parquet",
    ]
    file.close()
    assert file.path.is_file()
    pd.testing.assert_frame_equal(pd.read_parquet(file.path), killed)


def test_a_table_without_rows_is_no_file(tmp_path):
    for kind in ("csv", "jsonl", "parquet"):
        TableFile(tmp_path / f"aus.{kind}").close()
    assert list(tmp_path.iterdir()) == []


def test_text_has_the_digits_that_mean_something(tmp_path, table):
    for kind in ("csv", "jsonl"):
        file = TableFile(tmp_path / f"aus.{kind}")
        file.add(table.assign(x0=1.26, p_anger=0.123456))
        file.close()
    line = (tmp_path / "aus.csv").read_text(encoding="utf-8").splitlines()[2]
    assert line.startswith("picture_1,0,,0,1.3,0.0,16.0,16.0,0.9,")
    assert line.endswith(",anger,0.2,0.1235")
    last = (tmp_path / "aus.jsonl").read_text(encoding="utf-8").splitlines()[1]
    assert json.loads(last)["p_anger"] == 0.1235
    assert json.loads(last)["time_s"] is None
