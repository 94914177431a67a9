"""Folders and files are found under every spelling, and never guessed."""

import pytest

from norface_pl.errors import NorfaceError
from norface_pl.io.spelling import entries, find_file, find_folder, find_path


def make(root, *names):
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()


@pytest.mark.parametrize(
    ("there", "name"),
    [
        ("AU Intensity Codes3.0/AU06/a.csv", "AU-Intensity-Codes3.0/AU06/a.csv"),
        ("aucoding/au_occ/F001_T1.CSV", "AUCoding/AU_OCC/F001_T1.csv"),
        ("AUCoding/AUCoding/F001_T1.csv", "AUCoding/F001_T1.csv"),
        ("Image/aligned/aligned/a.jpg", "image/Aligned/a.jpg"),
        ("Cafe\u0301/a.csv", "caf\u00e9/a.csv"),
    ],
)
def test_case_blanks_and_a_folder_in_its_own_name_do_not_matter(tmp_path, there, name):
    make(tmp_path, there)
    assert find_path(tmp_path, name) == tmp_path / there


def test_an_exact_name_comes_first_and_two_that_look_alike_are_refused(tmp_path):
    make(tmp_path, "Labels/a.txt", "labels/b.txt")
    assert find_path(tmp_path, "labels") == tmp_path / "labels"
    with pytest.raises(NorfaceError, match="has Labels and labels, which are spelt alike"):
        find_path(tmp_path, "LABELS")


def test_what_is_not_there_and_what_macs_leave_behind_is_not_found(tmp_path):
    make(tmp_path, "._a.csv", "b/.DS_Store", "b/c.csv")
    assert find_path(tmp_path, "a.csv") is None
    assert find_path(tmp_path, "b/none/c.csv") is None
    assert find_path(tmp_path / "none", "a.csv") is None
    assert entries(tmp_path / "b") == ["c.csv"]
    assert entries(tmp_path / "none") == []


def test_a_file_is_no_folder_and_a_folder_no_file(tmp_path):
    make(tmp_path, "one", "two/x")
    assert find_folder(tmp_path, ["one", "TWO"], "it") == tmp_path / "two"
    assert find_file(tmp_path, ["two", "One"], "it") == tmp_path / "one"
    with pytest.raises(NorfaceError, match="does not look like it: looked for one, found one, two"):
        find_folder(tmp_path, ["one"], "it")
    with pytest.raises(NorfaceError, match="there is no folder .*none; give the folder of it"):
        find_file(tmp_path / "none", ["one"], "it")
