"""A folder of one's own: pictures, videos, tables, people, and every mistake in them."""

import os

import cv2
import numpy as np
import pandas as pd
import pytest

from norface_pl.datamodules import FolderDataModule
from norface_pl.errors import NorfaceError
from norface_pl.sources.folder import FolderSource
from norface_pl.sources.source import check_listing
from tests.helpers.faces import draw_face, write_face
from tests.helpers.prepared import write_prepared

OPTIONS = {"folders": "expression", "subject_pattern": r"(s\d+)\.jpg"}


def write_lookalike(root):
    """Ten people with three expressions each, the same file name is the same person."""
    for subject in range(10):
        for place, name in enumerate(("neutral", "happiness", "anger")):
            write_face(root / name / f"s{subject:02d}.jpg", seed=3 * subject + place, size=64)


def write_video(path, frames=6):
    path.parent.mkdir(parents=True, exist_ok=True)
    how = cv2.VideoWriter.fourcc(*"MJPG")
    writer = cv2.VideoWriter(str(path), how, 10, (64, 64))
    for frame in range(frames):
        writer.write(cv2.cvtColor(draw_face(frame, 64), cv2.COLOR_RGB2BGR))
    writer.release()


def read(root, **options):
    return check_listing(FolderSource(root, **options).listing(), "folder")


def write_table(root, text):
    path = root / "labels.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_one_unreadable_video_is_one_row_and_stops_nothing(tmp_path):
    write_video(tmp_path / "good.avi")
    write_face(tmp_path / "a.jpg", size=32)
    (tmp_path / "empty.mp4").touch()
    (tmp_path / "sound.webm").write_text("no pictures", encoding="utf-8")
    source = FolderSource(tmp_path)
    listing = check_listing(source.listing(), "folder")
    assert listing["source"].tolist() == [
        *("a.jpg", "empty.mp4#0", *(f"good.avi#{frame}" for frame in range(6)), "sound.webm#0"),
    ]
    reader = source.reader()
    with pytest.raises(NorfaceError, match="empty.mp4 is empty"):
        reader.read("empty.mp4#0")
    with pytest.raises(NorfaceError, match="sound.webm holds no video that OpenCV can read"):
        reader.read("sound.webm#0")


def test_odd_names_are_listed_and_read(tmp_path):
    for name in (os.fsdecode(b"caf\xe9.jpg"), "影" * 80 + ".jpg", "sub\\b.jpg"):
        write_face(tmp_path / "plain.jpg", size=32)
        (tmp_path / "plain.jpg").rename(tmp_path / name)
    source = FolderSource(tmp_path)
    listing = check_listing(source.listing(), "folder")
    assert listing["source"].tolist() == [r"caf\udce9.jpg", "sub\\b.jpg", "影" * 80 + ".jpg"]
    assert [key[:4] for key in listing["key"]] == ["caf_", "sub_", "影" * 4]
    assert all(len(key.encode()) < 160 for key in listing["key"])
    # A table takes the names as they are printed, and makes the same keys of them.
    table = write_table(tmp_path, "path\n" + "\n".join(listing["source"]) + "\n")
    assert set(read(tmp_path, table=table)["key"]) == set(listing["key"])
    for name in listing["source"]:
        assert source.reader().read(name).shape == (32, 32, 3)


def test_what_is_left_out_is_noted(tmp_path):
    write_face(tmp_path / "a.jpg", size=32)
    (tmp_path / "b.heic").touch()
    source = FolderSource(tmp_path)
    source.listing()
    assert source.notes == ["1 file of another kind left out: .heic 1"]


def test_top_folder_is_the_expression_and_the_pattern_the_person(tmp_path):
    write_lookalike(tmp_path)
    listing = read(tmp_path, **OPTIONS)
    assert len(listing) == 30
    row = listing[listing["source"] == "happiness/s03.jpg"].iloc[0]
    assert row["key"] == "happiness__s03"
    assert (row["expression"], row["subject"], row["part"]) == ("happiness", "s03", "")
    assert sorted(set(listing["subject"])) == [f"s{n:02d}" for n in range(10)]


def test_without_options_nothing_is_claimed(tmp_path):
    write_lookalike(tmp_path)
    listing = read(tmp_path)
    assert "expression" not in listing
    assert set(listing["subject"]) == {""}


