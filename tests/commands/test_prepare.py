import csv
import shutil
import subprocess
import sys
from dataclasses import fields
from types import SimpleNamespace

import cv2
import lightning as L
import numpy as np
import pandas as pd
import pytest
import yaml
from torch.multiprocessing.spawn import ProcessRaisedException

from norface_pl import cli, progress
from norface_pl.commands import prepare as command
from norface_pl.commands.prepare import prepare
from norface_pl.data.prepared import PreparedFaces
from norface_pl.errors import NorfaceError
from norface_pl.io.frames import frame_of_video
from norface_pl.io.images import read_image, write_image
from norface_pl.prepare import preparer
from norface_pl.prepare.options import PrepareOptions
from norface_pl.sources import SOURCES
from norface_pl.sources.source import BOX, LANDMARKS
from tests.helpers.facekit import write_shapes
from tests.helpers.faces import BOX as FACE_BOX
from tests.helpers.faces import POINTS, draw_face, write_face
from tests.helpers.fake_teacher import FakeTeacherRecipe
from tests.helpers.taught_photographs import shape_names
from tests.helpers.tiny_source import SIZE, TinySource, fake_recipe, rows_of, write_tiny


def run(source, out, **options):
    options = {"batch_size": 2, "size": 32, "recipe": fake_recipe, "device": "cpu"} | options
    faces = {f.name: options.pop(f.name) for f in fields(PrepareOptions) if f.name in options}
    prepare(source, out, PrepareOptions(**faces), **options)
    return pd.read_parquet(out / "manifest.parquet")


def failures(out):
    with (out / "failures.csv").open(encoding="utf-8") as file:
        return [tuple(row.values())[:5] for row in csv.DictReader(file)]


def stamps(out):
    return {path: path.stat().st_mtime_ns for path in out.rglob("*") if path.is_file()}


def test_a_prepared_folder_holds_everything(tmp_path, capsys):
    source = write_tiny(tmp_path / "in", [*rows_of("a", 3), *rows_of("", 2)])
    out = tmp_path / "out"
    manifest = run(source, out, source_options={"root": tmp_path / "in", "table": "table.csv"})
    assert manifest["path"].tolist() == [
        *[f"images/a/a_{index}.jpg" for index in range(3)],
        *[f"images/block00001/still_{index}.jpg" for index in range(2)],
    ]
    assert manifest["AU1"].tolist() == [0, 1, 0, 0, 1]
    assert manifest["frame"].tolist() == [0, 1, 2, 0, 0]
    assert manifest[list(LANDMARKS)].to_numpy()[4].tolist() == (POINTS * SIZE).ravel().tolist()
    assert manifest[list(BOX)].to_numpy()[0].tolist() == (FACE_BOX * SIZE).tolist()
    assert set(manifest["score"]) == {0.9}
    assert set(manifest["face"]) == {"detected"}
    for path in manifest["path"]:
        assert read_image(out / path).shape == (32, 32, 3)
    assert {entry.name for entry in out.iterdir()} == {
        "images",
        "manifest.parquet",
        "failures.csv",
        "dataset.yaml",
        "contact.jpg",
    }
    description = yaml.safe_load((out / "dataset.yaml").read_text(encoding="utf-8"))
    assert description["source"] == {"root": str(tmp_path / "in"), "table": "table.csv"}
    assert description["options"]["template"] == "au"
    assert description["counts"] == {
        "listed": 5,
        "prepared": 5,
        "failed": 0,
        "replaced": 0,
        "reasons": {},
    }
    assert PreparedFaces.open(out, "tiny").hash == description["manifest_sha256"]
    printed = capsys.readouterr().out
    assert "prepared 5 of 5 pictures of tiny" in printed
    assert f"norface verify tiny --prepared {out}" in printed

    before = stamps(out)
    run(source, out)
    assert stamps(out) == before
    assert "nothing to do" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("policy", "prepared", "actions"),
    [
        ("skip", ["a_1", "a_2", "a_4"], ["skip", "skip", "skip"]),
        ("previous", ["a_1", "a_2", "a_3", "a_4"], ["skip", "previous", "skip"]),
        ("center", ["a_0", "a_1", "a_2", "a_3", "a_4", "still_0"], ["center"] * 3),
    ],
)
def test_pictures_without_a_face(tmp_path, policy, prepared, actions):
    rows = [*rows_of("a", 5), *rows_of("", 1)]
    without = ("a_0", "a_3", "still_0")
    source = write_tiny(tmp_path / "in", rows, without)
    manifest = run(source, tmp_path / "out", no_face=policy)
    assert manifest["key"].tolist() == prepared
    assert failures(tmp_path / "out") == [
        (f"{row['source']}", row["key"], "no face found", action, "")
        for row, action in zip((rows[0], rows[3], rows[5]), actions, strict=True)
    ]
    counts = yaml.safe_load((tmp_path / "out" / "dataset.yaml").read_text(encoding="utf-8"))[
        "counts"
    ]
    assert counts["listed"] == counts["prepared"] + counts["failed"] == 6
    assert counts["prepared"] == len(prepared)
    assert counts["replaced"] == len(prepared) - 3
    assert counts["reasons"] == {"no face found": 3}
    if policy == "previous":
        same = manifest[list(LANDMARKS)].to_numpy()
        np.testing.assert_array_equal(same[2], same[1])
        assert manifest["face"].tolist() == ["detected", "detected", "previous", "detected"]


