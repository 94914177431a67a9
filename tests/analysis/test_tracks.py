import numpy as np

from norface_pl.analysis.tracks import Tracks
from norface_pl.faces.detect import Face


def face(left, side=20):
    return Face(np.array([left, 0, left + side, side], float), 0.9, np.zeros((5, 2)))


def test_faces_keep_their_numbers_whatever_their_order():
    tracks = Tracks()
    assert tracks.number([face(0), face(100)], 0.0) == [0, 1]
    # The other one is larger now, and both have moved.
    assert tracks.number([face(104), face(3)], 0.04) == [1, 0]
    assert tracks.number([face(6), face(200), face(108)], 0.08) == [0, 2, 1]


def test_one_that_was_hidden_for_a_moment_comes_back_as_itself():
    tracks = Tracks()
    tracks.number([face(0), face(100)], 0.0)
    assert tracks.number([face(0)], 0.5) == [0]
    assert tracks.number([face(0), face(100)], 1.0) == [0, 1]
    assert tracks.number([face(0)], 1.5) == [0]
    assert tracks.number([face(0), face(100)], 2.5) == [0, 2]


def test_of_a_film_of_which_few_frames_are_looked_at_faces_are_still_known():
    tracks = Tracks()
    assert tracks.number([face(0)], 0.0) == [0]
    assert tracks.number([face(2)], 30.0) == [0]


def test_the_box_that_overlaps_most_is_taken():
    tracks = Tracks()
    tracks.number([face(0), face(12)], 0.0)
    assert tracks.number([face(10), face(2)], 0.04) == [1, 0]
