"""Drawn faces are deterministic, aligned, labelled and different from each other."""

import numpy as np

from norface_pl.acting.clip import Clip, Event
from norface_pl.drawn.anatomy import neutral
from norface_pl.drawn.geometry import landmarks, project
from norface_pl.drawn.sampler import FaceSampler
from norface_pl.drawn.traits import GEOMETRY, Person, sample_person
from norface_pl.faces.align import AU_CROP
from norface_pl.labels import EMOTIONS, SYNTHETIC_AUS


def test_deterministic_in_seed_and_place() -> None:
    """The same place gives the same picture in another sampler; other places and seeds do not."""
    first = FaceSampler(seed=3).draw(7, 1, 5)
    again = FaceSampler(seed=3)
    again.draw(1, 0, 0)
    second = again.draw(7, 1, 5)
    assert np.array_equal(first.image, second.image)
    assert np.array_equal(first.landmarks, second.landmarks)
    for other in (FaceSampler(seed=4).draw(7, 1, 5), again.draw(8, 1, 5), again.draw(7, 0, 5)):
        assert not np.array_equal(first.image, other.image)


def test_picture_and_labels_have_the_promised_form() -> None:
    """Shape, type and ranges."""
    face = FaceSampler(image_size=48).draw(0, 0, 0)
    assert face.image.shape == (48, 48, 3)
    assert face.image.dtype == np.uint8
    assert face.image.std() > 10
    assert face.intensity.shape == (len(SYNTHETIC_AUS),)
    assert set(np.unique(face.intensity)) <= {0, 1, 2, 3, 4, 5}


def test_person_and_scene_stay_within_a_clip_and_people_differ() -> None:
    """Frames of a clip are closer to each other than to those of another person."""
    sampler = FaceSampler(landmark_noise=0.0)
    frames = [sampler.draw(5, 0, f).image.astype(float) for f in (0, 1)]
    other = sampler.draw(6, 0, 0).image.astype(float)
    assert np.abs(frames[0] - frames[1]).mean() < 0.5 * np.abs(frames[0] - other).mean()


def test_at_least_twenty_traits_and_they_differ() -> None:
    """Geometry alone has more than twenty traits; no two people are the same."""
    assert len(GEOMETRY) >= 20
    people = [sample_person(np.random.default_rng(seed)) for seed in range(2)]
    assert np.abs(people[0].shape - people[1].shape).max() > 1


def test_oracle_depends_on_the_expression_only() -> None:
    """Without action units the oracle is the target; two people's neutral faces are one."""
    sampler = FaceSampler()
    neutral_places = []
    for subject in range(40):
        for frame in range(sampler.clip_length):
            if sampler.state(subject, 0, frame).aus.max() == 0:
                neutral_places.append((subject, 0, frame))
                break
    assert len(neutral_places) >= 2
    for place in neutral_places[:2]:
        assert np.array_equal(sampler.oracle(*place), sampler.target())
        assert not np.array_equal(sampler.draw(*place).image, sampler.target())


def test_exact_landmarks_land_on_the_template() -> None:
    """The target's own five points, aligned without noise, fit the template closely."""
    flat = project(Person().shape, np.zeros(3))
    points = landmarks(flat)
    scale = (AU_CROP[1, 0] - AU_CROP[0, 0]) / (points[1, 0] - points[0, 0])
    eye_to_mouth = (points[3:, 1].mean() - points[:2, 1].mean()) * scale
    assert abs(eye_to_mouth - (AU_CROP[3, 1] - AU_CROP[0, 1])) < 0.05


def test_pose_turns_the_nose() -> None:
    """Positive yaw turns right, positive pitch up, positive roll clockwise in the picture."""
    shape, nose = Person().shape, neutral().groups["nose_tip"]
    straight = project(shape, np.zeros(3))[nose][0]
    assert project(shape, np.array([20.0, 0, 0]))[nose][0][0] > straight[0] + 10
    assert project(shape, np.array([0, 15.0, 0]))[nose][0][1] < straight[1] - 10
    eyes = landmarks(project(shape, np.array([0, 0, 10.0])))[:2]
    assert eyes[1, 1] > eyes[0, 1]


def test_clip_changes_smoothly() -> None:
    """An event rises, holds and falls; overlapping events of an AU do not add up."""
    event = Event(column=0, centre=10, length=10, peaks=np.array([4.0, 2.0]))
    shares = [event.envelope(f) for f in range(21)]
    assert shares[10] == shares[8] == 1.0
    assert shares[5] == shares[15] == 0.0
    assert shares[:11] == sorted(shares[:11])
    assert 0 < shares[6] < 1
    clip = Clip(np.random.default_rng(0), 32)
    clip.events = [event, Event(0, 10, 10, np.array([3.0, 3.0]))]
    assert np.allclose(clip.frame(10).aus[:, 0], (4.0, 3.0))
    assert clip.frame(10).aus.max(axis=0)[0] == 4.0


def test_every_au_and_emotion_occurs_and_asymmetry_exists() -> None:
    """Over some clips every label has positives and negatives, and some AUs are one-sided."""
    sampler = FaceSampler()
    frames = [sampler.state(s, 0, f) for s in range(150) for f in range(0, 32, 4)]
    present = np.mean([np.rint(frame.aus.max(axis=0)) >= 2 for frame in frames], axis=0)
    assert (present > 0.08).all()
    assert (present < 0.4).all()
    assert {frame.emotion for frame in frames} == set(range(-1, len(EMOTIONS)))
    assert max(np.abs(frame.aus[0] - frame.aus[1]).max() for frame in frames) > 2


def test_styles_draw_the_same_scene_differently() -> None:
    """The other style keeps labels and landmarks and changes the picture."""
    plain, comic = (FaceSampler(style=style).draw(2, 0, 3) for style in ("plain", "comic"))
    assert np.array_equal(plain.intensity, comic.intensity)
    assert np.array_equal(plain.landmarks, comic.landmarks)
    assert not np.array_equal(plain.image, comic.image)
