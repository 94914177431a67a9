import numpy as np

from norface_pl.data.channels import CHANNELS_OF, with_channels
from norface_pl.labels import FACEKIT_AUS
from norface_pl.teachers.face_landmarker import facts

SMILE, SNEER, LIPS = (FACEKIT_AUS.index(au) for au in (12, 9, 25))


def explained(**columns):
    """Four faces: AU 12 has 4, 0, 2, 0, all others 1."""
    units = np.ones((4, len(FACEKIT_AUS)))
    units[:, SMILE] = 4, 0, 2, 0
    return units


def test_a_channel_gives_as_many_faces_each_intensity():
    """The face that smiles most in the channel gets the highest intensity there is."""
    logits = np.array([[-9.0, -9.0], [-3.0, 5.0], [1.0, 0.0], [0.5, -9.0]])
    told = with_channels(explained(), logits, ["mouthSmileLeft", "mouthSmileRight"])
    # By the channel, of both sides the stronger one: 0, 4, 2, 0.
    assert told[:, SMILE].tolist() == [2.0, 2.0, 2.0, 0.0]
    assert (np.delete(told, SMILE, 1) == 1).all()
    assert told.dtype == np.float32


def test_channels_that_show_a_unit_together_are_added():
    """Parted lips: the lower lip of a side, and the jaw of both."""
    units = explained()
    units[:, LIPS] = 0, 1, 2, 3
    logits = np.array([[3.0, 9.0, -9.0], [2.0, 0.0, 0.0], [1.0, 0.0, 1.5], [0.0, 0.5, 0.5]])
    names = ["jawOpen", "mouthLowerDownLeft", "mouthLowerDownRight"]
    # The means are 6, 1, 1.25 and 0.25, so by the channels 3, 1, 2, 0; the jaw shows AU 26 alone.
    told = with_channels(units, logits, names)
    assert told[:, LIPS].tolist() == [1.5, 1.0, 2.0, 1.5]


def test_units_of_another_teacher_stay_as_they_are():
    told = with_channels(explained(), np.random.default_rng(0).normal(size=(4, 2)), ["AU12", "x"])
    np.testing.assert_array_equal(told, explained())


def test_nobody_has_no_units():
    nobody = with_channels(explained()[:0], np.zeros((0, 1)), ["jawOpen"])
    assert nobody.shape == (0, len(FACEKIT_AUS))


def test_the_channels_are_those_of_the_face_landmarker():
    names = facts()["channels"]
    for starts in CHANNELS_OF.values():
        for start in starts:
            assert start in names or {f"{start}Left", f"{start}Right"} <= set(names), start
