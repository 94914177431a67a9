"""BP4D: pictures by number, columns by name, 9 masked, both layouts, folds and FERA 2015."""

import shutil

import cv2
import numpy as np
import pytest
import torch

from norface_pl.datamodules import BP4DDataModule
from norface_pl.errors import NorfaceError
from norface_pl.labels import BP4D_AUS, BP4D_INTENSITY_AUS
from norface_pl.nn.losses import inverse_frequency
from norface_pl.sources.bp4d import BP4DSource
from norface_pl.sources.published import load_published
from norface_pl.sources.source import check_listing
from tests.helpers.faces import draw_face, write_face
from tests.helpers.prepared import write_prepared

OPTIONS = {"incomplete": True}
PEOPLE = (
    ("F001", "F002", "M001", "M004"),
    ("F003", "F020", "M002", "M005"),
    ("F004", "F015", "M003", "M006"),
)
TASKS = ("T1", "T7")
PADDING = {"T1": 1, "T7": 4}
# Runs over a change of the number of digits.
FRAMES = range(96, 104)
HEADER = ",".join(map(str, range(100)))


def occurrence(frame, number):
    """Label of an action unit in a frame: both values for every unit, no two units alike."""
    if number not in BP4D_AUS:
        return 9
    return (37 + 17 * BP4D_AUS.index(number)) >> (frame - FRAMES[0]) & 1


def intensity(frame, number):
    return (frame + number) % 6


def write_tables(root, subject, task, folder="AUCoding/AU_OCC"):
    rows = [
        ",".join(map(str, [frame, *(occurrence(frame, number) for number in range(1, 100))]))
        for frame in FRAMES
    ]
    write_text(root / folder / f"{subject}_{task}.csv", "\n".join([HEADER, *rows]) + "\n")


def write_intensities(root, subject, task, folder="AUCoding/AU_INT"):
    for number in BP4D_INTENSITY_AUS:
        rows = "".join(f"{frame},{intensity(frame, number)}\n" for frame in FRAMES)
        name = f"AU{number:02d}/{subject}_{task}_AU{number:02d}.csv"
        write_text(root / folder / name, rows)


def write_pictures(root, subject, task):
    # One more than there are labels, on both sides.
    for frame in range(FRAMES[0] - 1, FRAMES[-1] + 2):
        write_face(root / subject / task / f"{frame:0{PADDING[task]}d}.jpg", frame, 48)