def test_top_folder_is_the_subject(tmp_path):
    write_face(tmp_path / "anna" / "smile" / "1.png", size=32)
    assert read(tmp_path, folders="subject")["subject"].tolist() == ["anna"]


def test_every_frame_of_a_video_is_a_row_of_one_sequence(tmp_path):
    write_video(tmp_path / "anna" / "a.avi")
    write_face(tmp_path / "anna" / "a.jpg", size=32)
    (tmp_path / ".hidden").mkdir()
    write_face(tmp_path / ".hidden" / "b.jpg", size=32)
    listing = read(tmp_path)
    assert len(listing) == 7
    frames = listing[listing["sequence"] != ""]
    assert frames["source"].tolist() == [f"anna/a.avi#{n}" for n in range(6)]
    assert frames["frame"].tolist() == list(range(6))
    assert set(frames["sequence"]) == {"anna__a_avi"}
    reader = FolderSource(tmp_path).reader()
    fourth = reader.read(frames["source"].iloc[4])
    assert np.abs(fourth.astype(int) - draw_face(4, 64)).mean() < 8


def test_pictures_are_read_as_rgb(tmp_path):
    picture = np.zeros((32, 32, 3), np.uint8)
    picture[..., 2] = 255  # red, as OpenCV writes it
    cv2.imwrite(str(tmp_path / "red.png"), picture)
    source = FolderSource(tmp_path)
    assert source.reader().read("red.png")[5, 5].tolist() == [255, 0, 0]


def test_table_names_pictures_and_frames_and_keeps_what_it_does_not_know(tmp_path):
    write_video(tmp_path / "v" / "clip.avi")
    write_face(tmp_path / "p.jpg", size=32)
    table = write_table(
        tmp_path,
        "path,frame,subject,AU1,AU12_intensity,valence,age\n"
        "v/clip.avi,3,007,1,2.5,,31\n"
        "./p.jpg,0,,9,,-0.5,\n"
        "v/clip.avi,1,007,,0,1,31\n",
    )
    listing = read(tmp_path, table=table)
    assert listing["source"].tolist() == ["v/clip.avi#1", "v/clip.avi#3", "p.jpg"]
    assert listing["sequence"].tolist() == ["v__clip", "v__clip", ""]
    assert listing["subject"].tolist() == ["007", "007", ""]
    assert listing["AU1"].tolist() == [9, 1, 9]
    assert listing["AU12_intensity"].tolist() == [0, 2.5, 9]
    assert listing["valence"].tolist()[::2] == [1, -0.5]
    assert np.isnan(listing["valence"].iloc[1])
    assert listing["age"].iloc[0] == "31"


def test_parquet_is_read_as_well(tmp_path):
    write_face(tmp_path / "p.jpg", size=32)
    table = tmp_path / "t.parquet"
    pd.DataFrame({"path": ["p.jpg"], "part": [2], "expression": ["fear"]}).to_parquet(table)
    row = read(tmp_path, table=table).iloc[0]
    assert (row["part"], row["expression"]) == ("2", "fear")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("file,AU1\np.jpg,1\n", "no column path.*its columns are file, AU1"),
        ("path,AU1\np.jpg,2\n", "AU1 is '2' .*p.jpg.*give 0 or 1, or 9"),
        ("path,AU1\np.jpg,yes\n", "AU1 is 'yes'.*give a number"),
        ("path,AU1_intensity\np.jpg,5.5\n", "AU1_intensity is '5.5'.*give 0 to 5"),
        ("path,expression\np.jpg,joy\n", "expression is 'joy'.*neutral, happiness"),
        ("path,valence\np.jpg,-2\n", "valence is '-2'.*give -1 to 1"),
        ("path,part\np.jpg,dev\n", "part is 'dev'.*train, val, test or a number"),
        ("path,frame\np.jpg,1.5\n", "frame is '1.5'.*whole number"),
        ("path,left,top\np.jpg,1,2\n", "add right, bottom"),
        ("path,nose_x\np.jpg,1\n", "five landmarks; add eye_left_x"),
        ("path\nq.jpg\n", "1 of the 1 files .* are not below .*q.jpg"),
        ("path\nv.avi\n", "names the video v.avi; add a column frame"),
        ("path\np.jpg\np.jpg\n", "names 1 pictures twice"),
    ],
)
def test_mistakes_in_a_table_are_named(tmp_path, text, said):
    write_face(tmp_path / "p.jpg", size=32)
    (tmp_path / "v.avi").touch()
    with pytest.raises(NorfaceError, match=said):
        read(tmp_path, table=write_table(tmp_path, text))


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"folders": "expression"}, "the folder joy .* is no expression.*neutral, happiness"),
        ({"subject_pattern": r"(\d+)\.png"}, r"finds no subject in joy/s1\.jpg"),
        ({"subject_pattern": r"\d+"}, r"no regular expression with a group"),
        ({"subject_pattern": "("}, r"no regular expression"),
        ({"subject_pattern": "(s)", "folders": "subject"}, "both name the subject"),
    ],
)
def test_mistakes_in_options_are_named(tmp_path, options, said):
    write_face(tmp_path / "joy" / "s1.jpg", size=32)
    with pytest.raises(NorfaceError, match=said):
        read(tmp_path, **options)