def test_no_face_can_stop_it_and_what_is_done_stays(tmp_path):
    source = write_tiny(tmp_path / "in", rows_of("a", 8), ["a_5"])
    out = tmp_path / "out"
    with pytest.raises(NorfaceError, match="a_5: no face found"):
        run(source, out, no_face="error")
    journal = next((out / "work").glob("*.jsonl"))
    assert len(journal.read_text(encoding="utf-8").splitlines()) == 2
    write_face(tmp_path / "in" / "a" / "5.png", 9, SIZE)
    before = stamps(out / "images")
    assert len(run(source, out, no_face="error")) == 8
    assert {path: stamps(out)[path] for path in before} == before


def interrupted(monkeypatch, at):
    """Makes the disk full when the picture of that number is written."""
    count = 0

    def write(path, picture):
        nonlocal count
        count += 1
        if count >= at:
            raise NorfaceError(f"cannot write {path}: No space left on device")
        return write_image(path, picture)

    monkeypatch.setattr(preparer, "write_image", write)


@pytest.mark.parametrize("at", [1, 5, 8, 13])
def test_an_interrupted_job_goes_on_and_ends_the_same(tmp_path, monkeypatch, at):
    # Chunk by chunk some face is missing just after the break, so the previous face must be
    # known from the journal.
    rows = [*rows_of("a", 7), *rows_of("b", 7)]
    source = write_tiny(tmp_path / "in", rows, ["a_2", "a_4", "b_2", "b_4", "b_6"])
    options = {"no_face": "previous", "faces": "nearest"}
    run(source, tmp_path / "whole", **options)
    out = tmp_path / "out"
    with monkeypatch.context() as patch:
        interrupted(patch, at)
        with pytest.raises(NorfaceError, match="No space left on device; what is done stays"):
            run(source, out, **options)
    noted = sum(
        line.count('"found"')
        for path in out.glob("work/*.jsonl")
        for line in path.open(encoding="utf-8")
    )
    assert max(0, at - 1 - 3) <= noted < at
    done = stamps(out / "images")
    kept = sorted(done, key=lambda path: (path.parent.name, path.name))[:noted]
    run(source, out, **options)
    assert {path: stamps(out)[path] for path in kept} == {path: done[path] for path in kept}
    for name in ("manifest.parquet", "failures.csv", "contact.jpg"):
        assert (out / name).read_bytes() == (tmp_path / "whole" / name).read_bytes()


def test_a_torn_line_of_the_journal_costs_one_chunk(tmp_path, monkeypatch):
    source = write_tiny(tmp_path / "in", rows_of("a", 8))
    run(source, tmp_path / "whole")
    with monkeypatch.context() as patch:
        interrupted(patch, 7)
        with pytest.raises(NorfaceError):
            run(source, tmp_path / "out")
    journal = tmp_path / "out" / "work" / "000000.jsonl"
    journal.write_bytes(journal.read_bytes()[:-5])
    torn = tmp_path / "out" / "images" / "a" / "a_4.jpg.1-2.partial"
    torn.write_bytes(b"half a picture")
    run(source, tmp_path / "out")
    assert not torn.exists()
    manifests = [(tmp_path / out / "manifest.parquet").read_bytes() for out in ("whole", "out")]
    assert manifests[0] == manifests[1]


