"""DISFA: labels count from 1, videos from 0, pictures from either; cameras; intensity >= 2."""

import os
import shutil

import cv2
import numpy as np
import pytest
import torch

from norface_pl.datamodules import DISFADataModule
from norface_pl.errors import NorfaceError
from norface_pl.labels import BP4D_AUS, DISFA_AUS, DISFA_INTENSITY_AUS, SHARED_AUS
from norface_pl.nn.losses import inverse_frequency
from norface_pl.sources.disfa import DISFASource
from norface_pl.sources.published import load_published
from norface_pl.sources.source import check_listing
from tests.helpers.faces import draw_face, write_face
from tests.helpers.prepared import write_prepared

OPTIONS = {"incomplete": True}
PEOPLE = (
    ("SN001", "SN002", "SN009", "SN010"),
    ("SN006", "SN011", "SN012", "SN013"),
    ("SN003", "SN004", "SN005", "SN007"),
)
LENGTH = 8
# As the release names them: an s and a capital differ between the cameras.
VIDEOS = {
    "Left": "Videos_LeftCamera/LeftVideo{}_comp.avi",
    "Right": "Video_RightCamera/RightVideo{}_Comp.avi",
}
# Videos go on where coders have stopped.
EXTRA = 3


def intensity(frame, number):
    """Label of an action unit in a frame from 1: both sides of every threshold, no two alike."""
    place = DISFA_INTENSITY_AUS.index(number)
    return (frame * (1 + place % 5) + place // 5 + (frame == 1 + place % LENGTH)) % 6


def write_labels(root, subject, length=LENGTH):
    for number in DISFA_INTENSITY_AUS:
        rows = "".join(f"{frame},{intensity(frame, number)}\n" for frame in range(1, length + 1))
        write_text(root / f"ActionUnit_Labels/{subject}/{subject}_au{number}.txt", rows)


def write_video(root, subject, side="Left", pictures=None):
    path = root / VIDEOS[side].format(subject)
    path.parent.mkdir(parents=True, exist_ok=True)
    pictures = pictures or [draw_face(index) for index in range(LENGTH + EXTRA)]
    size = pictures[0].shape[1::-1]
    video = cv2.VideoWriter(str(path), cv2.VideoWriter_fourcc(*"MJPG"), 20, size)
    for picture in pictures:
        video.write(np.ascontiguousarray(picture[..., ::-1]))
    video.release()


def write_text(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def write_lookalike(root):
    """Four people a part, eight coded frames, videos that are longer."""
    for subject in sum(PEOPLE, ()):
        write_labels(root, subject)
        write_video(root, subject)


def greys(step=20, offset=0):
    """Pictures of a video: that of label row r has the grey ``step * r + offset``."""
    return [
        np.full((32, 32, 3), step * (index + 1) + offset, np.uint8)
        for index in range(LENGTH + EXTRA)
    ]


def write_frames(folder, names):
    """The same pictures as files, the r-th under the r-th name."""
    folder.mkdir(parents=True)
    for name, picture in zip(names, greys(), strict=True):
        cv2.imwrite(str(folder / name), picture)


def read(root, **options):
    return check_listing(DISFASource(root, **(OPTIONS | options)).listing(), "disfa")


def check_pictures(root, **options):
    """The picture of every label row is the one that was recorded with it."""
    source = DISFASource(root, **(OPTIONS | options))
    listing, reader = source.listing(), source.reader()
    assert listing["frame"].tolist() == list(range(1, LENGTH + 1))
    for name, frame in zip(listing["source"], listing["frame"], strict=True):
        assert abs(reader.read(name)[..., 1].mean() - 20 * frame) < 5, frame
    return listing


@pytest.fixture
def single(tmp_path):
    """One person, whose pictures tell their number."""
    write_labels(tmp_path, "SN001")
    write_video(tmp_path, "SN001", pictures=greys())
    return tmp_path


@pytest.fixture(scope="module")
def listing(tmp_path_factory):
    root = tmp_path_factory.mktemp("disfa")
    write_lookalike(root)
    return read(root)


@pytest.fixture(scope="module")
def prepared(tmp_path_factory, listing):
    folder = tmp_path_factory.mktemp("prepared")
    write_prepared(folder, "disfa", listing)
    return folder


def data(prepared, **changes):
    settings = {"prepared": prepared, "val_subjects": 1, "num_workers": 0, "image_size": 16}
    return DISFADataModule(**(settings | changes))


def people(data, split):
    return set(data.faces.manifest["subject"].iloc[data.division[split]])


def test_first_label_is_the_first_frame_of_the_video(single):
    listing = check_pictures(single)
    assert listing["source"].iloc[0] == "Videos_LeftCamera/LeftVideoSN001_comp.avi#0"
    assert listing["key"].iloc[0] == "SN001_1"


@pytest.mark.parametrize(
    ("first", "pattern"),
    [
        (0, "{}.png"),
        (0, "{}.jpg"),
        (1, "{}.png"),
        (1, "{:05d}.png"),
        (0, "LeftVideo_comp_{:08d}.jpg"),
    ],
)
def test_first_label_is_the_first_extracted_picture_from_0_or_1(single, first, pattern):
    names = [pattern.format(first + index) for index in range(LENGTH + EXTRA)]
    write_frames(single / "frames/SN001", names)
    listing = check_pictures(single, frames="frames")
    assert listing["source"].iloc[0] == f"frames/SN001/{names[0]}"
    assert check_pictures(single, frames="frames", first_frame=first).equals(listing)
    with pytest.raises(NorfaceError, match=f"first_frame is {1 - first}, but pictures begin with"):
        read(single, frames="frames", first_frame=1 - first)


def test_first_number_is_never_guessed(single):
    write_frames(single / "frames/SN001", [f"{index}.png" for index in range(LENGTH + EXTRA)])
    write_labels(single, "SN002")
    names = [f"{1 + index}.png" for index in range(LENGTH + EXTRA)]
    write_frames(single / "frames/SN002", names)
    sentence = r"begin with number 0 in .*SN001 and with 1 in .*SN002; say with --first_frame"
    with pytest.raises(NorfaceError, match=sentence):
        read(single, frames="frames")
    listing = read(single, frames="frames", first_frame=0).set_index("key")["source"]
    assert listing["SN001_1"] == "frames/SN001/0.png"
    # Said to count from 0, the second person just has no first picture.
    assert listing["SN002_1"] == ""
    assert listing["SN002_2"] == "frames/SN002/1.png"
    shutil.rmtree(single / "frames/SN001")
    for number in (1, 2):
        (single / f"frames/SN002/{number}.png").unlink()
    with pytest.raises(NorfaceError, match="say with --first_frame 0 or 1"):
        read(single, frames="frames")
    first = {
        chosen: read(single, frames="frames", first_frame=chosen)["source"].tolist().count("")
        for chosen in (0, 1)
    }
    assert first == {0: 3, 1: 2}


def test_first_frame_is_about_extracted_pictures(tmp_path):
    with pytest.raises(NorfaceError, match="first_frame is about extracted pictures; name their"):
        DISFASource(tmp_path, first_frame=0)


def test_camera_is_an_option_and_left_by_default(single):
    write_video(single, "SN001", "Right", greys(offset=-10))
    right = DISFASource(single, camera="right", incomplete=True)
    assert right.listing()["source"].iloc[2] == "Video_RightCamera/RightVideoSN001_Comp.avi#2"
    assert abs(right.reader().read(right.listing()["source"].iloc[2])[..., 1].mean() - 50) < 5
    check_pictures(single)
    shutil.rmtree(single / "Video_RightCamera")
    with pytest.raises(
        NorfaceError, match="looked for Videos_RightCamera or Video_RightCamera, found Ac"
    ):
        read(single, camera="right")


def test_label_rows_decide_the_length(single):
    assert len(read(single)) == LENGTH
    write_labels(single, "SN001", LENGTH - 1)
    assert len(read(single)) == LENGTH - 1


def test_missing_picture_stays_a_row(single):
    write_frames(single / "frames/SN001", [f"{index}.png" for index in range(LENGTH + EXTRA)])
    (single / "frames/SN001/4.png").unlink()
    listing = read(single, frames="frames")
    assert listing["key"][listing["source"] == ""].tolist() == ["SN001_5"]


def test_files_are_read_by_name_whatever_their_order(single, monkeypatch):
    before = read(single)
    for number in DISFA_INTENSITY_AUS:
        expected = [intensity(frame, number) for frame in range(1, LENGTH + 1)]
        assert before[f"AU{number}_intensity"].tolist() == expected
    found = os.listdir
    monkeypatch.setattr(os, "listdir", lambda path: sorted(found(path), reverse=True))
    assert read(single).equals(before)


def test_parts_are_the_published_ones(listing):
    part = listing.drop_duplicates("subject").set_index("subject")["part"]
    for number, subjects in enumerate(PEOPLE, 1):
        assert set(part[list(subjects)]) == {str(number)}
    assert len(load_published("disfa").part_of) == 27


def test_present_from_intensity_two_or_from_another_threshold(prepared):
    rows = data(prepared).faces.manifest
    found = torch.tensor(rows[[f"AU{n}_intensity" for n in DISFA_AUS]].to_numpy(float))
    for threshold in range(1, 6):
        label = data(prepared, threshold=threshold).labels(rows, "au_detection")
        assert torch.equal(label, (found >= threshold).float())
    assert torch.equal(data(prepared).labels(rows, "au_detection"), (found >= 2).float())
    # Each threshold gives other labels, or the above would not notice.
    assert [int((found == value).sum() > 0) for value in range(6)] == [1] * 6


def test_intensities_of_twelve_units(prepared):
    faces = data(prepared, task="au_intensity")
    assert faces.label_names == [f"AU{number}" for number in DISFA_INTENSITY_AUS]
    label = faces.dataset("test").columns[faces.tasks[0]]
    assert label[0].tolist() == [intensity(1, number) for number in DISFA_INTENSITY_AUS]


@pytest.mark.parametrize("fold", [1, 2, 3])
def test_fold_tests_its_own_part_and_shares_nobody(prepared, fold):
    faces = data(prepared, fold=fold)
    assert people(faces, "test") == set(PEOPLE[fold - 1])
    others = people(faces, "train") | people(faces, "val")
    assert others == set(sum(PEOPLE, ())) - set(PEOPLE[fold - 1])
    assert not people(faces, "train") & people(faces, "val")
    assert len(people(faces, "val")) == 1


def test_recordings_of_the_target_join_stage_1_where_it_is_no_test_person(prepared):
    target = sorted(people(data(prepared, fold=1), "train"))[0]
    faces = data(prepared, fold=1, target_subject=target)
    unlabelled = faces.dataset("unlabelled")
    own = {name == target for name in faces.subject_names("unlabelled")}
    assert own == {True, False}
    marked = unlabelled.columns["of_target"].tolist()
    assert marked == [name == target for name in faces.subject_names("unlabelled")]
    clips = unlabelled.columns["clip"]
    assert faces.target_clips().tolist() == sorted(set(clips[marked].tolist()))
    assert "of_target" not in faces.dataset("train").columns
    assert "of_target" not in data(prepared, fold=1).dataset("unlabelled").columns
    tested = data(prepared, fold=1, target_subject=PEOPLE[0][0])
    assert tested.target_clips() is None
    assert "is not trained on here" in tested.describe_splits()
    with pytest.raises(NorfaceError, match="target_subject is SN099, and .* has nobody"):
        data(prepared, target_subject="SN099").target_clips()


def test_class_weights_do_not_move_with_the_tested_labels(tmp_path, listing):
    changed = listing.copy()
    changed.loc[changed["part"] == "2", "AU1_intensity"] = 5
    weights = {}
    for name, rows in (("as_it_is", listing), ("changed", changed)):
        write_prepared(tmp_path / name, "disfa", rows)
        for fold in (1, 2):
            labels = data(tmp_path / name, fold=fold).train_labels()["au_detection"]
            weights[name, fold] = inverse_frequency(labels)
    assert torch.equal(weights["as_it_is", 2], weights["changed", 2])
    assert not torch.equal(weights["as_it_is", 1], weights["changed", 1])


def test_units_shared_with_bp4d():
    assert SHARED_AUS == (1, 2, 4, 6, 12)
    assert [BP4D_AUS.index(number) for number in SHARED_AUS] == [0, 1, 2, 3, 6]
    assert [DISFA_AUS.index(number) for number in SHARED_AUS] == [0, 1, 2, 3, 5]


@pytest.mark.parametrize(
    ("number", "rows", "sentence"),
    [
        (5, "1,0\n2,6\n", r"SN001_au5.txt, line 2: AU5_intensity is 6; it has to be one of 0, 1, "),
        (5, "1,0\n2,9\n", r"SN001_au5.txt, line 2: AU5_intensity is 9"),
        (5, "1,0\n\n2,1.5\n", r"SN001_au5.txt, line 3: AU5_intensity is 1.5"),
        (5, "1,0\n2,much\n", r"SN001_au5.txt, line 2: 'much' is not a number"),
        (5, "1,0\n2\n", r"SN001_au5.txt, line 2: 1 values where 2 are needed"),
        (5, "", r"SN001_au5.txt has no labels"),
        (
            5,
            "1,0\n2,0\n",
            r"SN001_au5.txt has 2 rows and .*SN001_au1.txt has 8: SN001_au5.txt lacks",
        ),
        (5, None, r"there is no label file .*SN001_au5.txt; unpack"),
    ],
)
def test_impossible_labels_are_one_sentence(single, number, rows, sentence):
    path = single / f"ActionUnit_Labels/SN001/SN001_au{number}.txt"
    path.unlink() if rows is None else path.write_text(rows, encoding="utf-8")
    with pytest.raises(NorfaceError, match=sentence):
        read(single)


def test_labels_that_count_from_zero_are_refused(single):
    for path in (single / "ActionUnit_Labels/SN001").iterdir():
        path.write_text("0,0\n1,0\n", encoding="utf-8")
    with pytest.raises(NorfaceError, match="SN001_au1.txt counts frames from 0; labels of DISFA"):
        read(single)


def test_half_unpacked_copy_is_refused_unless_it_is_said(single):
    write_labels(single, "SN002")
    assert set(read(single)["subject"]) == {"SN001"}
    sentence = (
        "25 of 27 label folders are missing, the first is SN003, looked for in .*Labels; unpack"
    )
    with pytest.raises(NorfaceError, match=sentence):
        read(single, incomplete=False)
    for subject in load_published("disfa").part_of:
        write_labels(single, subject)
    sentence = "26 of 27 videos are missing, the first is LeftVideoSN002_comp.avi, looked for in "
    with pytest.raises(NorfaceError, match=sentence):
        read(single, incomplete=False)
    with pytest.raises(NorfaceError, match="27 of 27 folders of pictures are missing.*nowhere"):
        read(single, frames="nowhere")


def test_whole_copy_needs_no_option(tmp_path):
    for subject in load_published("disfa").part_of:
        write_labels(tmp_path, subject, 2)
        write_text(tmp_path / f"frames/{subject}/0.png", "")
        write_text(tmp_path / f"frames/{subject}/1.png", "")
    listing = read(tmp_path, frames="frames", incomplete=False)
    assert listing["subject"].nunique() == 27
    assert listing.groupby("part").size().to_dict() == {"1": 18, "2": 18, "3": 18}


def test_wrong_root_is_told(tmp_path):
    write_face(tmp_path / "holiday.jpg")
    with pytest.raises(NorfaceError, match="looked for ActionUnit_Labels, found holiday.jpg; give"):
        read(tmp_path)


def test_impossible_settings_are_refused(tmp_path):
    with pytest.raises(NorfaceError, match="data.threshold is 0; intensities run from 1 to 5"):
        data(tmp_path, threshold=0)
    with pytest.raises(NorfaceError, match="disfa has labels for au_detection and au_intensity"):
        data(tmp_path, task="expression")
