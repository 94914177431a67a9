"""FER2013: pictures in a CSV file, its order of classes, its official parts."""

import numpy as np
import pytest

from norface_pl.datamodules import FER2013DataModule
from norface_pl.errors import NorfaceError
from norface_pl.io.pixel_rows import PixelRows
from norface_pl.labels import EMOTIONS
from norface_pl.sources import fer2013 as module
from norface_pl.sources.fer2013 import FER2013Source
from norface_pl.sources.source import check_listing
from tests.helpers.faces import draw_face
from tests.helpers.prepared import write_prepared

OPTIONS = {"incomplete": True}
PER_LABEL = {"Training": 4, "PublicTest": 2, "PrivateTest": 2}
ORDER = ["anger", "disgust", "fear", "happiness", "sadness", "surprise", "neutral"]


def pixels(seed):
    return draw_face(seed, 48)[..., 1]


def write_lookalike(root, labels=7):
    """Four training and two validation and test pictures of every expression."""
    lines = ["emotion,pixels,Usage"]
    for usage, count in PER_LABEL.items():
        for number in range(labels * count):
            values = " ".join(map(str, pixels(len(lines) - 1).ravel()))
            lines.append(f"{number % 7},{values},{usage}")
    (root / "fer2013.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")


def read(root, **options):
    source = module.FER2013Source(root, **(OPTIONS | options))
    return check_listing(source.listing(), "fer2013")


def change(root, row, old, new):
    """Replaces a text once in a row of the file, counted from 0 without the header."""
    path = root / "fer2013.csv"
    lines = path.read_text(encoding="utf-8").splitlines()
    lines[row + 1] = lines[row + 1].replace(old, new, 1)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


@pytest.fixture
def root(tmp_path):
    write_lookalike(tmp_path)
    return tmp_path


def test_rows_have_the_order_of_fer2013_and_its_parts(root):
    listing = read(root)
    assert listing["part"].value_counts().to_dict() == {"train": 28, "val": 14, "test": 14}
    assert listing["expression"].tolist()[:8] == [*ORDER, "anger"]
    assert listing["source"].tolist()[:2] == ["fer2013.csv#0", "fer2013.csv#1"]
    assert listing["key"].iloc[-1] == "fer0000055"
    assert listing["part"].tolist()[27:29] == ["train", "val"]


def test_row_i_of_the_file_is_read_as_picture_i(root):
    reader = FER2013Source(root).reader()
    for row in (31, 0, 55):
        picture = reader.read(f"fer2013.csv#{row}")
        assert picture.shape == (48, 48, 3)
        assert picture.dtype == np.uint8
        for channel in range(3):
            assert np.array_equal(picture[..., channel], pixels(row))
    reader.close()


def test_blank_lines_and_quotes_shift_nothing(root):
    path = root / "fer2013.csv"
    lines = path.read_text(encoding="utf-8").splitlines()
    emotion, values, usage = lines[3].split(",")
    lines[3] = f'{emotion},"{values}",{usage}'
    path.write_text("\r\n".join([*lines[:2], "", *lines[2:]]) + "\r\n\r\n", encoding="utf-8")
    assert len(read(root)) == 56
    reader = FER2013Source(root).reader()
    for row in (0, 1, 2, 55):
        assert np.array_equal(reader.read(f"fer2013.csv#{row}")[..., 0], pixels(row))


def test_the_file_may_lie_in_its_own_folder(root):
    (root / "fer2013").mkdir()
    (root / "fer2013.csv").rename(root / "fer2013" / "fer2013.csv")
    source = read(root)["source"].iloc[5]
    assert source == "fer2013/fer2013.csv#5"
    assert np.array_equal(FER2013Source(root).reader().read(source)[..., 2], pixels(5))