@pytest.mark.slow
def test_two_processes_write_the_manifest_that_one_writes(tmp_path):
    rows = [*rows_of("a", 3), *rows_of("b", 5), *rows_of("c", 2)]
    source = write_tiny(tmp_path / "in", rows, ["b_2"])
    run(source, tmp_path / "one", no_face="previous")
    run(source, tmp_path / "two", no_face="previous", workers=2)
    for path in stamps(tmp_path / "one"):
        twin = tmp_path / "two" / path.relative_to(tmp_path / "one")
        assert twin.read_bytes() == path.read_bytes()


def test_faces_that_are_gone_are_made_anew(tmp_path, monkeypatch):
    source = write_tiny(tmp_path / "in", rows_of("a", 4))
    with monkeypatch.context() as patch:
        interrupted(patch, 4)
        with pytest.raises(NorfaceError):
            run(source, tmp_path / "out")
    (tmp_path / "out" / "images" / "a" / "a_0.jpg").unlink()
    with pytest.raises(NorfaceError, match=r"1 faces are gone from .*a, the first is a_0.jpg"):
        run(source, tmp_path / "out")
    assert len(run(source, tmp_path / "out")) == 4
    assert (tmp_path / "out" / "images" / "a" / "a_0.jpg").is_file()


def test_another_job_is_refused_or_replaces_it_on_purpose(tmp_path, monkeypatch):
    source = write_tiny(tmp_path / "in", rows_of("a", 4))
    out = tmp_path / "out"
    with monkeypatch.context() as patch:
        interrupted(patch, 4)
        with pytest.raises(NorfaceError):
            run(source, out)
    for _ in ("unfinished", "finished"):
        with pytest.raises(NorfaceError, match="size 32 instead of 40; .*--overwrite=true"):
            run(source, out, size=40)
        run(source, out)
    write_tiny(tmp_path / "in", rows_of("a", 3))
    before = stamps(out)
    with pytest.raises(NorfaceError, match="another listing of tiny"):
        run(source, out)
    assert stamps(out) == before
    assert len(run(source, out, size=40, overwrite=True)) == 3
    assert not (out / "images" / "a" / "a_3.jpg").exists()
    assert read_image(out / "images" / "a" / "a_0.jpg").shape == (40, 40, 3)


def test_a_folder_of_others_is_left_alone(tmp_path):
    source = write_tiny(tmp_path / "in", rows_of("a", 1))
    with pytest.raises(NorfaceError, match=r"holds other files \(a\); choose an empty folder"):
        run(source, tmp_path / "in", overwrite=True)
    with pytest.raises(NorfaceError, match="is a file; give a folder"):
        run(source, tmp_path / "in" / "table.csv")
    with pytest.raises(NorfaceError, match="cannot create the folder"):
        run(source, tmp_path / "in" / "table.csv" / "below")


def test_pictures_that_cannot_be_had_are_listed(tmp_path):
    rows = rows_of("a", 5)
    rows[1]["source"] = ""
    source = write_tiny(tmp_path / "in", [row for row in rows if row["source"]])
    pd.DataFrame(rows).to_csv(tmp_path / "in" / "table.csv", index=False)
    (tmp_path / "in" / "a" / "2.png").unlink()
    cut = tmp_path / "in" / "a" / "3.png"
    cut.write_bytes(cut.read_bytes()[:300])
    manifest = run(source, tmp_path / "out", no_face="center")
    assert manifest["key"].tolist() == ["a_0", "a_4"]
    found = failures(tmp_path / "out")
    assert [row[1:4] for row in found] == [
        ("a_1", "no picture of this frame", "skip"),
        ("a_2", "picture cannot be read", "skip"),
        ("a_3", "picture cannot be read", "skip"),
    ]
    assert "there is no picture" in found[1][4]
    assert "is truncated" in found[2][4]


def write_video(path, frames):
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter_fourcc(*"mp4v"), 10, (SIZE, SIZE))
    for level in frames:
        writer.write(np.full((SIZE, SIZE, 3), level, np.uint8))
    writer.release()


