"""Avatars of prepared faces: those that were read, each drawn once, whole or not at all."""

import shutil

import numpy as np
import pytest

from norface_pl.data.avatars import avatar_path, avatar_stamp
from norface_pl.data.prepared import PreparedFaces
from norface_pl.data.teacher import read_teacher, shapes_of
from norface_pl.errors import NorfaceError
from norface_pl.facekit.avatar import draw_avatar
from norface_pl.io.images import read_image, write_image
from norface_pl.teachers import avatars as module
from norface_pl.teachers.avatars import draw_avatars, named
from norface_pl.teachers.labelling import label_prepared
from tests.helpers.facekit import write_shapes
from tests.helpers.fake_teacher import FakeTeacherRecipe, weights_of
from tests.helpers.taught_photographs import shape_names, write_read

# Of six faces; of three, one is not read.
READ = [0, 1, 3, 4]


@pytest.fixture(scope="module")
def shapes(tmp_path_factory):
    return write_shapes(tmp_path_factory.mktemp("shapes") / "facekit.npz")


@pytest.fixture
def faces(tmp_path, shapes):
    return write_read(tmp_path / "faces", shapes)


@pytest.fixture
def drawn(monkeypatch):
    """Weights of the avatars that are drawn; after ``stop`` of them the process is ended."""
    seen = []

    def draw(shapes, weights, size):
        if len(seen) == drawn.stop:
            raise KeyboardInterrupt
        seen.append(dict(weights))
        return np.full((size, size, 3), len(seen), np.uint8)

    drawn = type("Drawn", (), {"seen": seen, "stop": None})()
    monkeypatch.setattr(module, "draw_avatar", draw)
    return drawn


def files(faces):
    folder = faces.folder / "avatars"
    return sorted(path.relative_to(faces.folder).as_posix() for path in folder.rglob("*.*"))


def hidden(faces):
    return [path.name for path in faces.folder.iterdir() if path.name.startswith(".")]


def test_every_face_that_was_read_has_its_expression_on_the_avatar(faces, shapes, tmp_path):
    assert draw_avatars(faces, shapes, 16) == len(READ)
    paths = [avatar_path(path) for path in faces.manifest["path"]]
    assert paths[0] == "avatars/all/Person_0_0001.jpg"
    assert files(faces) == sorted(paths[row] for row in READ)
    names = shape_names(shapes)
    read = shapes_of(read_teacher(faces))
    assert tuple(read.names) == names
    for row in READ:
        np.testing.assert_allclose(read.weights[row], weights_of(row, len(names)), atol=1e-6)
        drawn = draw_avatar(shapes, named(read.names, read.weights[row]), 16)
        write_image(tmp_path / "drawn.jpg", drawn)
        expected = read_image(tmp_path / "drawn.jpg")
        assert np.array_equal(read_image(faces.folder / paths[row]), expected)
    assert hidden(faces) == []


def test_shapes_that_take_no_part_are_left_out():
    found = named(["a", "b", "c"], np.array([0.5, 0.0, -0.25]))
    assert found == {"a": 0.5, "c": -0.25}


def test_the_same_call_again_draws_nothing(faces, shapes, drawn):
    assert draw_avatars(faces, shapes, 16) == len(READ)
    assert draw_avatars(faces, shapes, 16) is None
    assert len(drawn.seen) == len(READ)


def test_it_goes_on_where_it_was_ended_and_draws_nothing_twice(faces, shapes, drawn):
    drawn.stop = 2
    with pytest.raises(KeyboardInterrupt):
        draw_avatars(faces, shapes, 16)
    # Nobody takes half of them for all.
    assert avatar_stamp(faces.folder) is None
    assert files(faces) == []
    drawn.stop = None
    assert draw_avatars(faces, shapes, 16) == len(READ)
    assert len(drawn.seen) == len(READ)
    assert len({tuple(sorted(weights.items())) for weights in drawn.seen}) == len(READ)
    assert len(files(faces)) == len(READ)
    assert hidden(faces) == []


def test_another_size_other_shapes_or_readings_are_drawn_anew(faces, shapes, drawn, tmp_path):
    def stamp_of(file=shapes, size=16):
        draw_avatars(faces, file, size)
        return avatar_stamp(faces.folder)

    with np.load(shapes) as content:
        arrays = dict(content)
    np.savez(tmp_path / "other.npz", **(arrays | {"identity": arrays["identity"][:5]}))
    stamps = [stamp_of(), stamp_of(size=24), stamp_of(tmp_path / "other.npz")]
    shutil.copy(shapes, tmp_path / "copy.npz")
    # The same shapes somewhere else are the same.
    assert stamp_of(tmp_path / "copy.npz") == stamps[0]
    write_read(faces.folder, shapes, version="second")
    # Until then they show what another teacher read.
    assert avatar_stamp(faces.folder) is None
    stamps.append(stamp_of())
    assert len(set(stamps)) == 4
    assert len(drawn.seen) == 5 * len(READ)


def test_a_kill_while_old_avatars_are_replaced_leaves_no_stamp(faces, shapes, drawn, monkeypatch):
    """Pictures of one size were once left with the stamp of another, or of none that were there."""
    draw_avatars(faces, shapes, 16)

    def stop(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(module, "write_stamp", stop)
        draw_avatars(faces, shapes, 24)
    assert avatar_stamp(faces.folder) is None
    draw_avatars(faces, shapes, 16)
    shown = read_image(faces.folder / files(faces)[0])
    assert shown.shape == (16, 16, 3)


def test_what_was_begun_with_other_options_does_not_stay(faces, shapes, drawn):
    drawn.stop = 2
    with pytest.raises(KeyboardInterrupt):
        draw_avatars(faces, shapes, 16)
    drawn.stop = None
    draw_avatars(faces, shapes, 24)
    assert hidden(faces) == []


def test_processes_draw_the_same(faces, shapes, monkeypatch):
    draw_avatars(faces, shapes, 16)
    alone = [(faces.folder / path).read_bytes() for path in files(faces)]
    shutil.rmtree(faces.folder / "avatars")
    (faces.folder / "avatars.txt").unlink()
    monkeypatch.setattr(module, "_CHUNK", 2)
    draw_avatars(faces, shapes, 16, workers=2)
    assert [(faces.folder / path).read_bytes() for path in files(faces)] == alone


def test_faces_that_nobody_read_are_refused(faces, shapes):
    (faces.folder / "teacher.parquet").unlink()
    with pytest.raises(NorfaceError, match="none has read .*faces: give --teacher face_landmarker"):
        draw_avatars(faces, shapes, 16)
    assert avatar_stamp(faces.folder) is None


def test_a_teacher_that_tells_no_shapes_is_refused(faces, shapes, tmp_path):
    (tmp_path / "notes").mkdir()
    label_prepared(faces, FakeTeacherRecipe(tmp_path / "notes", version="without"))
    with pytest.raises(NorfaceError, match="tells no shapes of an avatar: give --teacher face_l"):
        draw_avatars(PreparedFaces.open(faces.folder), shapes, 16)


def test_without_a_file_of_shapes_nothing_is_drawn(faces, tmp_path):
    with pytest.raises(NorfaceError, match="nothing.npz is not there"):
        draw_avatars(faces, tmp_path / "nothing.npz", 16)
