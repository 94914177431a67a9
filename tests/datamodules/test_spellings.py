"""A data set reads the same under every spelling that public readers and other copies have."""

import re
import shutil

import pytest

from norface_pl.errors import NorfaceError
from norface_pl.sources import SOURCES
from norface_pl.sources.source import check_listing
from tests.datamodules import (
    test_affectnet,
    test_bp4d,
    test_bp4dplus,
    test_disfa,
    test_fer2013,
    test_ferplus,
    test_rafdb,
)

TRASH = b"\0\5\26\7\0\2\0\0Mac OS X        "


def write_disfa(root):
    test_disfa.write_labels(root, "SN001")
    test_disfa.write_video(root, "SN001")


def write_right_camera(root):
    test_disfa.write_labels(root, "SN001")
    test_disfa.write_video(root, "SN001", "Right")


def write_frames(root):
    test_disfa.write_labels(root, "SN001")
    names = [f"{number}.png" for number in range(test_disfa.LENGTH + test_disfa.EXTRA)]
    test_disfa.write_frames(root / "img" / "SN001", names)


def write_bp4d(root):
    test_bp4d.write_tables(root, "F001", "T1")
    test_bp4d.write_intensities(root, "F001", "T1")
    test_bp4d.write_pictures(root, "F001", "T1")


def write_bp4dplus(root):
    test_bp4dplus.write_tables(root, "F001", "T1")
    test_bp4dplus.write_pictures(root, "F001", "T1")


WRITE = {
    "disfa": write_disfa,
    "disfa right": write_right_camera,
    "disfa frames": write_frames,
    "bp4d": write_bp4d,
    "bp4dplus": write_bp4dplus,
    "rafdb": test_rafdb.write_lookalike,
    "rafdb copy": test_rafdb.write_copy,
    "affectnet": test_affectnet.write_lookalike,
    "affectnet later": test_affectnet.write_later,
    "fer2013": test_fer2013.write_lookalike,
    "ferplus": test_ferplus.write_lookalike,
}
MORE = {"disfa right": {"camera": "right"}, "disfa frames": {"frames": "img"}}

# Of every file, what its path is changed to; a pattern and its replacement.
SPELLINGS = [
    ("disfa", "Videos_Left", "Video_Left"),
    ("disfa", "_comp.avi", "_Comp.avi"),
    ("disfa", "Videos_LeftCamera", "Videos LeftCamera"),
    ("disfa", "Videos_LeftCamera", "Videos_LeftCamera/Videos_LeftCamera"),
    ("disfa", "^ActionUnit_Labels", "ActionUnit_Labels/ActionUnit_Labels"),
    ("disfa", "ActionUnit_Labels/SN001/SN001_au", "actionunit_labels/sn001/SN001_AU"),
    ("disfa right", "Video_Right", "Videos_Right"),
    ("disfa right", "_Comp.avi", "_comp.AVI"),
    ("disfa frames", "img/SN001", "img/LeftVideoSN001_comp"),
    ("disfa frames", "img/SN001", "img/LeftVideoSN001"),
    ("disfa frames", r"img/SN001/(\d+).png", r"img/sn001/frame\1.PNG"),
    ("bp4d", "^F001", "Sequences(2D+3D)/F001"),
    ("bp4d", "^F001", "BP4D-training/F001"),
    ("bp4d", "^F001", "release/BP4D-training/F001"),
    ("bp4d", "^F001", "img/F001"),
    ("bp4d", "^F001/T1", "2D+3D/f001/t1"),
    ("bp4d", r"\.jpg$", ".JPG"),
    ("bp4d", "AUCoding/AU_OCC", "AUCoding"),
    ("bp4d", "AUCoding/AU_OCC", "AUCoding/AUCoding"),
    ("bp4d", "AUCoding/AU_OCC", "BP4D-AUCoding/AUCoding"),
    ("bp4d", "AUCoding/AU_", "aucoding/au_"),
    ("bp4d", "AUCoding/AU_INT", "AU-Intensity-Codes3.0"),
    ("bp4d", "AUCoding/AU_INT", "AU Intensity Codes3.0"),
    ("bp4d", "AU06", "AU6"),
    ("bp4dplus", r"^2D\+3D/", ""),
    ("bp4dplus", r"^2D\+3D/", "2d+3d/"),
    ("bp4dplus", r"\.jpg$", ".JPG"),
    ("rafdb", "^basic/", ""),
    ("rafdb", "^basic/", "Basic Emotion/"),
    ("rafdb", "patition", "partition"),
    ("rafdb", "^basic/EmoLabel/|^basic/Image/", ""),
    ("rafdb", "Image/aligned", "Image/aligned/aligned"),
    ("rafdb", r"_aligned\.jpg$", "_aligned.JPG"),
    ("rafdb copy", "^", "DATASET/"),
    ("rafdb copy", "^", "dataset/"),
    ("rafdb copy", "_aligned.jpg", ".jpg"),
    ("affectnet", "^Manually_Annotated/", ""),
    ("affectnet", "^Manually_Annotated/", "Manually_Annotated_compressed/"),
    ("affectnet", "Manually_Annotated/Manually_Annotated_Images", "Manually_Annotated"),
    ("affectnet", "Manually_Annotated_file_lists/", ""),
    ("affectnet", "Manually_Annotated_file_lists/", "Manually_Annotated/"),
    ("affectnet", "Manually_Annotated", "manually annotated"),
    ("affectnet", r"\.JPG$", ".jpg"),
    ("affectnet later", r"\.jpg$", ".JPG"),
    ("affectnet later", "train_set", "Train_Set"),
    ("fer2013", "^", "fer2013/"),
    ("fer2013", "^", "fer2013/fer2013/"),
    ("fer2013", "fer2013.csv", "icml_face_data.csv"),
    ("fer2013", "fer2013.csv", "FER2013.csv"),
    ("ferplus", "fer2013new.csv", "FERPlus-master/fer2013new.csv"),
    ("ferplus", "fer2013new.csv", "FERPlus/fer2013new.csv"),
]


