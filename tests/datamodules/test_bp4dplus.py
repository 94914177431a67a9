"""BP4D+: 34 columns read by name, tasks T1, T6, T7 and T8, four folds."""

import shutil

import cv2
import numpy as np
import pytest
import torch

from norface_pl.datamodules import BP4DPlusDataModule
from norface_pl.errors import NorfaceError
from norface_pl.labels import BP4D_INTENSITY_AUS, BP4DPLUS_AUS
from norface_pl.sources.bp4dplus import BP4DPlusSource
from norface_pl.sources.published import load_published
from norface_pl.sources.source import check_listing
from tests.helpers.faces import write_face
from tests.helpers.prepared import write_prepared

OPTIONS = {"incomplete": True}
PEOPLE = (
    ("F004", "F013", "M003"),
    ("F012", "F016", "M001"),
    ("F001", "F002", "M008"),
    ("F003", "F005", "M002"),
)
TASKS = ("T1", "T8")
FRAMES = range(7, 15)
# As distributed: what is not in the list has no column.
COLUMNS = (1, 2, 4, 5, 6, 7, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 22, 23, 24)
COLUMNS += tuple(range(27, 40))


def occurrence(frame, number):
    """Label of an action unit in a frame: both values for every unit, no two scored ones alike."""
    if number not in BP4DPLUS_AUS:
        return 9
    return (37 + 17 * BP4DPLUS_AUS.index(number)) >> (frame - FRAMES[0]) & 1


def intensity(frame, number):
    return (frame + number) % 6


def write_tables(root, subject, task, columns=COLUMNS, header=True):
    rows = [",".join(map(str, [0, *columns]))] if header else []
    rows += [
        ",".join(map(str, [frame, *(occurrence(frame, n) for n in columns)])) for frame in FRAMES
    ]
    write_text(root / f"AUCoding/AU_OCC/{subject}_{task}.csv", "\n".join(rows) + "\n")
    for number in BP4D_INTENSITY_AUS:
        rows = "".join(f"{frame},{intensity(frame, number)}\n" for frame in FRAMES)
        folder = root / f"AUCoding/AU_INT/AU{number:02d}"
        write_text(folder / f"{subject}_{task}_AU{number:02d}.csv", rows)


def write_pictures(root, subject, task):
    for frame in range(FRAMES[0] - 1, FRAMES[-1] + 2):
        write_face(root / f"2D+3D/{subject}/{task}/{frame:04d}.jpg", frame, 48)


