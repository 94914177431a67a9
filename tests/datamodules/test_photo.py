"""Photographs beside 3-D people: exact expressions of these, read ones of those."""

import numpy as np
import pytest
import torch

from norface_pl.data.avatars import avatar_path
from norface_pl.data.channels import CHANNELS_OF
from norface_pl.datamodules import DrawnClips, DrawnPeople, FaceKitDataModule, PhotoDataModule
from norface_pl.errors import NorfaceError
from norface_pl.facekit.avatar import draw_avatar
from norface_pl.facekit.muscles import intensities
from norface_pl.facekit.shapes import load_shapes
from norface_pl.io.images import read_image
from norface_pl.labels import FACEKIT_AUS
from tests.helpers.facekit import write_shapes
from tests.helpers.fake_teacher import weights_of
from tests.helpers.taught_photographs import shape_names, write_photographs, write_read

PEOPLE = DrawnPeople(3, train=2, val=2, test=2, recordings_of_target=0)
DRAWN = 3 * 4


@pytest.fixture(scope="module")
def shapes(tmp_path_factory):
    return write_shapes(tmp_path_factory.mktemp("shapes") / "facekit.npz")


@pytest.fixture
def photo(shapes):
    def make(*folders, kind=PhotoDataModule, people=PEOPLE, task="au_detection"):
        own = {"photographs": list(folders)} if kind is PhotoDataModule else {}
        return kind(
            shapes=shapes,
            people=people,
            task=task,
            clips=DrawnClips(length=8, train=1),
            image_size=16,
            draw_processes=1,
            cache_dir=None,
            **own,
        )

    return make


def test_3d_people_have_exact_weights_and_the_avatar_that_these_draw(photo, shapes):
    data = photo()
    faces = data.dataset("unlabelled")
    assert len(faces) == DRAWN
    names = data.teacher_channels()
    assert names == sorted(shape_names(shapes))
    batch = faces.__getitems__([0, 5, 11])
    for row in range(3):
        weights = dict(zip(names, batch["teacher"][row].tolist(), strict=True))
        avatar = torch.from_numpy(draw_avatar(shapes, weights, 16)).permute(2, 0, 1)
        assert (batch["wanted"][row].int() - avatar.int()).abs().max() <= 1
    assert faces.columns["teacher"].abs().sum() > 0
    assert "of_target" not in faces.columns


def test_recordings_of_the_avatar_have_weights_of_their_own_clip(photo):
    """They are one person with several clips."""
    data = photo(people=DrawnPeople(1, train=2, val=2, test=2, recordings_of_target=2))
    faces = data.dataset("unlabelled")
    names, where = data.teacher_channels(), faces.keys.index("S900000_C01_F0003")
    exact = data.sampler.weights(900_000, 1, 3)
    expected = torch.tensor([exact.get(name, 0.0) for name in names])
    torch.testing.assert_close(faces.columns["teacher"][where], expected)


def test_photographs_come_behind_them_with_what_was_read(photo, shapes, tmp_path):
    faces = write_photographs(tmp_path / "lfw", shapes)
    data = photo(tmp_path / "lfw")
    found = data.dataset("unlabelled")
    # Of three faces the last was not read.
    rows = [0, 1, 3, 4]
    assert len(found) == DRAWN + len(rows)
    assert found.keys[DRAWN:] == [f"lfw__{faces.manifest['key'][row]}" for row in rows]
    batch = found.__getitems__([DRAWN + place for place in range(len(rows))])
    names = shape_names(shapes)
    told = dict(zip(names, weights_of(np.array(rows)[:, None], len(names)).T, strict=True))
    for column, name in enumerate(data.teacher_channels()):
        np.testing.assert_allclose(batch["teacher"][:, column], told[name], atol=1e-6)
    for place, row in enumerate(rows):
        assert set(batch["image"][place].unique().tolist()) == {row}
        avatar = read_image(tmp_path / "lfw" / avatar_path(faces.manifest["path"][row]))
        assert np.array_equal(batch["wanted"][place].permute(1, 2, 0).numpy(), avatar)
    # As the teacher read it, not from landmarks.
    assert batch["pose"].tolist() == [[1.0, 2.0, 3.0]] * len(rows)
    assert batch["subject"].tolist() == batch["clip"].tolist() == [-1, -2, -3, -4]
    assert found.columns["subject"][:DRAWN].min() >= 0
    assert batch["frame"].tolist() == [0] * len(rows)