def write_text(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def write_lookalike(root):
    """Four people a part, two tasks, eight coded frames; names padded differently."""
    for subject in sum(PEOPLE, ()):
        for task in TASKS:
            write_tables(root, subject, task)
            write_intensities(root, subject, task)
            write_pictures(root, subject, task)


def read(root, **options):
    return check_listing(BP4DSource(root, **(OPTIONS | options)).listing(), "bp4d")


@pytest.fixture
def single(tmp_path):
    """One sequence of one person."""
    write_tables(tmp_path, "F001", "T1")
    write_intensities(tmp_path, "F001", "T1")
    write_pictures(tmp_path, "F001", "T1")
    return tmp_path


@pytest.fixture(scope="module")
def listing(tmp_path_factory):
    root = tmp_path_factory.mktemp("bp4d")
    write_lookalike(root)
    return read(root)


@pytest.fixture(scope="module")
def prepared(tmp_path_factory, listing):
    folder = tmp_path_factory.mktemp("prepared")
    write_prepared(folder, "bp4d", listing)
    return folder


def data(prepared, **changes):
    settings = {"prepared": prepared, "val_subjects": 1, "num_workers": 0, "image_size": 16}
    return BP4DDataModule(**(settings | changes))


def people(data, split):
    return set(data.faces.manifest["subject"].iloc[data.division[split]])


def test_pictures_are_found_by_number_whatever_their_zero_padding(listing):
    frames = listing[listing["subject"] == "F001"].set_index("key")
    assert frames.loc["F001_T1_99", "source"] == "F001/T1/99.jpg"
    assert frames.loc["F001_T7_99", "source"] == "F001/T7/0099.jpg"
    assert frames.loc["F001_T7_100", "source"] == "F001/T7/0100.jpg"
    assert (listing["source"] != "").all()


def test_listing_has_one_row_per_coded_frame(listing):
    assert len(listing) == 12 * 2 * 8
    first = listing.iloc[0]
    assert first[["key", "subject", "sequence", "part"]].tolist() == [
        "F001_T1_96",
        "F001",
        "F001_T1",
        "1",
    ]
    assert first["frame"] == 96
    assert [first[f"AU{number}"] for number in BP4D_AUS] == [occurrence(96, n) for n in BP4D_AUS]


def test_parts_are_the_published_ones(listing):
    part = listing.drop_duplicates("subject").set_index("subject")["part"]
    for number, subjects in enumerate(PEOPLE, 1):
        assert set(part[list(subjects)]) == {str(number)}
    assert len(load_published("bp4d").part_of) == 41


def test_columns_are_read_by_name_not_by_place(single):
    # The column of AU 12 stands first; where it belongs there is a decoy.
    numbers = [12, *range(1, 12), 13, 12_000, *range(14, 100)]
    label = {12: 1, 12_000: 0}
    rows = [",".join(["96", *(str(label.get(n, 0)) for n in numbers)])]
    table = "\n".join([",".join(["0", *map(str, numbers)]), *rows])
    write_text(single / "AUCoding/AU_OCC/F001_T1.csv", table)
    assert read(single)["AU12"].tolist() == [1]
    assert read(single)["AU13"].tolist() == [0]


def test_not_codable_stays_nine_in_the_listing_and_is_masked_or_negative(single, tmp_path_factory):
    path = single / "AUCoding/AU_OCC/F001_T1.csv"
    lines = path.read_text(encoding="utf-8").splitlines()
    cells = lines[1].split(",")
    cells[2] = "9"
    path.write_text("\n".join([lines[0], ",".join(cells), *lines[2:]]), encoding="utf-8")
    listing = read(single)
    assert listing["AU2"].iloc[0] == 9
    assert set(listing["AU5"]) == {9}
    folder = tmp_path_factory.mktemp("prepared")
    rows = write_prepared(folder, "bp4d", listing)
    masked = data(folder).labels(rows, "au_detection")
    negative = data(folder, nine="negative").labels(rows, "au_detection")
    place = BP4D_AUS.index(2)
    assert masked[0, place].isnan()
    assert negative[0, place] == 0
    others = torch.ones_like(masked, dtype=torch.bool)
    others[0, place] = False
    assert torch.equal(masked[others], negative[others])
    assert not masked[others].isnan().any()


@pytest.mark.parametrize("folder", ["AUCoding/AU_OCC", "AUCoding"])
@pytest.mark.parametrize(
    "intensities",
    ["AUCoding/AU_INT", "AU-Intensity-Codes3.0", "AU Intensity Codes3.0"],
)
def test_both_releases_of_the_labels_are_read_alike(tmp_path, single, folder, intensities):
    before = read(single)
    shutil.rmtree(single / "AUCoding")
    write_tables(single, "F001", "T1", folder)
    write_intensities(single, "F001", "T1", intensities)
    assert read(single).equals(before)
    assert before["AU6_intensity"].tolist() == [intensity(frame, 6) for frame in FRAMES]


def test_intensities_are_optional_as_a_whole(single, tmp_path_factory):
    shutil.rmtree(single / "AUCoding/AU_INT")
    listing = read(single)
    assert not [name for name in listing if name.endswith("_intensity")]
    folder = tmp_path_factory.mktemp("prepared")
    rows = write_prepared(folder, "bp4d", listing)
    with pytest.raises(NorfaceError, match="AU6_intensity, .*which au_intensity needs"):
        data(folder, task="au_intensity").labels(rows, "au_intensity")


def test_intensity_without_a_value_is_nine(single):
    path = single / "AUCoding/AU_INT/AU06/F001_T1_AU06.csv"
    for number in BP4D_INTENSITY_AUS:
        path = single / f"AUCoding/AU_INT/AU{number:02d}/F001_T1_AU{number:02d}.csv"
        path.write_text(
            "".join(path.read_text(encoding="utf-8").splitlines(keepends=True)[1:]),
            encoding="utf-8",
        )
    listing = read(single)
    assert listing["AU6_intensity"].tolist() == [9, *(intensity(frame, 6) for frame in FRAMES[1:])]
    shutil.rmtree(single / "AUCoding/AU_INT/AU06")
    assert set(read(single)["AU10_intensity"]) > {9}


def test_usual_sub_folder_and_a_named_one(single):
    before = read(single)["source"]
    (single / "2D+3D").mkdir()
    (single / "F001").rename(single / "2D+3D/F001")
    assert read(single)["source"].tolist() == [f"2D+3D/{name}" for name in before]
    (single / "2D+3D").rename(single / "odd")
    assert read(single, pictures="odd")["source"].tolist() == [f"odd/{name}" for name in before]
    beside = single.with_name("beside")
    (single / "odd").rename(beside)
    source = BP4DSource(single, beside, True)
    picture = source.reader().read(source.listing()["source"].iloc[0])
    assert picture.shape == (48, 48, 3)


def test_videos_count_from_zero(single):
    shutil.rmtree(single / "F001")
    path = single / "2F01_01.avi"
    video = cv2.VideoWriter(str(path), cv2.VideoWriter_fourcc(*"MJPG"), 25, (48, 48))
    # Frame i of the video, from 0, has the grey of label i + 1.
    for index in range(FRAMES[-1] + 2):
        video.write(np.full((48, 48, 3), 2 * (index + 1), np.uint8))
    video.release()
    source = BP4DSource(single, incomplete=True)
    listing, reader = source.listing(), source.reader()
    assert listing["source"].iloc[0] == "2F01_01.avi#95"
    for name, frame in zip(listing["source"], listing["frame"], strict=True):
        assert abs(reader.read(name)[..., 1].mean() - 2 * frame) < 1


@pytest.mark.parametrize(
    ("subject", "task", "name"),
    [("M018", "T8", "2M18_13.avi"), ("F002", "T2", "2F02_03.avi"), ("F023", "T3", "2F23_07.avi")],
)
def test_videos_have_their_own_numbers_of_tasks(subject, task, name):
    assert BP4DSource(None).video(subject, task) == name


def test_frame_without_a_picture_stays_a_row(single):
    (single / "F001/T1/98.jpg").unlink()
    listing = read(single)
    assert len(listing) == 8
    assert listing["key"][listing["source"] == ""].tolist() == ["F001_T1_98"]


@pytest.mark.parametrize("fold", [1, 2, 3])
def test_fold_tests_its_own_part_and_shares_nobody(prepared, fold):
    faces = data(prepared, fold=fold)
    assert people(faces, "test") == set(PEOPLE[fold - 1])
    assert len(people(faces, "val")) == 1
    assert people(faces, "train") | people(faces, "val") == set(sum(PEOPLE, ())) - set(
        PEOPLE[fold - 1]
    )
    assert not people(faces, "train") & people(faces, "val")
    text = faces.describe_splits()
    assert f"test: 64 faces, 4 subjects: {' '.join(sorted(PEOPLE[fold - 1]))}" in text


def test_select_on_test_watches_the_test_people_and_says_so(prepared):
    faces = data(prepared, fold=2, select_on_test=True)
    assert people(faces, "val") == people(faces, "test") == set(PEOPLE[1])
    assert len(people(faces, "train")) == 8
    assert "too good" in faces.describe_splits()


def test_fera2015_trains_odd_and_tests_even_people(prepared):
    faces = data(prepared, task="au_intensity", split="fera2015")
    assert people(faces, "test") == {"F002", "F020", "F004", "M002", "M004", "M006"}
    odd = {"F001", "F003", "F015", "M001", "M003", "M005"}
    assert people(faces, "train") | people(faces, "val") == odd
    assert faces.label_names == ["AU6", "AU10", "AU12", "AU14", "AU17"]
    label = faces.dataset("test").columns[faces.tasks[0]]
    assert label.shape == (96, 5)
    assert label[0].tolist() == [intensity(96, number) for number in BP4D_INTENSITY_AUS]


def test_class_weights_see_training_people_only(prepared, listing):
    faces = data(prepared, fold=1)
    trained = people(faces, "train")
    assert not trained & set(PEOPLE[0])
    rows = listing[listing["subject"].isin(trained)]
    rate = rows[[f"AU{number}" for number in BP4D_AUS]].mean().to_numpy()
    assert faces.train_labels()["au_detection"].shape == (len(rows), 12)
    weight = 1 / rate / (1 / rate).sum() * 12
    assert inverse_frequency(faces.train_labels()["au_detection"]).numpy() == pytest.approx(
        weight, abs=1e-5
    )


def test_class_weights_do_not_move_with_the_tested_labels(tmp_path, listing):
    changed = listing.copy()
    changed.loc[changed["part"] == "1", "AU1"] = 1
    weights = []
    for name, rows in (("as_it_is", listing), ("changed", changed)):
        write_prepared(tmp_path / name, "bp4d", rows)
        weights.append(
            inverse_frequency(data(tmp_path / name, fold=1).train_labels()["au_detection"])
        )
    assert torch.equal(*weights)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"fold": 4}, "data.fold is 4; bp4d has folds 1 to 3"),
        ({"split": "fera2015", "fold": 2}, "data.fold is 2; the split fera2015 has no folds"),
        ({"task": "expression"}, "bp4d has labels for au_detection and au_intensity, none for exp"),
    ],
)
def test_impossible_settings_are_refused(tmp_path, changes, sentence):
    with pytest.raises(NorfaceError, match=sentence):
        data(tmp_path, **changes)


