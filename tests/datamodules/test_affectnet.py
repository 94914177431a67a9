"""AffectNet: two releases, a list without a header, given landmarks, seven or eight classes."""

import csv
import shutil

import cv2
import numpy as np
import pytest
import torch

from norface_pl.datamodules import AffectNetDataModule
from norface_pl.errors import NorfaceError
from norface_pl.labels import EMOTIONS
from norface_pl.sources.affectnet import COLUMNS, AffectNetSource
from norface_pl.sources.source import BOX, LANDMARKS, check_listing
from tests.helpers.faces import BOX as RELATIVE_BOX
from tests.helpers.faces import POINTS, write_face
from tests.helpers.prepared import write_prepared

OPTIONS = {"incomplete": True}
ORDER = [
    "neutral",
    "happiness",
    "sadness",
    "surprise",
    "fear",
    "disgust",
    "anger",
    "contempt",
]
SIDE = 64
PER_LABEL = {"training": 4, "validation": 2}
IMAGES = "Manually_Annotated/Manually_Annotated_Images"
LISTS = "Manually_Annotated_file_lists"


def landmarks68():
    """Returns 68 points in a text, those of eyes, nose and mouth where they are drawn."""
    points = np.zeros((68, 2))
    offsets = np.array([[-2, 0], [-1, -1], [1, -1], [2, 0], [1, 1], [-1, 1]])
    points[36:42], points[42:48] = POINTS[0] * SIDE + offsets, POINTS[1] * SIDE + offsets
    points[30], points[48], points[54] = POINTS[2:] * SIDE
    return ";".join(f"{value:.4f}" for value in points.ravel())


def write_lookalike(root):
    """The release of 2017; the list of validation pictures has no header."""
    seed = 0
    (root / LISTS).mkdir(parents=True)
    for part, count in PER_LABEL.items():
        with (root / LISTS / f"{part}.csv").open("w", newline="", encoding="utf-8") as file:
            table = csv.writer(file)
            if part == "training":
                table.writerow(COLUMNS)
            for number in range(11 * count):
                seed, label = seed + 1, number % 11
                path = f"{seed % 3}/{seed:08x}.{'JPG' if seed % 5 else 'png'}"
                left, top, right, bottom = RELATIVE_BOX * SIDE
                box = (left, top, right - left, bottom - top)
                points = landmarks68() if label < 8 else ""
                affect = (0.5, -0.25) if label < 8 else (-2, -2)
                table.writerow((path, *box, points, label, *affect))
                if label < 8:
                    write_face(root / IMAGES / path, seed, SIDE)


def write_later(root, store=np.array):
    """The release of 2021: cropped faces with a file per label."""
    for part, count in (("train", 4), ("val", 2)):
        notes = root / f"{part}_set/annotations"
        notes.mkdir(parents=True)
        for number in range(8 * count):
            write_face(root / f"{part}_set/images/{number}.jpg", number, 32)
            for kind, value in (("exp", number % 8), ("val", 0.5), ("aro", -2)):
                np.save(notes / f"{number}_{kind}.npy", store(value))


def read(root, **options):
    return check_listing(AffectNetSource(root, **options).listing(), "affectnet")


@pytest.fixture
def root(tmp_path):
    write_lookalike(tmp_path)
    return tmp_path


@pytest.fixture
def later(tmp_path_factory):
    folder = tmp_path_factory.mktemp("later")
    write_later(folder)
    return folder


def test_release_of_2017(root):
    listing = read(root)
    assert listing["part"].value_counts().to_dict() == {"train": 32, "test": 16}
    assert listing["expression"].tolist()[:9] == [*ORDER, "neutral"]
    row = listing.iloc[0]
    assert row["source"] == f"{IMAGES}/1/00000001.JPG"
    assert row["key"] == "1_00000001"
    assert (row["valence"], row["arousal"]) == (0.5, -0.25)
    assert row[list(BOX)].tolist() == pytest.approx((RELATIVE_BOX * SIDE).tolist())
    found = row[list(LANDMARKS)].to_numpy(float).reshape(5, 2)
    assert np.abs(found - POINTS * SIDE).max() < 1e-3


def test_a_header_is_noticed_in_either_list_and_lists_may_lie_in_the_root(root):
    first = read(root)
    path = root / LISTS / "validation.csv"
    path.write_text(",".join(COLUMNS) + "\n" + path.read_text(encoding="utf-8"), encoding="utf-8")
    assert read(root).equals(first)
    path = root / LISTS / "training.csv"
    path.write_text(path.read_text(encoding="utf-8").split("\n", 1)[1], encoding="utf-8")
    assert read(root).equals(first)
    for name in ("training.csv", "validation.csv"):
        (root / LISTS / name).rename(root / name)
    (root / LISTS).rmdir()
    assert read(root).equals(first)


def test_what_has_no_expression_is_left_out_and_undefined_is_nan(root):
    path = root / LISTS / "training.csv"
    lines = path.read_text(encoding="utf-8").splitlines()
    lines[1] = lines[1].replace("0.5,-0.25", "-2,-2")
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    listing = read(root)
    assert len(listing) == 48
    assert listing["valence"].isna().sum() == 1
    assert np.isnan(listing["arousal"].iloc[0])


