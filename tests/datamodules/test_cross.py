import numpy as np
import pytest
import torch

from norface_pl.data.dataset import FaceDataset
from norface_pl.datamodules import CrossDataModule
from norface_pl.datamodules.base import FaceDataModule
from norface_pl.datamodules.by_name import choose
from norface_pl.errors import NorfaceError

# Two people a split; the number of the person is the grey of the picture.
PEOPLE = {"train": (1, 2), "val": (3, 4), "test": (5, 6), "unlabelled": (7, 8)}
NAN = float("nan")


class Grey(FaceDataModule):
    """Faces of one grey each, with labels that say their column, or an expression each."""

    def __init__(self, names, first=0, task="au_detection", size=4, select_on_test=False):
        super().__init__(task=task, image_size=size, batch_size=4, num_workers=0)
        self.names, self.first, self.select_on_test = names, first, select_on_test

    def names_of(self, task):
        return self.names

    def fingerprint(self):
        return f"grey {self.first}"

    def called(self, subject):
        return f"P{subject}"

    def load(self, split, oracle):
        people = torch.tensor(PEOPLE[split]).repeat_interleave(len(self.names)) + self.first
        count = len(people)
        pictures = np.empty((count, 4, 4, 3), np.uint8)
        pictures[:] = people.numpy()[:, None, None, None]
        columns = dict.fromkeys(("subject", "clip", "frame"), people)
        if split != "unlabelled":
            labels = torch.arange(len(self.names))
            rows = labels.float().expand(count, -1)
            columns[self.task] = labels.repeat(2) if self.task == "expression" else rows
        return FaceDataset({"image": pictures}, columns, [f"{split}{i}" for i in range(count)])


FIRST, SECOND = ["AU1", "AU2", "AU4", "AU12"], ["AU12", "AU9", "AU1"]


def people(cross, split):
    return set(cross.dataset(split).columns["subject"].tolist())


def test_a_teacher_that_read_the_first_teaches_stage_1():
    """Single pictures of two data sets were once refused although a teacher had read them."""
    first = Grey(FIRST)
    first.teacher_channels = lambda: ["smile"]
    assert CrossDataModule(first, Grey(SECOND, first=10)).teacher_channels() == ["smile"]
    assert CrossDataModule(Grey(FIRST), first).teacher_channels() == []


def test_labels_are_found_by_name_in_the_order_of_the_first():
    cross = CrossDataModule(Grey(FIRST), Grey(SECOND, first=10))
    assert cross.label_names == ["AU1", "AU12"]
    assert cross.dataset("train").columns["au_detection"][0].tolist() == [0, 3]
    assert cross.dataset("test").columns["au_detection"][0].tolist() == [2, 0]
    chosen = CrossDataModule(Grey(FIRST), Grey(SECOND, first=10), ["AU12"])
    assert chosen.dataset("val").columns["au_detection"].unique().tolist() == [3]


def test_one_data_set_trains_and_chooses_and_the_other_is_tested():
    cross = CrossDataModule(Grey(FIRST), Grey(SECOND, first=10))
    assert [people(cross, split) for split in ("train", "val", "test")] == [
        {1, 2},
        {3, 4},
        {15, 16},
    ]
    assert people(cross, "unlabelled") == {7, 8}
    assert cross.dataset("test").__getitems__([0])["image"].unique().tolist() == [15]
    assert set(cross.subject_names("test")) == {"P15", "P16"}
    assert cross.fingerprint() != CrossDataModule(Grey(FIRST), Grey(SECOND)).fingerprint()


def test_everybody_takes_test_people_into_training_and_all_into_the_test():
    cross = CrossDataModule(
        Grey(FIRST), Grey(SECOND, 10), train_people="everybody", test_people="everybody"
    )
    assert people(cross, "train") == {1, 2, 5, 6}
    assert people(cross, "val") == {3, 4}
    assert people(cross, "test") == {11, 12, 13, 14, 15, 16}


def test_faces_of_expressions_that_only_one_has_are_left_out():
    first = Grey(["neutral", "fear", "contempt"], task="expression")
    second = Grey(["fear", "anger", "neutral"], first=10, task="expression")
    cross = CrossDataModule(first, second)
    assert cross.label_names == ["neutral", "fear"]
    assert cross.dataset("train").columns["expression"].tolist() == [0, 1, 0, 1]
    # fear, (anger,) neutral of each person.
    assert cross.dataset("test").columns["expression"].tolist() == [1, 0, 1, 0]
    assert cross.dataset("test").keys == ["test0", "test2", "test3", "test5"]
    assert cross.dataset("test").__getitems__([3])["image"].unique().tolist() == [16]
    assert cross.subject_names("test") == ["P15", "P15", "P16", "P16"]


def test_missing_labels_stay_missing():
    label = torch.tensor([[1.0, NAN]])
    assert choose(label, ["AU1", "AU2"], ["AU2", "AU1"], "au_detection")[0, 0].isnan()
    found = choose(torch.tensor([0, -1, 2]), ["a", "b", "c"], ["c", "a"], "expression")
    assert found.tolist() == [1, -1, 0]


def test_mistakes():
    with pytest.raises(NorfaceError, match="AU9 is in both data sets: shared are AU1, AU12"):
        CrossDataModule(Grey(FIRST), Grey(SECOND), ["AU1", "AU9"])
    with pytest.raises(NorfaceError, match="shared are none"):
        CrossDataModule(Grey(["AU1"]), Grey(["AU2"]))
    with pytest.raises(NorfaceError, match="same task and image_size"):
        CrossDataModule(Grey(FIRST), Grey(SECOND, size=8))
    with pytest.raises(NorfaceError, match="data.test has select_on_test"):
        CrossDataModule(Grey(FIRST), Grey(SECOND, select_on_test=True))
