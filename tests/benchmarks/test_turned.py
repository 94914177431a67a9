"""What the page of turned and small faces counts."""

import numpy as np
import pytest

from benchmarks.turned import LARGE, FirstLook, judged, pasted, photographs, turned
from norface_pl.faces.align import AU_CROP
from norface_pl.faces.detect import Face
from norface_pl.faces.searching import SearchingDetector
from norface_pl.io.images import write_image
from tests.helpers.drawn_faces import UprightNetwork, draw


def drawn(roll=0):
    image = np.zeros((200, 200, 3), np.uint8)
    return image, draw(image, 95, 105, 120, roll)


def test_the_truth_turns_with_the_picture():
    image, points = turned(drawn(), 20)
    (face,) = UprightNetwork().detect(image)
    np.testing.assert_allclose(face.landmarks, points, atol=1)
    eyes = points[1] - points[0]
    assert np.degrees(np.arctan2(eyes[1], eyes[0])) == pytest.approx(20)


def test_the_first_look_is_wrong_upside_down_and_the_search_is_right():
    image, points = turned(drawn(), 180)
    network = UprightNetwork()
    assert judged(FirstLook(network).detect(image), points, False) == "wrong"
    assert judged(SearchingDetector(network).detect(image), points, True) == "right"


def test_a_face_is_judged_by_its_farthest_landmark_in_distances_of_the_eyes():
    points = AU_CROP * 100  # eyes 36 apart
    box = np.array([0.0, 0, 100, 100])
    for away, verdict in ((3.5, "right"), (3.7, "nearly right"), (9.1, "wrong")):
        moved = points.copy()
        moved[4, 0] += away
        assert judged([Face(box, 1, moved)], points, True) == verdict
    assert judged([Face(box + 80, 1, points)], points, True) == "not found"
    assert judged([Face(box, 1, points[[1, 0, 2, 4, 3]])], points, True) == "refused"


def test_small_faces_lie_where_the_truth_says():
    large, places = pasted([drawn(), drawn()], 100)
    assert large.shape == (LARGE[1], LARGE[0], 3)
    assert len(places) == 2
    part = large[250:700, 250:1500].copy()
    part[(part == 150).all(axis=2)] = 0
    faces = sorted(UprightNetwork().detect(part), key=lambda face: face.box[0])
    assert len(faces) == 2
    for face, place in zip(faces, places, strict=True):
        np.testing.assert_allclose(face.landmarks + 250, place, atol=1)


def test_the_people_are_those_of_the_second_half(tmp_path):
    sides = [100, 110, 120, 130, 140, 150]
    for folder in ("neutral", "smiling"):
        (tmp_path / folder).mkdir()
        for side in sides:
            image = np.zeros((200, 200, 3), np.uint8)
            draw(image, 100, 100, side)
            write_image(tmp_path / folder / f"{side}.jpg", image, quality=100)
    network = UprightNetwork()
    found = photographs(tmp_path, 2, network)
    eyes = [float(np.linalg.norm(points[1] - points[0])) for _, points in found]
    np.testing.assert_allclose(eyes, [0.36 * side for side in (130, 130, 140, 140)], atol=1.5)
