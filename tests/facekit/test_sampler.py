"""3-D people are deterministic, aligned, labelled and different from each other."""

from dataclasses import replace

import cv2
import numpy as np
import pytest

from norface_pl.acting.tables import TARGET_SUBJECT, Cast, describe
from norface_pl.errors import NorfaceError
from norface_pl.facekit.camera import five_points, pose_head
from norface_pl.facekit.clip import Recording
from norface_pl.facekit.muscles import COLUMN
from norface_pl.facekit.sampler import FaceKitSampler
from norface_pl.facekit.shapes import load_shapes
from norface_pl.facekit.traits import sample_person
from norface_pl.labels import EMOTIONS, FACEKIT_AUS
from tests.helpers.facekit import write_shapes


@pytest.fixture(scope="module")
def sampler(tmp_path_factory):
    path = write_shapes(tmp_path_factory.mktemp("shapes") / "facekit.npz")
    return FaceKitSampler(path, image_size=32, clip_length=16)


def test_deterministic_in_seed_and_place(sampler):
    first = sampler.draw(7, 1, 5)
    again = replace(sampler)
    again.draw(1, 0, 0)
    second = again.draw(7, 1, 5)
    assert np.array_equal(first.image, second.image)
    assert np.array_equal(first.landmarks, second.landmarks)
    others = replace(sampler, seed=4).draw(7, 1, 5), sampler.draw(8, 1, 5), sampler.draw(7, 0, 5)
    assert not any(np.array_equal(first.image, other.image) for other in others)


def test_picture_and_labels_have_the_promised_form(sampler):
    face = sampler.draw(0, 0, 0)
    assert face.image.shape == (32, 32, 3)
    assert face.image.dtype == np.uint8
    assert face.image.std() > 10
    assert face.intensity.shape == (len(FACEKIT_AUS),)
    assert set(np.unique(face.intensity)) <= {0, 1, 2, 3, 4, 5}
    assert face.pose.shape == (3,)


def test_the_oracle_depends_on_the_expression_only(sampler):
    assert np.array_equal(sampler.avatar({}), sampler.target())
    for subject in (3, 4):
        shown = sampler.oracle(subject, 0, 2)
        assert np.array_equal(shown, sampler.avatar(sampler.weights(subject, 0, 2)))
    assert not np.array_equal(sampler.avatar({"mouthSmile_L": 1.0}), sampler.target())
    assert np.array_equal(sampler.target(), replace(sampler, seed=9).target())


def test_a_mirrored_expression_gives_a_mirrored_picture(sampler):
    """The mean head is symmetric, its light too."""
    rest = sampler.target().astype(float)
    left, right = (sampler.avatar({f"mouthSmile_{side}": 1.0}) - rest for side in "LR")
    assert np.abs(left[:, ::-1] - right).mean() < 0.7 * np.abs(left - right).mean()


def test_the_avatar_stands_still(sampler):
    """An open mouth moves the mouth alone."""
    moved = np.abs(sampler.avatar({"jawOpen": 0.6}).astype(int) - sampler.target()).max(-1)
    assert moved[16:].max() > 20
    assert moved[:8].max() <= 2


def test_pose_turns_the_nose(sampler):
    """Positive yaw turns right, positive pitch up, positive roll clockwise in the picture."""
    shapes = load_shapes(sampler.shapes)

    def points(*pose):
        flat = pose_head(shapes.neutral, np.array(pose, float), 100.0).flat
        return five_points(flat, shapes.landmarks)

    straight = points(0, 0, 0)
    assert straight[0, 0] < straight[1, 0]
    assert straight[0, 1] < straight[2, 1] < straight[3, 1]
    assert points(20, 0, 0)[2, 0] > straight[2, 0] + 1
    assert points(0, 15, 0)[2, 1] < straight[2, 1] - 1
    rolled = points(0, 0, 10)
    assert rolled[1, 1] > rolled[0, 1]


def test_exact_landmarks_need_no_noise(sampler):
    noisy, exact = sampler.draw(5, 0, 1), replace(sampler, landmark_noise=0.0).draw(5, 0, 1)
    gap = np.abs(noisy.landmarks - exact.landmarks).max()
    assert 0 < gap < 1


def test_people_differ_in_shape_and_look():
    people = [sample_person(np.random.default_rng(seed)) for seed in range(60)]
    assert len({person.texture for person in people}) == 60
    assert 0.02 < np.mean([person.glasses > 0 for person in people]) < 0.5
    assert 0.1 < np.mean([person.beard > 0 for person in people]) < 0.6
    assert np.std([person.skin.mean() for person in people]) > 0.1


def test_every_au_and_emotion_occurs_and_opposites_do_not():
    frames = [
        Recording(np.random.default_rng((0, clip)), 32).frame(number)
        for clip in range(80)
        for number in range(0, 32, 4)
    ]
    intensity = np.array([frame.aus.max(axis=0) for frame in frames])
    present = (np.rint(intensity) >= 2).mean(0)
    assert (present > 0.03).all()
    assert (present < 0.5).all()
    assert {frame.emotion for frame in frames} == set(range(-1, len(EMOTIONS)))
    assert max(np.abs(frame.aus[0] - frame.aus[1]).max() for frame in frames) > 2
    jaw, parted, pressed = (intensity[:, COLUMN[au]] for au in (26, 25, 24))
    assert (parted >= 0.79 * jaw).all()
    assert not ((pressed > 2.5) & (parted > 2.5)).any()


def test_the_target_person_is_recorded_in_a_studio(sampler):
    faces = [sampler.draw(TARGET_SUBJECT, 0, frame).image for frame in (0, 8)]
    assert not np.array_equal(*faces)


def test_facts_name_the_shapes_by_content(sampler, tmp_path):
    cast = Cast(0, 1, 1, 1)
    moved = replace(sampler, shapes=tmp_path / "elsewhere.npz")
    assert describe(moved, cast) == describe(sampler, cast)
    assert describe(replace(sampler, content="other"), cast) != describe(sampler, cast)


def test_other_shapes_without_parts_are_refused(sampler, tmp_path):
    with np.load(sampler.shapes) as content:
        arrays = {name: content[name] for name in content.files if name != "part"}
    np.savez(tmp_path / "other.npz", **arrays)
    with pytest.raises(NorfaceError, match="no array 'part'; pack the release again"):
        load_shapes(tmp_path / "other.npz")


def test_grey_recordings_have_no_colour(sampler):
    greys = [
        (cv2.absdiff(face[..., 0], face[..., 2]) == 0).all()
        for face in (sampler.draw(subject, 0, 0).image for subject in range(20))
    ]
    assert 0 < sum(greys) < 15