def test_wrong_roots_are_named(tmp_path):
    with pytest.raises(NorfaceError, match="holds no picture or video; looked for .3g2 .3gp"):
        read(tmp_path)
    with pytest.raises(NorfaceError, match="there is no folder"):
        read(tmp_path / "none")
    write_face(tmp_path / "p.jpg", size=32)
    with pytest.raises(NorfaceError, match="p.jpg lies directly in"):
        read(tmp_path, folders="expression")


def data(folder, **changes):
    arguments = {"image_size": 16, "num_workers": 0, "batch_size": 4, "frames_per_clip": 1}
    return FolderDataModule(prepared=folder, **(arguments | changes))


def prepare(folder, listing):
    folder.mkdir(exist_ok=True)
    write_prepared(folder, "folder", listing)
    return folder


def people(faces, split):
    rows = faces.division[split]
    return set(faces.faces.manifest["subject"].iloc[rows])


@pytest.fixture
def lookalike(tmp_path):
    write_lookalike(tmp_path / "raw")
    return prepare(tmp_path / "out", read(tmp_path / "raw", **OPTIONS))


def test_people_are_divided_by_share_and_never_on_two_sides(lookalike):
    faces = data(lookalike, test_share=0.3, val_share=0.2)
    sides = [people(faces, split) for split in ("train", "val", "test")]
    assert [len(side) for side in sides] == [6, 1, 3]
    assert not (sides[0] & sides[1])
    assert not (sides[0] & sides[2])
    assert not (sides[1] & sides[2])
    assert [len(faces.dataset(split)) for split in ("train", "val", "test")] == [18, 3, 9]
    assert people(data(lookalike, test_share=0.3, seed=1), "test") != sides[2]
    watched = data(lookalike, test_share=0.3, select_on_test=True)
    assert people(watched, "val") == sides[2]
    assert people(watched, "train") == sides[0] | sides[1]


def test_expressions_have_the_order_of_all_data_sets(lookalike):
    faces = data(lookalike)
    assert faces.label_names == ["neutral", "happiness", "anger"]
    test = faces.dataset("test")
    for key, label in zip(test.keys, test.columns[faces.tasks[0]].tolist(), strict=True):
        assert key.startswith(f"{faces.label_names[label]}__")


def table_of(rows, **columns):
    """Returns a listing of pictures without files; one row per entry of the columns."""
    listing = pd.DataFrame({"key": [f"p{n:02d}" for n in range(rows)]})
    listing["source"] = listing["key"] + ".jpg"
    empty = {"subject": "", "sequence": "", "frame": 0, "part": ""}
    return listing.assign(**(empty | columns))


def test_frames_of_a_video_stay_together_when_nobody_is_named(tmp_path):
    sequences = [f"clip{n // 5}" for n in range(40)]
    folder = prepare(tmp_path / "out", table_of(40, sequence=sequences, AU1=[0, 1] * 20))
    faces = data(folder, task="au_detection", test_share=0.5, val_share=0.25)
    clips = [
        set(faces.dataset(split).columns["clip"].tolist()) for split in ("train", "val", "test")
    ]
    assert [len(side) for side in clips] == [3, 1, 4]
    assert not (clips[0] & clips[1])
    assert not (clips[0] & clips[2])
    assert not (clips[1] & clips[2])


