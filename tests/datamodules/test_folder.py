"""A folder of one's own: pictures, videos, tables, people, and every mistake in them."""

import cv2
import numpy as np
import pandas as pd
import pytest

from norface_pl.data.folder import FolderSource
from norface_pl.data.source import check_listing
from norface_pl.errors import NorfaceError
from tests.datamodules.faces import draw_face, write_face

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
    path.write_text(text)
    return path


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
    assert listing["age"].iloc[0] == 31


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
    with pytest.raises(NorfaceError, match="holds no picture and no video; looked for .avi"):
        read(tmp_path)
    with pytest.raises(NorfaceError, match="there is no folder"):
        read(tmp_path / "none")
    write_face(tmp_path / "p.jpg", size=32)
    with pytest.raises(NorfaceError, match="p.jpg lies directly in"):
        read(tmp_path, folders="expression")