def test_unknown_labels_are_named(root):
    change(root, 3, "3,", "7,")
    with pytest.raises(NorfaceError, match=r"row 3 of .* has the emotion '7' instead of 0 to 6"):
        read(root)
    change(root, 3, "7,", "3,")
    change(root, 9, "Training", "Testing")
    with pytest.raises(NorfaceError, match="row 9 .* Usage 'Testing' instead of Training or Pub"):
        read(root)


def test_other_counts_are_refused_unless_said_to_be_incomplete(root, monkeypatch):
    with pytest.raises(NorfaceError, match="rows Training 28, .* instead of Training 28709, Publ"):
        read(root, incomplete=False)
    monkeypatch.setattr(module, "COUNTS", {"Training": 28, "PublicTest": 14, "PrivateTest": 14})
    assert len(read(root, incomplete=False)) == 56


def test_damaged_pictures_are_named(root):
    values = " ".join(map(str, pixels(4).ravel()))
    change(root, 4, values, "1 2 3")
    change(root, 5, "5,", "5,999 ")
    change(root, 6, "6,", "6,x ")
    reader = FER2013Source(root).reader()
    with pytest.raises(NorfaceError, match="fer2013.csv#4 is no picture of 48 x 48 .* has 3 val"):
        reader.read("fer2013.csv#4")
    for source in ("fer2013.csv#5", "fer2013.csv#6", "fer2013.csv#56", "none.csv#0"):
        with pytest.raises(NorfaceError, match=source):
            reader.read(source)
    with pytest.raises(NorfaceError, match="fer2013.csv#1 cannot be read"):
        PixelRows(root, "values", 48).read("fer2013.csv#1")


def test_wrong_roots_are_named(root, tmp_path_factory):
    with pytest.raises(
        NorfaceError, match="looked for fer2013.csv or .* or icml_face_data.csv, found "
    ):
        read(tmp_path_factory.mktemp("empty"))
    (root / "fer2013.csv").write_text("label,pixels,Usage\n0,1,Training\n", encoding="utf-8")
    with pytest.raises(NorfaceError, match="lacks the columns emotion"):
        read(root)


def test_official_parts_and_the_class_indices_of_all_data_sets(root, tmp_path_factory):
    folder = tmp_path_factory.mktemp("prepared")
    write_prepared(folder, "fer2013", read(root))
    faces = FER2013DataModule(prepared=folder, image_size=16, num_workers=0)
    assert faces.label_names == [name for name in EMOTIONS if name != "contempt"]
    keys = {split: faces.dataset(split).keys for split in ("train", "val", "test")}
    assert {split: len(found) for split, found in keys.items()} == {
        "train": 28,
        "val": 14,
        "test": 14,
    }
    assert keys["val"] == [f"fer{number:07d}" for number in range(28, 42)]
    # anger disgust fear happiness sadness surprise neutral
    assert faces.dataset("test").columns["expression"].tolist()[:7] == [6, 5, 4, 1, 2, 3, 0]
    watched = FER2013DataModule(prepared=folder, image_size=16, num_workers=0, select_on_test=True)
    assert watched.dataset("val").keys == keys["test"]
    assert len(watched.dataset("train")) == 28


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_line_ends_marks_and_blanks_in_the_header_do_not_matter(root, end):
    expected = read(root)
    path = root / "fer2013.csv"
    text = path.read_text(encoding="utf-8").replace(
        "emotion,pixels,Usage", "emotion, pixels, Usage"
    )
    path.write_bytes(text.replace("\n", end).encode("utf-8-sig"))
    assert read(root).equals(expected)
    picture = FER2013Source(root).reader().read("fer2013.csv#31")
    assert np.array_equal(picture[..., 0], pixels(31))


def test_a_file_of_two_bytes_a_letter_is_named(root):
    path = root / "fer2013.csv"
    path.write_bytes(path.read_text(encoding="utf-8").encode("utf-16"))
    with pytest.raises(NorfaceError, match="fer2013.csv is saved as UTF-16; save it as UTF-8"):
        read(root)
