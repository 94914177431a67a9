import numpy as np
import pytest
import torch

from norface_pl.data.dataset import FaceDataset
from norface_pl.data.neutral import neutral_rows, with_neutral
from norface_pl.errors import NorfaceError
from tests.helpers.tiny import tiny_data

NAN = float("nan")


def faces(people, units, task="au_detection"):
    """Row i is grey i."""
    pictures = np.arange(len(people), dtype=np.uint8)[:, None, None, None] * np.ones(
        (1, 2, 2, 3), np.uint8
    )
    columns = {"subject": torch.tensor(people), task: torch.tensor(units)}
    return FaceDataset({"image": pictures}, columns, [f"k{row}" for row in range(len(people))])


def test_each_person_has_the_first_of_the_faces_with_the_least_units():
    people = [7, 7, 3, 3, 7, 3]
    units = [[1.0, 1], [0, 1], [1, NAN], [NAN, NAN], [0, 1], [1, 1]]
    given = faces(people, units)
    # A face that nobody coded is not known to be neutral.
    assert neutral_rows(given, ["au_detection"]).tolist() == [1, 1, 2, 2, 1, 2]
    found = with_neutral(given, ["au_detection"])
    assert found.keys == ["k0", "k3", "k4", "k5"]
    batch = found.__getitems__([2, 1])
    assert batch["image"][:, 0, 0, 0].tolist() == [4, 3]
    assert batch["neutral"][:, 0, 0, 0].tolist() == [1, 2]
    assert batch["au_detection"][0].tolist() == [0, 1]


def test_what_has_no_neutral_face_is_refused():
    with pytest.raises(NorfaceError, match="and the task is expression: leave it out"):
        with_neutral(faces([1, 1], [0, 1], "expression"), ["expression"])
    with pytest.raises(NorfaceError, match="no person has a second face"):
        with_neutral(faces([1, 2], [[0.0], [1.0]]), ["au_detection"])


def test_a_neutral_face_is_spared_from_every_split_that_is_labelled():
    plain, spared = tiny_data(task="au_intensity"), tiny_data(task="au_intensity", spare="neutral")
    for split in ("train", "val", "test"):
        before, after = plain.dataset(split, oracle=True), spared.dataset(split, oracle=True)
        people = before.columns["subject"].unique()
        assert len(before) - len(after) == len(people)
        # Nobody's neutral face shows more than any other of theirs.
        gone = [before.keys.index(key) for key in set(before.keys) - set(after.keys)]
        for row in gone:
            own = before.columns["subject"] == before.columns["subject"][row]
            shown = before.columns["au_intensity"].sum(1)
            assert shown[row] == shown[own].min()
        assert {"image", "oracle", "neutral"} <= set(after.pictures)
    assert "neutral" not in spared.dataset("unlabelled").pictures
    assert spared.fingerprint() == plain.fingerprint()
