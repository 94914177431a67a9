"""One person has one name, and is on one side."""

import numpy as np
import pandas as pd
import pytest

from norface_pl.data.splits import split_groups, split_subjects
from norface_pl.errors import NorfaceError
from norface_pl.sources.people import nameless, spelt_alike, tidy
from norface_pl.sources.source import check_listing


def manifest(subjects, **columns):
    rows = len(subjects)
    table = pd.DataFrame({"key": [f"p{n}" for n in range(rows)], "subject": subjects})
    table["source"] = table["key"] + ".jpg"
    return table.assign(**({"sequence": "", "frame": 0, "part": ""} | columns))


def split(table, select_on_test=False):
    return split_groups(table, 1, 0.3, 0.3, select_on_test, 0)


@pytest.mark.parametrize(
    ("one", "other"),
    [("S1", "s1"), ("S1", " S1"), ("S1", "S 1"), ("S1", "S01"), ("Zo\u00eb", "Zoe\u0308")],
)
def test_names_of_one_person_are_recognized_and_refused_everywhere(one, other):
    assert spelt_alike([one, other, "T1", "T1"]) == [sorted([one, other])]
    table = manifest([one, other, "T1", "U1"])
    with pytest.raises(NorfaceError, match="has the subjects .* spell everybody one way"):
        check_listing(table, "folder")
    with pytest.raises(NorfaceError, match="most likely one person, who would be on two sides"):
        split(table)
    with pytest.raises(NorfaceError, match="most likely one person"):
        split_subjects(table, table["subject"] == one, 1, False, 0)


def test_different_people_keep_different_names():
    assert spelt_alike(["S1", "S10", "S100", "S_1", "S2", "", "F001", "M001", "1_2", "12"]) == []
    assert tidy(" Anna \u00a0 B ") == "Anna B"


def test_faces_without_a_subject_beside_others_are_refused_where_sides_are_drawn():
    table = manifest(["NA", "", "S2", "S3", "S4", "S5"])
    assert nameless(table["subject"]).tolist() == [False, True, False, False, False, False]
    assert not nameless(pd.Series(["", ""])).any()
    with pytest.raises(NorfaceError, match="1 of 6 faces have no subject, the first is p1"):
        split(table)
    # Folds say who is tested, and somebody is still drawn to be watched.
    folds = table.assign(part=["1", "2", "2", "1", "2", "2"])
    with pytest.raises(NorfaceError, match="1 of 6 faces have no subject"):
        split(folds)
    assert split(folds, select_on_test=True)["test"].tolist() == [0, 3]


def test_where_the_user_says_every_side_nobody_has_to_be_named():
    parts = ["train", "train", "val", "test", "train", "test"]
    division = split(manifest(["S1", "", "S2", "S3", "S1", ""], part=parts))
    assert {side: rows.tolist() for side, rows in division.items()} == {
        "train": [0, 1, 4],
        "val": [2],
        "test": [3, 5],
    }
    assert np.concatenate(list(split(manifest([""] * 6)).values())).size == 6