def edit(path, line, text):
    """Replaces a line, counted from 1."""
    lines = path.read_text(encoding="utf-8").splitlines()
    lines[line - 1] = text
    path.write_text("\n".join(lines), encoding="utf-8")


ROW = "97," + ",".join("0" for _ in range(99))


@pytest.mark.parametrize(
    ("line", "text", "sentence"),
    [
        (
            3,
            ROW.replace("0", "2", 1),
            r"F001_T1.csv, line 3: AU1 is 2; it has to be one of 0, 1, 9",
        ),
        (3, ROW.replace("0", "x", 1), r"F001_T1.csv, line 3: 'x' is not a number"),
        (3, "97,0,0", r"F001_T1.csv, line 3: 3 values where \d+ are needed"),
        (3, ROW.replace("97", "96"), r"line 2: the frame is 96; it has to be there once"),
        (3, ROW.replace("97", "-1"), r"line 3: the frame is -1; it has to be a whole number"),
        (1, HEADER.replace(",10,", ",,"), r"F001_T1.csv has no column for AU10;"),
        (1, HEADER.replace(",50,", ",12,"), r"F001_T1.csv has two columns 12;"),
    ],
)
def test_impossible_labels_are_one_sentence(single, line, text, sentence):
    edit(single / "AUCoding/AU_OCC/F001_T1.csv", line, text)
    with pytest.raises(NorfaceError, match=sentence):
        read(single)


