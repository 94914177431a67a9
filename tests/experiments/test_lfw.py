"""Who of LFW trains and who is measured."""

import hashlib

import pytest

from experiments import lfw
from norface_pl.errors import NorfaceError
from norface_pl.sources.folder import FolderSource
from tests.helpers.faces import write_face


def test_the_lowest_sums_test_and_the_next_ones_validate():
    # MD5 of a, b and c begin with 0c, 92 and 4a.
    assert lfw.parts(["b", "a", "c", "a"], test=1, val=1) == {"a": "test", "c": "val", "b": "train"}


def test_of_a_thousand_people_500_test_and_200_validate():
    names = [f"person {number}" for number in range(1000)]
    found = lfw.parts(names)
    sums = {
        part: [hashlib.md5(n.encode()).hexdigest() for n in names if found[n] == part]
        for part in ("test", "val", "train")
    }
    assert {part: len(own) for part, own in sums.items()} == {"test": 500, "val": 200, "train": 300}
    assert max(sums["test"]) < min(sums["val"])
    assert max(sums["val"]) < min(sums["train"])


def test_the_table_is_one_that_prepare_reads(tmp_path, capsys):
    root, table = tmp_path / "lfw", tmp_path / "lfw.csv"
    for name in ("Ann_Lee/Ann_Lee_0001.jpg", "Ann_Lee/Ann_Lee_0002.jpg", "NA/NA_0001.jpg"):
        write_face(root / name)
    emotions = tmp_path / "emotions.csv"
    emotions.write_text(
        "path,person,emotion\nAnn_Lee/Ann_Lee_0002.jpg,Ann_Lee,surprise\n", encoding="utf-8"
    )
    lfw.main(["--root", str(root), "--emotions", str(emotions), "--table", str(table)])
    assert capsys.readouterr().out == f"{table}: 3 pictures; people: {{'test': 2}}\n"
    rows = FolderSource(root, table).listing()
    assert rows["subject"].tolist() == ["Ann_Lee", "Ann_Lee", "NA"]
    assert rows["expression"].tolist() == ["", "surprise", ""]
    assert rows["part"].tolist() == ["test"] * 3


def test_a_folder_without_pictures_is_refused(tmp_path):
    with pytest.raises(NorfaceError, match="has no picture NAME/NAME_0001.jpg"):
        lfw.table(tmp_path, {})
