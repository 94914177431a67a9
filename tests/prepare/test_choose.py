import numpy as np
import pytest

from norface_pl.errors import NorfaceError
from norface_pl.faces.detect import Face
from norface_pl.prepare.choose import choose
from norface_pl.prepare.options import PrepareOptions
from tests.helpers.faces import BOX, POINTS

PICTURE = np.zeros((60, 100, 3), np.uint8)


def face(x=0.0, scale=40.0, points=POINTS):
    shift = np.array([x, 0.0])
    return Face(BOX * scale + np.tile(shift, 2), 0.87654321, points * scale + shift)


def outcome(seen, previous=None, **options):
    return choose("k", PICTURE, seen, previous, PrepareOptions(**options))


def test_the_largest_face_is_rounded():
    found = outcome([face(0.12345), face(50, 20)], previous=face(50))
    assert found.found == "detected"
    assert found.reason == ""
    assert found.face.box.tolist() == [12.12, 10.0, 28.12, 31.2]
    assert found.face.landmarks[0].tolist() == [16.12, 16.8]
    assert found.face.score == 0.8765
    assert found.own is found.face


def test_the_nearest_face_needs_a_previous_one():
    faces = [face(), face(50, 20)]
    assert outcome(faces, faces="nearest").face.box[0] == 12
    assert outcome(faces, face(48, 20), faces="nearest").face.box[0] == 56


def test_without_a_face_the_policy_decides():
    assert outcome([]).found is None
    assert outcome([]).reason == "no face found"
    assert outcome([], face()).found is None
    assert outcome([], no_face="previous").found is None
    stand_in = outcome([], face(3), no_face="previous")
    assert (stand_in.found, stand_in.reason) == ("previous", "no face found")
    assert stand_in.face.landmarks.tolist() == face(3).landmarks.tolist()
    assert np.isnan(stand_in.face.score)
    assert stand_in.own is None
    centre = outcome([], face(), no_face="center")
    assert centre.found == "center"
    assert centre.own is None
    assert centre.face.box.tolist() == [20, 0, 80, 60]
    with pytest.raises(NorfaceError, match="k: no face found; .*--no_face"):
        outcome([], no_face="error")


def test_landmarks_in_another_order_are_no_face():
    found = outcome([face(points=POINTS[[1, 0, 2, 4, 3]])], no_face="center")
    assert found.found == "center"
    assert found.reason == "landmarks are not arranged as on a face"
    assert found.detail == "face at 12, 10, 28, 31"


def test_a_given_box_needs_no_landmarks_a_detected_one_does():
    box = face(points=np.full((5, 2), np.nan))
    assert outcome([box], detector="given").found == "given"
    assert outcome([box]).found is None


def test_a_picture_that_is_a_face_is_taken_whole():
    found = outcome([], detector="none", no_face="error")
    assert (found.found, found.reason) == ("aligned", "")
    assert found.face.box.tolist() == [20, 0, 80, 60]