def test_people_on_photographs_have_their_names(photo, shapes, tmp_path):
    write_photographs(tmp_path / "lfw", shapes)
    data = photo(tmp_path / "lfw")
    names = data.subject_names("unlabelled")
    assert names[:DRAWN] == ["S300000"] * 4 + ["S300001"] * 4 + ["S300002"] * 4
    assert names[DRAWN:] == [f"lfw/Person_{person}" for person in (0, 0, 1, 2)]
    assert data.population == "facekit, seed 0, and lfw"
    assert photo().population == "facekit, seed 0"


def test_faces_of_the_part_train_alone_are_used(photo, shapes, tmp_path):
    write_photographs(tmp_path / "lfw", shapes, people=6, parts=("train", "test"))
    names = photo(tmp_path / "lfw").subject_names("unlabelled")[DRAWN:]
    # Rows 0, 1, 4, 5, 8, 9 train; of three the last was not read.
    assert names == ["lfw/Person_0", "lfw/Person_0", "lfw/Person_2", "lfw/Person_4"]


def test_faces_without_a_part_train(photo, shapes, tmp_path):
    """A folder without a table has none, and once nobody in it trained."""
    write_photographs(tmp_path / "lfw", shapes, people=6, parts=("", "val"))
    names = photo(tmp_path / "lfw").subject_names("unlabelled")[DRAWN:]
    assert names == ["lfw/Person_0", "lfw/Person_0", "lfw/Person_2", "lfw/Person_4"]


def test_people_whose_name_nobody_knows_have_none(photo, shapes, tmp_path):
    write_photographs(tmp_path / "lfw", shapes, named=False)
    assert photo(tmp_path / "lfw").subject_names("unlabelled")[DRAWN:] == [""] * 4


def test_several_folders_are_of_different_people(photo, shapes, tmp_path):
    for name in ("first", "second"):
        write_photographs(tmp_path / name, shapes)
    data = photo(tmp_path / "first", tmp_path / "second")
    faces = data.dataset("unlabelled")
    assert faces.columns["subject"][DRAWN:].tolist() == [-1, -2, -3, -4, -5, -6, -7, -8]
    names = data.subject_names("unlabelled")[DRAWN:]
    assert names[3:5] == ["first/Person_2", "second/Person_0"]
    assert len(set(faces.keys)) == len(faces)
    assert data.population == "facekit, seed 0, and first second"


def test_two_folders_of_one_name_are_of_different_faces_and_people(photo, shapes, tmp_path):
    for place in ("a", "b"):
        write_photographs(tmp_path / place / "lfw", shapes)
    data = photo(tmp_path / "a" / "lfw", tmp_path / "b" / "lfw")
    faces = data.dataset("unlabelled")
    assert len(set(faces.keys)) == len(faces) == DRAWN + 8
    assert faces.keys[DRAWN + 4] == "lfw_2__Person_0_0001"
    names = data.subject_names("unlabelled")[DRAWN:]
    assert names[3:5] == ["lfw/Person_2", "lfw_2/Person_0"]
    assert data.population == "facekit, seed 0, and lfw lfw_2"


def test_avatars_of_other_shapes_are_refused(photo, shapes, tmp_path):
    """Stage 1 would learn to draw two people as one."""
    write_photographs(tmp_path / "lfw", shapes)
    data = photo(tmp_path / "lfw")
    with np.load(shapes) as packed:
        content = dict(packed)
    np.savez(tmp_path / "other.npz", **content, more=np.zeros(1))
    data.shapes = tmp_path / "other.npz"
    with pytest.raises(NorfaceError, match="lfw are not those that .*other.npz draws of what its"):
        data.dataset("unlabelled")