def test_frames_of_videos_are_the_right_ones_also_after_a_break(tmp_path, monkeypatch):
    rows = rows_of("a", 7)
    for index, row in enumerate(rows):
        row["source"] = frame_of_video("film.mp4", index + 1)
    (tmp_path / "in").mkdir()
    pd.DataFrame(rows).to_csv(tmp_path / "in" / "table.csv", index=False)
    write_video(tmp_path / "in" / "film.mp4", [30 * index + 15 for index in range(7)])
    source, out = TinySource(tmp_path / "in"), tmp_path / "out"
    with monkeypatch.context() as patch:
        interrupted(patch, 4)
        with pytest.raises(NorfaceError):
            run(source, out)
    manifest = run(source, out)
    levels = [read_image(out / path).mean() for path in manifest["path"]]
    np.testing.assert_allclose(levels, [30 * index + 15 for index in range(1, 7)], atol=6)
    (failure,) = failures(out)
    assert failure[:4] == ("film.mp4#7", "a_6", "picture cannot be read", "skip")
    assert "ends or is damaged after 7 frames" in failure[4]
    # With its labels, so that they still count when the data set is verified.
    kept = pd.read_csv(out / "failures.csv").iloc[0]
    assert (kept["sequence"], kept["frame"], kept["AU1"]) == ("a", 6, rows[6]["AU1"])


def given(rows, **values):
    return [row | dict(values.items()) for row in rows]


def test_given_landmarks_are_used_and_a_face_without_them_is_none(tmp_path):
    points = dict(zip(LANDMARKS, (POINTS * SIZE).ravel(), strict=True))
    rows = given(rows_of("a", 2), **points)
    rows[1] |= dict.fromkeys(points, "")
    source = write_tiny(tmp_path / "in", rows)
    manifest = run(source, tmp_path / "out", detector="given", recipe=None)
    assert manifest["key"].tolist() == ["a_0"]
    assert manifest["face"].tolist() == ["given"]
    assert manifest[list(BOX)].iloc[0].tolist() == [25.6, 26.88, 38.4, 39.68]
    assert manifest["score"].isna().all()
    assert failures(tmp_path / "out")[0][1:4] == ("a_1", "no face found", "skip")
    run(source, tmp_path / "detected")
    same = [read_image(tmp_path / out / "images/a/a_0.jpg") for out in ("out", "detected")]
    np.testing.assert_array_equal(same[0], same[1])


def test_given_without_any_is_refused(tmp_path):
    source = write_tiny(tmp_path / "in", rows_of("a", 1))
    with pytest.raises(NorfaceError, match="tiny as it was read has neither boxes nor landmarks"):
        run(source, tmp_path / "out", detector="given", recipe=None)


def test_aligned_pictures_are_only_scaled(tmp_path):
    source = write_tiny(tmp_path / "in", rows_of("", 2), ["still_1"])
    options = {"detector": "none", "recipe": None, "size": SIZE, "format": "png"}
    manifest = run(source, tmp_path / "out", **options)
    found = read_image(tmp_path / "out" / manifest["path"][0])
    np.testing.assert_array_equal(found, draw_face(0, SIZE))
    assert manifest["face"].tolist() == ["aligned", "aligned"]
    assert manifest[list(LANDMARKS)].isna().all(axis=None)


def test_no_face_at_all_is_an_error_with_the_list(tmp_path):
    source = write_tiny(tmp_path / "in", rows_of("a", 3), ["a_0", "a_1", "a_2"])
    with pytest.raises(NorfaceError, match="none of the 3 pictures of tiny .* 'no face found'"):
        run(source, tmp_path / "out")
    assert len(failures(tmp_path / "out")) == 3
    assert not (tmp_path / "out" / "dataset.yaml").exists()


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"batch_size": 0}, "batch_size is 0"),
        ({"workers": 0}, "workers is 0"),
        ({"size": 0}, "size is 0; give 1 pixel or more"),
        ({"threshold": 2.0}, "threshold is 2.0; give a score between 0 and 1"),
        ({"device": "abacus"}, "device 'abacus' does not exist"),
        ({"recipe": None}, "no weights of retinaface_mobile0.25"),
    ],
)
def test_bad_options(tmp_path, options, sentence, monkeypatch):
    monkeypatch.delenv("NORFACE_WEIGHTS", raising=False)
    source = write_tiny(tmp_path / "in", rows_of("a", 1))
    with pytest.raises(NorfaceError, match=sentence):
        run(source, tmp_path / "out", **options)


