"""RAF-DB: its order of classes, its misspelt list, its copies, its duplicates, its split."""

import shutil

import cv2
import numpy as np
import pytest
import torch

from norface_pl.data.prepared import PreparedFaces
from norface_pl.datamodules import RAFDBDataModule
from norface_pl.errors import NorfaceError
from norface_pl.labels import EMOTIONS
from norface_pl.sources import rafdb as module
from norface_pl.sources.source import check_listing
from norface_pl.teachers.labelling import label_prepared
from tests.helpers.faces import write_face
from tests.helpers.fake_teacher import FakeTeacherRecipe
from tests.helpers.prepared import write_prepared

OPTIONS = {"incomplete": True}
PER_LABEL = {"train": 4, "test": 2}


def names():
    """Yields part, number and label of every picture."""
    for part, count in PER_LABEL.items():
        for number in range(7 * count):
            yield part, number + 1, number % 7 + 1


def write_lookalike(root):
    """The authors' layout, four training and two test pictures of every expression."""
    lines = []
    for seed, (part, number, label) in enumerate(names()):
        name = f"{part}_{number:05d}"
        lines.append(f"{name}.jpg {label}\n")
        write_face(root / f"basic/Image/aligned/{name}_aligned.jpg", seed, 50)
        write_face(root / f"basic/Image/original/{name}.jpg", seed, 64, 80)
    (root / "basic/EmoLabel").mkdir()
    (root / "basic/EmoLabel/list_patition_label.txt").write_text("".join(lines), encoding="utf-8")


def write_copy(root):
    """The copy with a folder per label."""
    for seed, (part, number, label) in enumerate(names()):
        write_face(root / f"{part}/{label}/{part}_{number:05d}_aligned.jpg", seed, 50)


def read(root, **options):
    return check_listing(module.RAFDBSource(root, **(OPTIONS | options)).listing(), "rafdb")


@pytest.fixture
def root(tmp_path):
    write_lookalike(tmp_path)
    return tmp_path


def test_labels_have_their_own_order(root):
    # 1 Surprise, 2 Fear, 3 Disgust, 4 Happiness, 5 Sadness, 6 Anger, 7 Neutral
    listing = read(root)
    assert listing["expression"].tolist()[:7] == [
        "surprise",
        "fear",
        "disgust",
        "happiness",
        "sadness",
        "anger",
        "neutral",
    ]
    assert listing["part"].value_counts().to_dict() == {"train": 28, "test": 14}
    assert listing["key"].iloc[0] == "train_00001"


def test_both_spellings_of_the_list_both_roots_and_the_copy_say_the_same(root, tmp_path_factory):
    first = read(root)
    assert first["source"].iloc[0] == "basic/Image/aligned/train_00001_aligned.jpg"
    inner = read(root / "basic")
    assert inner["source"].iloc[0] == "Image/aligned/train_00001_aligned.jpg"
    labels = root / "basic/EmoLabel"
    (labels / "list_patition_label.txt").rename(labels / "list_partition_label.txt")
    copy = tmp_path_factory.mktemp("copy")
    write_copy(copy)
    for other in (inner, read(root), read(copy)):
        columns = ["key", "part", "expression"]
        pair = (table[columns].sort_values("key").values.tolist() for table in (first, other))
        assert next(pair) == next(pair)


def test_original_pictures(root):
    listing = read(root, images="original")
    assert listing["source"].iloc[-1] == "basic/Image/original/test_00014.jpg"


def test_pictures_are_read_as_rgb(root):
    picture = np.zeros((50, 50, 3), np.uint8)
    picture[10:40, 10:40, 2] = 255  # a red patch, as OpenCV writes it
    path = "basic/Image/aligned/train_00001_aligned.jpg"
    cv2.imwrite(str(root / path), picture)
    red, green, blue = module.RAFDBSource(root).reader().read(path)[25, 25].tolist()
    assert red > 240
    assert max(green, blue) < 15


def test_other_counts_are_refused_unless_said_to_be_incomplete(root, monkeypatch):
    with pytest.raises(NorfaceError, match="28 training and 14 test.*has 12271 and 3068"):
        read(root, incomplete=False)
    monkeypatch.setattr(module, "COUNTS", {"train": 28, "test": 14})
    assert len(read(root, incomplete=False)) == 42
    (root / "basic/Image/aligned/test_00003_aligned.jpg").unlink()
    with pytest.raises(NorfaceError, match="1 of the 42 pictures .* test_00003|test_00003_aligned"):
        read(root, incomplete=False)
    assert read(root)["source"].tolist().count("") == 1


def test_copies_of_test_pictures_are_reported_and_not_trained_on(root, tmp_path_factory):
    aligned = root / "basic/Image/aligned"
    for number in (9, 3):
        shutil.copy(aligned / "test_00002_aligned.jpg", aligned / f"train_{number:05d}_aligned.jpg")
    with pytest.warns(UserWarning, match="2 training .* the first is train_00003 of test_00002"):
        listing = read(root)
    copies = listing[listing["duplicate_of"] != ""]
    assert copies["key"].tolist() == ["train_00003", "train_00009"]
    assert set(copies["duplicate_of"]) == {"test_00002"}
    folder = tmp_path_factory.mktemp("prepared")
    write_prepared(folder, "rafdb", listing)
    keys = {
        drop: set(data(folder, drop_duplicates=drop).dataset("train").keys)
        | set(data(folder, drop_duplicates=drop).dataset("val").keys)
        for drop in (True, False)
    }
    assert keys[False] - keys[True] == {"train_00003", "train_00009"}
    assert "test_00002" in data(folder).dataset("test").keys