def test_photographs_train_stage_2_with_what_explains_their_reading(photo, shapes, tmp_path):
    write_photographs(tmp_path / "lfw", shapes)
    tasks = ["au_detection", "au_intensity", "expression"]
    data = photo(tmp_path / "lfw", task=tasks)
    found, people = data.dataset("train", oracle=True), photo(kind=FaceKitDataModule, task=tasks)
    count = len(people.dataset("train"))
    assert len(found) == count + 4
    own = data.prepared[0].faces.columns["teacher"].numpy()
    expected = intensities(load_shapes(shapes), own, data.teacher_channels())
    np.testing.assert_array_equal(found.columns["au_intensity"][count:], expected)
    occurrence = found.columns["au_intensity"] >= 2
    assert torch.equal(found.columns["au_detection"], occurrence.float())
    assert (found.columns["expression"][count:] == -1).all()
    batch = found.__getitems__([count])
    assert torch.equal(batch["oracle"], data.prepared[0].faces.__getitems__([0])["wanted"])
    assert "teacher" not in batch


def test_channels_of_the_teacher_help_to_explain(photo, shapes, tmp_path, monkeypatch):
    """The stand-in's channel falls from picture to picture, so it gives most to the first."""
    write_photographs(tmp_path / "lfw", shapes)
    monkeypatch.setitem(CHANNELS_OF, 12, ("frown",))
    data = photo(tmp_path / "lfw", task=["au_intensity"])
    found = data.dataset("train").columns["au_intensity"][-4:].numpy()
    own = data.prepared[0].faces.columns["teacher"].numpy()
    explained = intensities(load_shapes(shapes), own, data.teacher_channels())
    smile = FACEKIT_AUS.index(12)
    expected = (explained[:, smile] + np.sort(explained[:, smile])[::-1]) / 2
    assert (expected != explained[:, smile]).any()
    np.testing.assert_allclose(found[:, smile], expected, rtol=1e-6)


def test_people_who_judge_are_those_of_facekit(photo, shapes, tmp_path):
    write_photographs(tmp_path / "lfw", shapes)
    data, plain = photo(tmp_path / "lfw"), photo(kind=FaceKitDataModule)
    for split in ("val", "test"):
        found, expected = data.dataset(split, oracle=True), plain.dataset(split, oracle=True)
        assert found.keys == expected.keys
        assert torch.equal(found.columns["au_detection"], expected.columns["au_detection"])
        for name in ("image", "oracle"):
            assert np.array_equal(found.pictures[name], expected.pictures[name])
        assert "wanted" not in found.pictures
    assert np.array_equal(data.target(), plain.target())


def test_fingerprint_changes_with_the_photographs(photo, shapes, tmp_path):
    """`norface run` once took stage 1 for finished when its photographs had changed."""
    faces = write_photographs(tmp_path / "lfw", shapes)
    first = photo(tmp_path / "lfw").fingerprint()
    assert photo(tmp_path / "lfw").fingerprint() == first
    assert photo().fingerprint() != first
    write_photographs(tmp_path / "more", shapes, people=4)
    assert photo(tmp_path / "more").fingerprint() != first
    (faces.folder / "avatars.txt").write_text("others", encoding="utf-8")
    assert photo(tmp_path / "lfw").fingerprint() != first


def test_a_folder_without_avatars_is_refused(photo, shapes, tmp_path):
    write_read(tmp_path / "lfw", shapes)
    said = "lfw has no avatars: run `norface prepare` again with --teacher face_landmarker --avatar"
    with pytest.raises(NorfaceError, match=said):
        photo(tmp_path / "lfw").dataset("unlabelled")


def test_a_folder_that_was_not_prepared_is_refused(photo, tmp_path):
    with pytest.raises(NorfaceError, match="lfw was not prepared .* run `norface prepare NAME"):
        photo(tmp_path / "lfw").dataset("unlabelled")


def test_a_folder_of_which_nobody_may_train_is_refused(photo, shapes, tmp_path):
    write_photographs(tmp_path / "lfw", shapes, parts=("test",))
    with pytest.raises(NorfaceError, match="lfw has no face that a teacher read and that may tr"):
        photo(tmp_path / "lfw").dataset("unlabelled")