def write_text(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def write_lookalike(root):
    """Three people a part, two tasks, eight coded frames."""
    for subject in sum(PEOPLE, ()):
        for task in TASKS:
            write_tables(root, subject, task)
            write_pictures(root, subject, task)


def read(root, **options):
    return check_listing(BP4DPlusSource(root, **(OPTIONS | options)).listing(), "bp4dplus")


@pytest.fixture
def single(tmp_path):
    """One sequence of one person."""
    write_tables(tmp_path, "F001", "T1")
    write_pictures(tmp_path, "F001", "T1")
    return tmp_path


@pytest.fixture(scope="module")
def prepared(tmp_path_factory):
    root, folder = (tmp_path_factory.mktemp(name) for name in ("raw", "prepared"))
    write_lookalike(root)
    write_prepared(folder, "bp4dplus", read(root))
    return folder


def data(prepared, **changes):
    settings = {"prepared": prepared, "val_subjects": 1, "num_workers": 0, "image_size": 16}
    return BP4DPlusDataModule(**(settings | changes))


def people(data, split):
    return set(data.faces.manifest["subject"].iloc[data.division[split]])


def check_labels(listing):
    for number in BP4DPLUS_AUS:
        expected = [occurrence(frame, number) for frame in FRAMES]
        assert listing[f"AU{number}"].tolist() == expected, number


def test_columns_are_read_by_name_not_by_place(single):
    # Column 12 holds AU 14, so a reader by place would be wrong from AU 4 on.
    assert COLUMNS[11] == 14
    check_labels(read(single))


def test_another_order_of_the_columns_changes_nothing(single):
    before = read(single)
    write_tables(single, "F001", "T1", tuple(reversed(COLUMNS)))
    assert read(single).equals(before)


def test_places_are_known_where_there_is_no_header(single):
    before = read(single)
    write_tables(single, "F001", "T1", header=False)
    assert read(single).equals(before)


def test_other_columns_without_a_header_are_refused(single):
    write_tables(single, "F001", "T1", COLUMNS[:-1], header=False)
    sentence = r"F001_T1.csv has no header that names its 34 columns, and 35 are known; give"
    with pytest.raises(NorfaceError, match=sentence):
        read(single)


def test_absent_column_is_refused(single):
    write_tables(single, "F001", "T1", tuple(n for n in COLUMNS if n not in (7, 23)))
    with pytest.raises(NorfaceError, match=r"F001_T1.csv has no column for AU7, AU23;"):
        read(single)


def test_labels_of_sides_in_other_columns_do_not_matter(single):
    path = single / "AUCoding/AU_OCC/F001_T1.csv"
    rows = [
        line.rpartition(",")[0] + ",L" for line in path.read_text(encoding="utf-8").splitlines()
    ]
    path.write_text("\n".join(rows), encoding="utf-8")
    check_labels(read(single))


def test_names_parts_and_numbers(single):
    first = read(single).iloc[0]
    names = first[["key", "source", "subject", "sequence", "part"]].tolist()
    assert names == ["F001_T1_7", "2D+3D/F001/T1/0007.jpg", "F001", "F001_T1", "3"]
    assert first["frame"] == 7
    assert first["AU6_intensity"] == intensity(7, 6)
    assert len(load_published("bp4dplus").part_of) == 140


def test_videos_count_from_zero(single):
    shutil.rmtree(single / "2D+3D")
    path = single / "F001_T1.mp4"
    video = cv2.VideoWriter(str(path), cv2.VideoWriter_fourcc(*"mp4v"), 25, (48, 48))
    # Frame i of the video, from 0, has the grey 10 * (i + 1): that of label i + 1.
    for index in range(FRAMES[-1] + 2):
        video.write(np.full((48, 48, 3), 10 * (index + 1), np.uint8))
    video.release()
    source = BP4DPlusSource(single, incomplete=True)
    listing, reader = source.listing(), source.reader()
    assert listing["source"].iloc[0] == "F001_T1.mp4#6"
    for name, frame in zip(listing["source"], listing["frame"], strict=True):
        assert abs(reader.read(name)[..., 1].mean() - 10 * frame) < 5


def test_only_archives(single):
    shutil.rmtree(single / "2D+3D/F001")
    write_text(single / "2D+3D/F001.zip", "")
    with pytest.raises(
        NorfaceError, match=r"F001.zip is still packed; unpack the archives in .*3D"
    ):
        read(single)


def test_coded_tasks_only(single):
    write_tables(single, "F001", "T2")
    assert set(read(single)["sequence"]) == {"F001_T1"}
    sentence = r"559 of 560 label files are missing, the first is F001_T6.csv"
    with pytest.raises(NorfaceError, match=sentence):
        read(single, incomplete=False)


def test_not_codable_is_masked_or_negative(single, tmp_path_factory):
    path = single / "AUCoding/AU_OCC/F001_T1.csv"
    lines = path.read_text(encoding="utf-8").splitlines()
    cells = lines[1].split(",")
    cells[1 + COLUMNS.index(14)] = "9"
    path.write_text("\n".join([lines[0], ",".join(cells), *lines[2:]]), encoding="utf-8")
    folder = tmp_path_factory.mktemp("prepared")
    rows = write_prepared(folder, "bp4dplus", read(single))
    masked = data(folder).labels(rows, "au_detection")
    negative = data(folder, nine="negative").labels(rows, "au_detection")
    assert masked.isnan().nonzero().tolist() == [[0, BP4DPLUS_AUS.index(14)]]
    assert negative[0, BP4DPLUS_AUS.index(14)] == 0
    assert torch.equal(masked.nan_to_num(0), negative)


@pytest.mark.parametrize("fold", [1, 2, 3, 4])
def test_fold_tests_its_own_part_and_shares_nobody(prepared, fold):
    faces = data(prepared, fold=fold)
    assert people(faces, "test") == set(PEOPLE[fold - 1])
    others = people(faces, "train") | people(faces, "val")
    assert others == set(sum(PEOPLE, ())) - set(PEOPLE[fold - 1])
    assert not people(faces, "train") & people(faces, "val")
    assert len(faces.train_labels()["au_detection"]) == 8 * 2 * 8


def test_intensities_are_labels_too(prepared):
    faces = data(prepared, task="au_intensity", fold=3)
    label = faces.dataset("test").columns[faces.tasks[0]]
    assert label[0].tolist() == [intensity(7, number) for number in BP4D_INTENSITY_AUS]


def test_impossible_settings_are_refused(tmp_path):
    with pytest.raises(NorfaceError, match="data.fold is 5; bp4dplus has folds 1 to 4"):
        data(tmp_path, fold=5)