def test_intensities_are_checked(single):
    path = single / "AUCoding/AU_INT/AU12/F001_T1_AU12.csv"
    good = path.read_text(encoding="utf-8")
    edit(path, 2, "97,6")
    with pytest.raises(NorfaceError, match=r"F001_T1_AU12.csv, line 2: AU12_intensity is 6; "):
        read(single)
    path.write_text(good[: good.index("100,")], encoding="utf-8")
    sentence = r"F001_T1_AU12.csv has 4 rows and .*AU06.csv has 8: F001_T1_AU12.csv lacks frame 100"
    with pytest.raises(NorfaceError, match=sentence):
        read(single)
    path.unlink()
    assert "AU12_intensity" not in read(single)
    for subject in load_published("bp4d").part_of:
        for task in BP4DSource.tasks:
            write_tables(single, subject, task)
            write_text(single / subject / task / "96.jpg", "")
    sentence = r"there are intensities in .*AU_INT, but .*AU12/F001_T1_AU12.csv is missing"
    with pytest.raises(NorfaceError, match=sentence):
        read(single, incomplete=False)


def test_empty_table_is_refused(single):
    path = single / "AUCoding/AU_OCC/F001_T1.csv"
    path.write_text(HEADER + "\n", encoding="utf-8")
    with pytest.raises(NorfaceError, match="F001_T1.csv has no labels"):
        read(single)
    path.write_text("", encoding="utf-8")
    with pytest.raises(NorfaceError, match="F001_T1.csv is empty"):
        read(single)