@pytest.fixture
def tiny_is_known(monkeypatch):
    monkeypatch.setitem(SOURCES, "tiny", TinySource)


def test_on_the_command_line(tmp_path, tiny_is_known, capsys):
    write_tiny(tmp_path / "in", rows_of("", 2))
    shutil.move(tmp_path / "in" / "table.csv", tmp_path / "in" / "other.csv")
    args = [f"--root={tmp_path / 'in'}", f"--out={tmp_path / 'out'}", "--table=other.csv"]
    cli.main(["prepare", "tiny", *args, "--detector=none", "--size=16", "--format=png"])
    description = yaml.safe_load((tmp_path / "out" / "dataset.yaml").read_text(encoding="utf-8"))
    assert description["source"] == {"root": str(tmp_path / "in"), "table": "other.csv"}
    assert description["options"]["detector"] == "none"
    assert "prepared 2 of 2" in capsys.readouterr().out


def test_help_shows_the_options_of_the_data_set_and_the_common_ones(tiny_is_known, capsys):
    for args, texts in {
        ("tiny", "--help"): ["norface prepare tiny", "Name of the table.", "--no_face"],
        ("--help",): ["norface prepare NAME", "tiny", "--no_face"],
    }.items():
        with pytest.raises(SystemExit) as stop:
            cli.main(["prepare", *args])
        assert stop.value.code == 0
        printed = capsys.readouterr().out
        assert all(text in printed for text in texts)


def test_every_data_set_shows_its_help(capsys):
    for name in SOURCES:
        with pytest.raises(SystemExit) as stop:
            cli.main(["prepare", name, "--help"])
        assert stop.value.code == 0
        assert "--root" in capsys.readouterr().out