def source(name, root):
    return SOURCES[name.split()[0]](root, incomplete=True, **MORE.get(name, {}))


def files(root):
    return [path for path in sorted(root.rglob("*")) if path.is_file()]


@pytest.fixture(scope="module", params=sorted(WRITE))
def written(request, tmp_path_factory):
    """Name of a layout, its folder, and what is read from it."""
    root = tmp_path_factory.mktemp("written")
    WRITE[request.param](root)
    return request.param, root, source(request.param, root).listing()


def check_same(name, root, expected):
    read = source(name, root)
    listing = check_listing(read.listing(), name)
    assert listing.drop(columns="source").equals(expected.drop(columns="source"))
    assert (listing["source"] != "").tolist() == (expected["source"] != "").tolist()
    assert read.reader().read(listing["source"].iloc[-1]).max() > 0


def test_every_spelling_reads_the_same(written, tmp_path):
    name, root, expected = written
    spellings = [(old, new) for layout, old, new in SPELLINGS if layout == name]
    assert spellings
    for number, (old, new) in enumerate(spellings):
        other = tmp_path / str(number)
        for path in files(root):
            below = path.relative_to(root).as_posix()
            target = other / re.sub(old, new, below)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, target)
        assert {path.relative_to(other) for path in files(other)} != {
            path.relative_to(root) for path in files(root)
        }
        check_same(name, other, expected)


def test_what_macs_leave_beside_every_file_is_no_data(written, tmp_path):
    name, root, expected = written
    other = tmp_path / "copied"
    shutil.copytree(root, other)
    for path in files(other):
        (path.parent / f"._{path.name}").write_bytes(TRASH)
    (other / ".DS_Store").write_bytes(TRASH)
    check_same(name, other, expected)


def test_ferplus_counts_rows_of_fer2013_only(tmp_path):
    test_ferplus.write_lookalike(tmp_path)
    (tmp_path / "fer2013.csv").rename(tmp_path / "icml_face_data.csv")
    with pytest.raises(NorfaceError, match="looked for fer2013.csv or fer2013/fer2013.csv, found"):
        source("ferplus", tmp_path).listing()