def test_several_faces_of_one_picture_keep_apart(root):
    path = root / LISTS / "training.csv"
    lines = path.read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join([*lines, lines[1]]) + "\n", encoding="utf-8")
    assert "1_00000001_2" in read(root)["key"].tolist()


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize(
    "store",
    [np.array, lambda value: np.array(str(value)), lambda value: np.array([value])],
    ids=["number", "text", "row"],
)
def test_release_of_2021_however_its_numbers_are_stored(tmp_path, store):
    write_later(tmp_path, store)
    listing = read(tmp_path)
    assert listing["part"].value_counts().to_dict() == {"train": 32, "test": 16}
    assert listing["key"].tolist()[:11] == [f"train_{n}" for n in range(11)]
    assert listing["expression"].tolist()[:8] == ORDER
    assert listing["source"].iloc[-1] == "val_set/images/15.jpg"
    assert set(listing["valence"]) == {0.5}
    assert listing["arousal"].isna().all()


def test_pictures_are_read_as_rgb(later):
    picture = np.zeros((32, 32, 3), np.uint8)
    picture[..., 2] = 255  # red, as OpenCV writes it
    cv2.imwrite(str(later / "val_set/images/3.jpg"), picture)
    red, green, blue = AffectNetSource(later).reader().read("val_set/images/3.jpg")[9, 9].tolist()
    assert red > 240
    assert max(green, blue) < 15


def test_missing_pictures_and_labels_are_named(root, later):
    (root / IMAGES / "1/00000001.JPG").unlink()
    with pytest.raises(NorfaceError, match="1 of the 48 pictures .*1/00000001.JPG; unpack"):
        read(root)
    assert read(root, **OPTIONS)["source"].iloc[0] == ""
    (later / "train_set/annotations/7_exp.npy").unlink()
    with pytest.raises(NorfaceError, match="1 pictures in .* have no label, the first is 7.jpg"):
        read(later)
    assert "train_7" not in read(later, **OPTIONS)["key"].tolist()


def test_a_missing_valence_is_unknown_in_an_incomplete_copy(later):
    (later / "train_set/annotations/9_val.npy").unlink()
    with pytest.raises(NorfaceError, match=r"there is no .*9_val.npy; .* --incomplete=true"):
        read(later)
    listing = read(later, **OPTIONS).set_index("key")
    assert np.isnan(listing.loc["train_9", "valence"])
    assert listing.loc["train_9", "expression"] == ORDER[1]
    assert listing["valence"].notna().sum() == 47


def test_damaged_labels_are_named(root, later):
    (later / "val_set/annotations/2_aro.npy").write_bytes(b"")
    with pytest.raises(NorfaceError, match="2_aro.npy holds no number"):
        read(later)
    np.save(later / "val_set/annotations/2_aro.npy", 0.0)
    np.save(later / "val_set/annotations/2_exp.npy", 11)
    with pytest.raises(NorfaceError, match="val_set/images/2.jpg .* expression 11.* 0 to 10"):
        read(later)
    path = root / LISTS / "validation.csv"
    text = path.read_text(encoding="utf-8")
    path.write_text("x" + text.replace(",", ",x", 1), encoding="utf-8")
    with pytest.raises(NorfaceError, match="validation.csv has not the columns of AffectNet"):
        read(root)
    path.write_text(text.replace(";", "", 1), encoding="utf-8")
    with pytest.raises(NorfaceError, match="instead of 68 landmarks"):
        read(root)
    path.unlink()
    with pytest.raises(NorfaceError, match="there is no validation.csv beside .*training.csv"):
        read(root)


def test_wrong_and_half_unpacked_roots_are_named(root, later, tmp_path_factory):
    with pytest.raises(NorfaceError, match="Manually_Annotated_file_lists or train_set, found no"):
        read(tmp_path_factory.mktemp("empty"))
    shutil.rmtree(root / "Manually_Annotated")
    with pytest.raises(NorfaceError, match=f"looked for {IMAGES} or .*found {LISTS}"):
        read(root)
    shutil.rmtree(later / "val_set")
    with pytest.raises(NorfaceError, match="looked for val_set/annotations, found train_set"):
        read(later)


def data(folder, **changes):
    arguments = {"image_size": 16, "num_workers": 0, "batch_size": 8, "val_share": 0.25}
    return AffectNetDataModule(prepared=folder, **(arguments | changes))


@pytest.fixture
def prepared(later, tmp_path_factory):
    folder = tmp_path_factory.mktemp("prepared")
    write_prepared(folder, "affectnet", read(later))
    return folder


def test_eight_classes_or_seven_without_contempt(prepared):
    eight, seven = data(prepared), data(prepared, classes=7)
    assert eight.label_names == list(EMOTIONS)
    assert seven.label_names == list(EMOTIONS[:7])
    assert [len(faces.dataset("test")) for faces in (eight, seven)] == [16, 14]
    assert sum(len(seven.dataset(split)) for split in ("train", "val")) == 28
    assert seven.dataset("test").columns["expression"].max() == 6
    with pytest.raises(NorfaceError, match="classes is 6"):
        data(prepared, classes=6)


def test_the_public_validation_set_is_tested_and_never_watched(prepared):
    faces = data(prepared)
    keys = {split: set(faces.dataset(split).keys) for split in ("train", "val", "test")}
    assert keys["test"] == {f"val_{number}" for number in range(16)}
    assert keys["train"] | keys["val"] == {f"train_{number}" for number in range(32)}
    assert not keys["train"] & keys["val"]
    assert sorted(faces.dataset("val").columns["expression"].tolist()) == list(range(8))


def test_balanced_draws_every_expression_equally_often(prepared):
    faces = data(prepared, balanced=True, classes=7)
    train = faces.dataset("train")
    label = train.columns["expression"]
    label[:] = 1
    label[:6] = torch.tensor([0, 2, 3, 4, 5, 6])
    sampler = faces.train_sampler(train)
    drawn = torch.cat([label[list(sampler)] for _ in range(300)])
    share = torch.bincount(drawn, minlength=7) / len(drawn)
    assert (share - 1 / 7).abs().max() < 0.02
