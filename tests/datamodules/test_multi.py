"""Several data sets as one: labels by name, people apart, faces drawn by weights."""

from collections import Counter

import numpy as np
import pytest
import torch

from norface_pl.data.dataset import FaceDataset
from norface_pl.datamodules import MultiDataModule
from norface_pl.datamodules.base import FaceDataModule
from norface_pl.errors import NorfaceError
from norface_pl.evaluation.independence import judge
from tests.datamodules.test_cross import Grey

FIRST, SECOND, WORDS = ["AU1", "AU12"], ["AU12", "AU4"], ["happiness", "neutral"]


class Told(FaceDataModule):
    """Photographs of nobody in particular, with occurrences and expressions."""

    offers = ("au_detection", "expression")

    def names_of(self, task):
        return ["AU4"] if task == "au_detection" else WORDS

    def fingerprint(self):
        return "told"

    def called(self, subject):
        return ""

    def load(self, split, oracle):
        number = torch.arange(2)
        columns = dict.fromkeys(("subject", "clip", "frame"), number)
        columns["pose"] = torch.zeros(2, 3)
        columns["au_detection"], columns["expression"] = torch.ones(2, 1), number
        return FaceDataset({"image": np.zeros((2, 4, 4, 3), np.uint8)}, columns, ["a", "b"])


def small(one, **changes):
    return one(**({"image_size": 4, "num_workers": 0, "batch_size": 4} | changes))


def told(**changes):
    return small(Told, task=["expression", "au_detection"], frames_per_clip=1, **changes)


def multi(parts=None, **changes):
    parts = parts or {"one": Grey(FIRST), "two": Grey(SECOND), "told": told()}
    return small(MultiDataModule, parts=parts, **changes)


def test_labels_are_found_by_name_and_those_that_are_not_there_are_missing():
    faces = multi()
    assert faces.tasks == ("au_detection", "expression")
    assert faces.names_of("au_detection") == ["AU1", "AU4", "AU12"]
    assert faces.names_of("expression") == ["neutral", "happiness"]
    columns = faces.dataset("train").columns
    # Grey's labels say their column: four faces of the first and four of the second.
    labels = columns["au_detection"]
    assert labels[0].nan_to_num(-1).tolist() == [0, -1, 1]
    assert labels[4].nan_to_num(-1).tolist() == [-1, 1, 0]
    assert labels[8].nan_to_num(-1).tolist() == [-1, 1, -1]
    assert columns["expression"].tolist() == [-1] * 8 + [1, 0]
    assert faces.label_names[:4] == [
        *(f"au_detection/{name}" for name in ("AU1", "AU4", "AU12")),
        "expression/neutral",
    ]


def test_people_of_different_data_sets_are_different():
    faces = multi()
    train = faces.dataset("train")
    assert len(train.columns["subject"].unique()) == 2 + 2 + 2
    assert len(train.columns["clip"].unique()) == 2 + 2 + 2
    assert len(set(train.keys)) == 10
    assert train.keys[0] == "one__train0"
    names = faces.subject_names("train")
    # Both hold the people of "grey", whose names mean one person each.
    assert names == ["grey/P1", "grey/P1", "grey/P2", "grey/P2"] * 2 + ["", ""]


def test_who_was_seen_in_one_data_set_is_known_in_the_mix():
    tested = multi().subject_names("test")[:8]
    seen = {"population": "grey", "subjects": ["P5"]}
    nobody = {"population": "", "subjects": []}
    assert judge("", tested, nobody, seen, True)[0] is False
    assert judge("", tested, nobody, {**seen, "population": "other"}, True)[0] is True


def test_a_task_may_be_left_out():
    faces = multi(task="au_detection")
    assert faces.task == "au_detection"
    assert faces.label_names == ["AU1", "AU4", "AU12"]
    assert "expression" not in faces.dataset("train").columns


def test_weights_say_how_often_faces_of_a_data_set_are_drawn():
    faces = multi(weights={"one": 3, "two": 0, "told": 1}, samples_per_epoch=4000)
    train = faces.dataset("train")
    drawn = Counter(train.keys[place].partition("__")[0] for place in faces.train_sampler(train))
    assert sum(drawn.values()) == 4000
    assert drawn["two"] == 0
    assert drawn["one"] == pytest.approx(3000, abs=100)
    everything = multi()
    assert sorted(everything.train_sampler(train)) == list(range(10))


def test_stage_1_takes_recordings_only():
    faces = multi()
    assert {key.partition("__")[0] for key in faces.dataset("unlabelled").keys} == {"one", "two"}
    assert "au_detection" not in faces.dataset("unlabelled").columns
    with pytest.raises(NorfaceError, match="all data sets of data.parts are read as single pic"):
        multi({"told": told()}).dataset("unlabelled")


def test_a_fold_is_that_of_every_data_set_that_has_folds():
    class Folded(Grey):
        fold = 1

        def choose_fold(self, fold):
            self.fold = fold

    parts = {"one": Folded(FIRST), "told": told()}
    multi(parts, fold=3)
    assert parts["one"].fold == 3


def test_mistakes():
    with pytest.raises(NorfaceError, match="data.parts is empty"):
        small(MultiDataModule, parts={})
    with pytest.raises(NorfaceError, match="no data set of data.parts is asked for au_intensity"):
        multi(task=["au_detection", "au_intensity"])
    with pytest.raises(NorfaceError, match="data.parts.one has faces of 8 pixels, data.image_size"):
        multi({"one": Grey(FIRST, size=8)})
    with pytest.raises(NorfaceError, match="data.parts.one has normalized or select_on_test"):
        multi({"one": Grey(FIRST, select_on_test=True)})
    for weights in ({"one": 1}, {"one": 0, "two": 0, "told": 0}, {"one": -1, "two": 1, "told": 1}):
        with pytest.raises(NorfaceError, match="a number from 0 on for each of one, two, told"):
            multi(weights=weights)