def test_parts_of_the_table_win(tmp_path):
    parts = ["train", "train", "val", "test"] * 3
    faces = data(
        prepare(tmp_path / "out", table_of(12, part=parts, AU4=[1] * 12)), task="au_detection"
    )
    found = {split: faces.dataset(split).keys for split in ("train", "val", "test")}
    assert found["val"] == ["p02", "p06", "p10"]
    assert found["test"] == ["p03", "p07", "p11"]
    assert len(found["train"]) == 6


def test_numbered_parts_are_folds(tmp_path):
    subjects = [f"s{n // 2}" for n in range(12)]
    parts = [str(n // 4 + 1) for n in range(12)]
    listing = table_of(12, part=parts, subject=subjects, AU4=[1] * 12)
    folder = prepare(tmp_path / "out", listing)
    faces = data(folder, task="au_detection", fold=2)
    assert people(faces, "test") == {"s2", "s3"}
    assert len(people(faces, "train")) == 3
    with pytest.raises(NorfaceError, match="a side has nobody .*test 0"):
        data(folder, task="au_detection", fold=4).dataset("test")


def test_action_units_are_those_of_the_table_or_those_chosen(tmp_path):
    columns = {"AU12": [0, 1, 9, 1] * 3, "AU4": [1] * 12, "AU6_intensity": [0.0, 5, 9, 2.5] * 3}
    folder = prepare(tmp_path / "out", table_of(12, **columns))
    faces = data(folder, task="au_detection", test_share=0.5)
    assert faces.label_names == ["AU4", "AU12"]
    manifest, rows = faces.faces.manifest, faces.division["test"]
    label = faces.dataset("test").columns[faces.tasks[0]].numpy()
    wanted = manifest["AU12"].iloc[rows].replace(9, np.nan).to_numpy(float)
    assert np.array_equal(label[:, 1], wanted, equal_nan=True)
    assert data(folder, task="au_detection", action_units=[12]).label_names == ["AU12"]
    strong = data(folder, task="au_intensity")
    assert strong.label_names == ["AU6"]
    found = strong.dataset("train").columns[strong.tasks[0]].numpy().ravel()
    assert set(found[~np.isnan(found)]) <= {0, 2.5, 5}
    with pytest.raises(NorfaceError, match="no labels AU1, which au_detection needs"):
        data(folder, task="au_detection", action_units=[1]).dataset("train")


def test_pictures_without_an_expression_are_left_out(tmp_path):
    expressions = ["", "fear", "anger"] * 8
    folder = prepare(tmp_path / "out", table_of(24, expression=expressions))
    faces = data(folder)
    assert faces.label_names == ["fear", "anger"]
    keys = [key for split in ("train", "val", "test") for key in faces.dataset(split).keys]
    assert sorted(keys) == [f"p{n:02d}" for n in range(24) if n % 3]
    labels = [n for s in ("train", "val", "test") for n in faces.dataset(s).columns[faces.tasks[0]]]
    assert sorted(map(int, labels)) == [0] * 8 + [1] * 8


@pytest.mark.parametrize(
    ("columns", "changes", "said"),
    [
        ({"part": ["train", "test"] * 3, "subject": "s"}, {}, "subject s is in two of train, val"),
        ({"part": ["train", "test", ""] * 2}, {}, "p02 has no part"),
        ({"part": "train"}, {}, "a side has nobody .*test 0"),
        ({"subject": "s"}, {}, "a side has nobody .*train 0"),
        ({}, {"test_share": 1.5}, "data.test_share is 1.5"),
        ({}, {"val_share": 0.0}, "data.val_share is 0.0"),
        ({}, {"task": "au_intensity"}, "has no labels for au_intensity.* AU<n>_intensity"),
        ({"Emotion": "joy"}, {"task": "expression"}, "has no labels for expression, .* Emotion"),
    ],
)
def test_divisions_that_cannot_be_are_named(tmp_path, columns, changes, said):
    folder = prepare(tmp_path / "out", table_of(6, AU1=[1] * 6, **columns))
    with pytest.raises(NorfaceError, match=said):
        data(folder, **({"task": "au_detection"} | changes)).dataset("train")