def test_no_duplicates_no_warning(root, recwarn):
    assert set(read(root)["duplicate_of"]) == {""}
    assert not recwarn.list


@pytest.mark.parametrize("line", ["train_00001.jpg 8", "train_00001.jpg 0", "one.jpg 1"])
def test_unknown_labels_are_named(root, line):
    path = root / "basic/EmoLabel/list_patition_label.txt"
    path.write_text(f"train_00002.jpg 2\n{line}\n", encoding="utf-8")
    with pytest.raises(NorfaceError, match=f"line 2 of .*'{line}'.* a label from 1 to 7"):
        read(root)


def test_half_unpacked_roots_are_named(root, tmp_path_factory):
    shutil.rmtree(root / "basic/Image/original")
    with pytest.raises(
        NorfaceError, match="looked for Image/original or original, found EmoLabel, Image"
    ):
        read(root, images="original")
    (root / "basic/EmoLabel/list_patition_label.txt").unlink()
    with pytest.raises(
        NorfaceError, match="looked for basic/EmoLabel/list_patition_label.txt or .*list_partition"
    ):
        read(root)
    copy = tmp_path_factory.mktemp("copy")
    write_copy(copy)
    (copy / "test/3").rename(copy / "test/8")
    with pytest.raises(NorfaceError, match="test has the folders 1, 2, 4.* instead of 1 to 7"):
        read(copy)
    with pytest.raises(
        NorfaceError, match="looked for basic/EmoLabel/list_patition.*found nothing"
    ):
        read(tmp_path_factory.mktemp("empty"))


def data(folder, **changes):
    arguments = {"image_size": 16, "num_workers": 0, "batch_size": 7, "val_share": 0.25}
    return RAFDBDataModule(prepared=folder, **(arguments | changes))


@pytest.fixture
def prepared(root, tmp_path_factory):
    folder = tmp_path_factory.mktemp("prepared")
    write_prepared(folder, "rafdb", read(root))
    return folder


def test_class_indices_are_those_of_all_data_sets(prepared):
    faces = data(prepared)
    assert faces.label_names == [name for name in EMOTIONS if name != "contempt"]
    test = faces.dataset("test")
    labels = dict(zip(test.keys, test.columns["expression"].tolist(), strict=True))
    assert labels["test_00001"] == 3  # label 1 is surprise
    assert labels["test_00007"] == 0  # label 7 is neutral


def test_official_split_and_validation_out_of_training_only(prepared):
    faces = data(prepared)
    keys = {split: set(faces.dataset(split).keys) for split in ("train", "val", "test")}
    assert keys["test"] == {f"test_{n + 1:05d}" for n in range(14)}
    assert keys["train"] | keys["val"] == {f"train_{n + 1:05d}" for n in range(28)}
    assert not keys["train"] & keys["val"]
    assert sorted(faces.dataset("val").columns["expression"].tolist()) == list(range(7))
    watched = set(data(prepared, select_on_test=True).dataset("val").keys)
    assert watched == keys["test"]
    assert set(data(prepared, seed=1).dataset("val").keys) != keys["val"]


def test_balanced_draws_every_expression_equally_often(prepared):
    faces = data(prepared, balanced=True)
    train = faces.dataset("train")
    label = train.columns["expression"]
    label[:] = 0  # all neutral but one of each
    label[:6] = torch.arange(1, 7)
    sampler = faces.train_sampler(train)
    drawn = torch.cat([label[list(sampler)] for _ in range(200)])
    share = torch.bincount(drawn, minlength=7) / len(drawn)
    assert (share - 1 / 7).abs().max() < 0.02


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_the_list_is_read_in_any_marked_encoding(root, encoding, end):
    expected = read(root)
    path = root / "basic/EmoLabel/list_patition_label.txt"
    path.write_bytes(path.read_text(encoding="utf-8").replace("\n", end).encode(encoding))
    assert read(root).equals(expected)


def test_what_a_teacher_read_is_in_the_batches(root, tmp_path):
    folder = tmp_path / "prepared"
    folder.mkdir()
    manifest = write_prepared(folder, "rafdb", read(root))
    data = RAFDBDataModule(prepared=folder, image_size=16)
    assert "teacher" not in data.dataset("train").columns
    (tmp_path / "notes").mkdir()
    faces = PreparedFaces.open(folder, "rafdb")
    label_prepared(faces, FakeTeacherRecipe(tmp_path / "notes"))
    data = RAFDBDataModule(prepared=folder, image_size=16)
    test = data.dataset("test")
    # Row i is a picture of the grey value i, and of three one is not read.
    rows = torch.tensor([manifest["key"].tolist().index(key) for key in test.keys]).float()
    expected = torch.stack([rows, -rows], 1)
    expected[rows % 3 == 2] = torch.nan
    torch.testing.assert_close(test.columns["teacher"], expected, equal_nan=True)
    batch = test.__getitems__([1, 0])
    torch.testing.assert_close(batch["teacher"], expected[[1, 0]], equal_nan=True)