@pytest.mark.parametrize("args", [["prepare"], ["prepare", "disfa"], ["verify"]])
def test_help_needs_neither_torch_nor_lightning(args):
    code = (
        "import sys\nfrom norface_pl import cli\n"
        f"try:\n    cli.main([*{args}, '--help'])\nexcept SystemExit as stop:\n"
        "    assert stop.code == 0\n"
        "sys.exit(bool({'torch', 'lightning'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], check=False, capture_output=True)
    assert done.returncode == 0


def test_an_unknown_data_set_names_the_known_ones(tiny_is_known, capsys):
    with pytest.raises(SystemExit) as stop:
        cli.main(["prepare", "tinny"])
    assert stop.value.code == 2
    assert "there is no data set 'tinny' to prepare; it is one of" in capsys.readouterr().err


def test_a_mistake_in_another_process_is_one_sentence(tmp_path, monkeypatch):
    text = (
        "\n\n-- Process 1 terminated with the following error:\n"
        "Traceback (most recent call last):\n"
        '  File "worker.py", line 3, in run\n    raise NorfaceError(\n'
        "norface_pl.errors.NorfaceError: b_0: no face found; look at the picture\n"
    )

    def predict(*args, **options):
        raise ProcessRaisedException(text, 1, 4)

    monkeypatch.setattr(L.Trainer, "predict", predict)
    source = write_tiny(tmp_path / "in", rows_of("a", 1))
    with pytest.raises(NorfaceError) as caught:
        run(source, tmp_path / "out")
    assert str(caught.value) == "b_0: no face found; look at the picture"
    text = "RuntimeError: something else"
    with pytest.raises(ProcessRaisedException):
        run(source, tmp_path / "out")


def test_without_a_terminal_lines_say_how_far_it_is(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(progress, "INTERVAL", 0.0)
    source = write_tiny(tmp_path / "in", rows_of("a", 3))
    run(source, tmp_path / "out")
    lines = [line for line in capsys.readouterr().err.splitlines() if line.startswith("prepare: ")]
    assert lines[-1].startswith("prepare: 100%")


@pytest.fixture
def taught(monkeypatch, tmp_path):
    """Puts a stand-in in the place of the teacher; returns the folder of its notes."""
    notes = tmp_path / "notes"
    notes.mkdir()
    monkeypatch.setattr(command, "teacher_recipe", lambda *_: FakeTeacherRecipe(notes))
    return notes


def test_a_teacher_labels_faces_that_are_prepared_and_those_that_were(tmp_path, taught, capsys):
    source, out = write_tiny(tmp_path / "in", rows_of("a", 3)), tmp_path / "out"
    run(source, out)
    assert not (out / "teacher.parquet").exists()
    manifest = run(source, out, teacher="face_landmarker")
    table = pd.read_parquet(out / "teacher.parquet")
    assert table["key"].tolist() == manifest["key"].tolist()
    before = stamps(out)
    capsys.readouterr()
    run(source, out, teacher="face_landmarker")
    assert stamps(out) == before
    assert f"{out / 'teacher.parquet'} holds these labels already" in capsys.readouterr().out

    # Faces that are made anew have no labels of the old ones.
    run(source, out, size=24, overwrite=True)
    assert not (out / "teacher.parquet").exists()
    run(source, out, size=28, overwrite=True, teacher="face_landmarker")
    assert (out / "teacher.parquet").exists()


def test_a_teacher_works_on_one_machine(tmp_path, taught):
    source = write_tiny(tmp_path / "in", rows_of("a", 1))
    with pytest.raises(NorfaceError, match="run this without --nodes"):
        run(source, tmp_path / "out", teacher="face_landmarker", nodes=2)


def test_a_teacher_that_is_not_here_is_told_before_anything_is_prepared(tmp_path, monkeypatch):
    source = write_tiny(tmp_path / "in", rows_of("a", 1))
    monkeypatch.delenv("NORFACE_WEIGHTS", raising=False)
    # None makes an import fail; a module stands for LiteRT.
    monkeypatch.setitem(sys.modules, "ai_edge_litert.interpreter", None)
    with pytest.raises(NorfaceError, match="teachers"):
        run(source, tmp_path / "out", teacher="face_landmarker")
    litert = SimpleNamespace(Interpreter=object)
    monkeypatch.setitem(sys.modules, "ai_edge_litert", SimpleNamespace(interpreter=litert))
    monkeypatch.setitem(sys.modules, "ai_edge_litert.interpreter", litert)
    with pytest.raises(NorfaceError, match="norface weights fetch face_landmarker"):
        run(source, tmp_path / "out", teacher="face_landmarker")
    assert not (tmp_path / "out").exists()


def test_avatars_are_drawn_of_faces_that_are_prepared_and_those_that_were(
    tmp_path, taught, monkeypatch, capsys
):
    source, out = write_tiny(tmp_path / "in", rows_of("a", 4)), tmp_path / "out"
    shapes = write_shapes(tmp_path / "facekit.npz")
    recipe = FakeTeacherRecipe(taught, shapes=shape_names(shapes))
    monkeypatch.setattr(command, "teacher_recipe", lambda *_: recipe)
    with_avatars = {"teacher": "face_landmarker", "avatar": shapes}
    run(source, out, **with_avatars)
    read = pd.read_parquet(out / "teacher.parquet")
    paths = pd.read_parquet(out / "manifest.parquet")["path"][read["presence"].notna()]
    drawn = sorted(path.relative_to(out).as_posix() for path in out.glob("avatars/*/*"))
    assert drawn == [path.replace("images", "avatars") for path in paths]
    # As large as the faces.
    assert read_image(out / drawn[0]).shape == (32, 32, 3)
    assert f"{out / 'avatars'} holds {len(drawn)} avatars\n" in capsys.readouterr().out
    before = stamps(out)
    run(source, out, **with_avatars)
    assert stamps(out) == before
    assert f"{out / 'avatars'} holds these avatars already\n" in capsys.readouterr().out

    # Faces that are made anew have no avatars of the old ones.
    run(source, out, size=24, overwrite=True)
    assert not (out / "avatars").exists()
    assert not (out / "avatars.txt").exists()


def test_avatars_without_a_teacher_are_refused_before_anything_is_prepared(tmp_path):
    source = write_tiny(tmp_path / "in", rows_of("a", 1))
    with pytest.raises(NorfaceError, match="avatars show what a teacher reads: give --teacher"):
        run(source, tmp_path / "out", avatar=write_shapes(tmp_path / "facekit.npz"))
    assert not (tmp_path / "out").exists()


def test_avatars_without_shapes_are_refused_before_anything_is_prepared(tmp_path, taught):
    source = write_tiny(tmp_path / "in", rows_of("a", 1))
    with pytest.raises(NorfaceError, match="nothing.npz is not there: pack the release with"):
        run(source, tmp_path / "out", teacher="face_landmarker", avatar=tmp_path / "nothing.npz")
    assert not (tmp_path / "out").exists()
