"""Labels of a prepared folder: whole, resumable, made once, a reason for each failure."""

import math

import numpy as np
import pandas as pd
import pytest

from norface_pl.data.prepared import PreparedFaces
from norface_pl.data.teacher import logits_of, read_teacher
from norface_pl.errors import NorfaceError
from norface_pl.sources.source import LANDMARKS
from norface_pl.teachers.labelling import LabelCounts, label_prepared
from tests.helpers.fake_teacher import FakeTeacherRecipe
from tests.helpers.prepared import write_prepared
from tests.helpers.tiny_source import rows_of

COUNT = 7


@pytest.fixture
def faces(tmp_path):
    folder = tmp_path / "faces"
    folder.mkdir()
    write_prepared(folder, "tiny", pd.DataFrame(rows_of("a", COUNT)))
    return PreparedFaces.open(folder, "tiny")


@pytest.fixture
def notes(tmp_path):
    """Where the teacher writes what it reads."""
    folder = tmp_path / "notes"
    folder.mkdir()
    return folder


def readings(notes):
    """How often each face was read."""
    return [
        len((notes / f"read{grey}").read_text(encoding="utf-8").split()) for grey in range(COUNT)
    ]


def contents(faces):
    return {path.name: path.read_bytes() for path in faces.folder.iterdir() if path.is_file()}


def visible(faces):
    return {path.name for path in faces.folder.iterdir()}


def test_a_row_for_every_face(faces, notes):
    before = visible(faces)
    counts = label_prepared(faces, FakeTeacherRecipe(notes), chunk=3)
    assert counts == LabelCounts(labelled=5, failed=2)
    table = read_teacher(faces)
    assert table.columns.tolist() == [
        *("key", "presence", "yaw", "pitch", "roll"),
        *LANDMARKS,
        *("logit_smile", "logit_frown"),
    ]
    assert table["key"].tolist() == faces.manifest["key"].tolist()
    read = [0, 1, 3, 4, 6]
    nothing = [2, 5]
    expected = [0.75, 1, 2, 3, *range(10)]
    assert table.iloc[read, 1:15].to_numpy().tolist() == [expected] * 5
    assert logits_of(table)[read].tolist() == [[grey, -grey] for grey in read]
    assert np.isnan(table.iloc[nothing, 1:].to_numpy()).all()
    failures = pd.read_csv(faces.folder / "teacher_failures.csv")
    assert failures["key"].tolist() == ["a_2", "a_5"]
    assert failures["reason"].tolist() == ["no face found"] * 2
    assert visible(faces) == before | {"teacher.parquet", "teacher_failures.csv"}


def test_the_same_call_again_does_nothing(faces, notes):
    label_prepared(faces, FakeTeacherRecipe(notes))
    before = contents(faces)
    assert label_prepared(faces, FakeTeacherRecipe(notes)) is None
    assert contents(faces) == before
    assert readings(notes) == [1] * COUNT


def test_another_file_of_the_teacher_reads_everything_anew(faces, notes):
    label_prepared(faces, FakeTeacherRecipe(notes))
    assert label_prepared(faces, FakeTeacherRecipe(notes, version="second")) is not None
    assert readings(notes) == [2] * COUNT


def test_it_goes_on_where_it_failed(faces, notes, tmp_path):
    (notes / "stop4").touch()
    with pytest.raises(NorfaceError, match="stopped at 4"):
        label_prepared(faces, FakeTeacherRecipe(notes), chunk=2)
    assert read_teacher(faces) is None
    (notes / "stop4").unlink()
    label_prepared(faces, FakeTeacherRecipe(notes), chunk=2)
    assert readings(notes) == [1] * COUNT
    resumed = read_teacher(faces)
    # As if it had never been interrupted.
    (faces.folder / "teacher.parquet").unlink()
    label_prepared(faces, FakeTeacherRecipe(notes), chunk=COUNT)
    pd.testing.assert_frame_equal(resumed, read_teacher(faces))


def test_processes_give_the_same_and_go_on_after_one_was_killed(faces, notes):
    (notes / "stop6").touch()
    recipe = FakeTeacherRecipe(notes, kill=True)
    with pytest.raises(NorfaceError, match="a process of the teacher was ended.*run this again"):
        label_prepared(faces, recipe, workers=2, chunk=1)
    done = {path.name[7] for path in (faces.folder / ".teacher").rglob("*.parquet")}
    (notes / "stop6").unlink()
    first = {grey: (notes / f"read{grey}").exists() for grey in range(COUNT)}
    label_prepared(faces, recipe, workers=2, chunk=1)
    # What was in the journal was not read again.
    assert all(readings(notes)[int(grey)] == 1 for grey in done)
    assert not first[6]
    found = logits_of(read_teacher(faces))[:, 0]
    expected = [grey if grey % 3 != 2 else math.nan for grey in range(COUNT)]
    np.testing.assert_array_equal(found, expected)


def test_a_damaged_picture_is_a_failure_with_its_reason(faces, notes):
    path = faces.folder / faces.manifest["path"][3]
    path.write_bytes(b"")
    assert label_prepared(faces, FakeTeacherRecipe(notes)) == LabelCounts(4, 3)
    failures = pd.read_csv(faces.folder / "teacher_failures.csv").set_index("key")["reason"]
    assert failures["a_3"] == f"{path} is empty; replace or remove the file"


def test_without_any_face_there_is_no_table(faces, notes):
    for path in faces.manifest["path"]:
        (faces.folder / path).unlink()
    for _ in range(2):
        with pytest.raises(NorfaceError, match=f"read none of the {COUNT} faces.*says why"):
            label_prepared(faces, FakeTeacherRecipe(notes))
    assert read_teacher(faces) is None
    assert not (faces.folder / ".teacher").exists()


def test_labels_of_other_faces_are_refused(faces, notes):
    label_prepared(faces, FakeTeacherRecipe(notes))
    description = {**faces.description, "manifest_sha256": "other"}
    other = PreparedFaces(faces.folder, faces.manifest, description)
    with pytest.raises(NorfaceError, match=r"belongs to other faces.*--teacher again"):
        read_teacher(other)


def test_a_damaged_table_is_refused_and_made_anew(faces, notes):
    (faces.folder / "teacher.parquet").write_bytes(b"torn")
    with pytest.raises(NorfaceError, match="teacher.parquet is damaged"):
        read_teacher(faces)
    label_prepared(faces, FakeTeacherRecipe(notes))
    assert len(read_teacher(faces)) == COUNT