def test_one_frame_in_two_files_is_refused(single):
    write_face(single / "F001/T1/0099.jpg", 0, 48)
    with pytest.raises(NorfaceError, match=r"F001/T1 has frame 99 twice, 0099.jpg and 99.jpg"):
        read(single)


def test_half_unpacked_copy_is_refused_unless_it_is_said(single):
    write_tables(single, "F002", "T2")
    assert set(read(single)["sequence"]) == {"F001_T1"}
    sentence = r"326 of 328 label files are missing, the first is F001_T2.csv, looked for in .*OCC;"
    with pytest.raises(NorfaceError, match=sentence):
        read(single, incomplete=False)
    for subject in load_published("bp4d").part_of:
        for task in BP4DSource.tasks:
            write_tables(single, subject, task)
    sentence = "327 of 328 sequences of pictures are missing, the first is F001/T2, looked for in "
    with pytest.raises(NorfaceError, match=sentence):
        read(single, incomplete=False)


def test_whole_copy_needs_no_option(tmp_path):
    for subject in load_published("bp4d").part_of:
        for task in BP4DSource.tasks:
            write_tables(tmp_path, subject, task)
            write_text(tmp_path / f"{subject}/{task}/0096.jpg", "")
    listing = read(tmp_path, incomplete=False)
    assert listing["sequence"].nunique() == 328
    assert (listing["source"] != "").sum() == 328


def test_wrong_roots_are_told(single, tmp_path_factory):
    with pytest.raises(NorfaceError, match="does not look like bp4d: looked for AUCoding/AU_OCC"):
        read(tmp_path_factory.mktemp("empty"))
    write_tables(single, "M019", "T1")
    with pytest.raises(NorfaceError, match=r"M019_T1.csv is of somebody who is not in bp4d"):
        read(single)
    for path in (single / "AUCoding/AU_OCC").iterdir():
        path.unlink()
    with pytest.raises(NorfaceError, match="328 of 328 label files are missing.*all of the data"):
        read(single)


def test_missing_pictures_are_told(single):
    shutil.rmtree(single / "F001")
    with pytest.raises(
        NorfaceError, match=r"looked for F001/T1/\*.jpg and 2F01_01.avi in .*2D\+3D"
    ):
        read(single)
    write_text(single / "F001.zip", "")
    with pytest.raises(NorfaceError, match=r"F001.zip is still packed; unpack the archives in "):
        read(single)


def test_pictures_are_read_from_root(single):
    source = BP4DSource(single, incomplete=True)
    picture = source.reader().read(source.listing()["source"].iloc[3])
    assert np.abs(picture.astype(int) - draw_face(99, 48)).mean() < 12
