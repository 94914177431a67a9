import numpy as np
import pytest

from norface_pl.faces.align import AU_CROP
from norface_pl.faces.detect import Face
from norface_pl.faces.extract import align_faces
from norface_pl.faces.searching import SearchingDetector, missed
from norface_pl.io.images import Picture
from tests.helpers.drawn_faces import UprightNetwork, draw


def canvas(width: int = 240, height: int = 200) -> Picture:
    return np.zeros((height, width, 3), np.uint8)


@pytest.mark.parametrize("blind", [False, True])
@pytest.mark.parametrize("roll", range(0, 360, 15))
def test_a_face_at_any_roll_is_found_once_with_its_landmarks(roll: int, blind: bool) -> None:
    image = canvas()
    points = draw(image, 110, 95, 120, roll)
    (face,) = SearchingDetector(UprightNetwork(blind)).detect(image)
    # Eyes are 43 pixels apart.
    np.testing.assert_allclose(face.landmarks, points, atol=1.5)
    np.testing.assert_allclose(face.box, [50, 35, 170, 155], atol=4)


def test_an_upright_face_costs_one_look_and_stays_as_it_was() -> None:
    image = canvas()
    draw(image, 110, 95, 120)
    network = UprightNetwork()
    (face,) = SearchingDetector(network).detect(image)
    assert network.looks == [(240, 200)]
    (same,) = network.detect(image)
    assert face.box.tolist() == same.box.tolist()
    assert face.landmarks.tolist() == same.landmarks.tolist()


def test_a_face_that_leans_is_looked_at_once_more() -> None:
    image = canvas()
    draw(image, 110, 95, 120, 20)
    network = UprightNetwork()
    SearchingDetector(network).detect(image)
    assert network.looks == [(240, 200), (320, 320)]


def test_an_upright_face_of_a_low_score_stays_as_it_was() -> None:
    image = canvas()
    draw(image, 110, 95, 120)
    network = UprightNetwork()
    network.sure = 0.99
    (face,) = SearchingDetector(network).detect(image)
    assert len(network.looks) == 9
    assert face.landmarks.tolist() == network.detect(image)[0].landmarks.tolist()


def test_faces_of_several_rolls_are_all_reported_once_the_largest_first() -> None:
    image = canvas(600, 200)
    points = [
        draw(image, 90, 100, 100, 180),
        draw(image, 300, 100, 140),
        draw(image, 500, 100, 120, 90),
    ]
    faces = SearchingDetector(UprightNetwork()).detect(image)
    assert len(faces) == 3
    for face, place in zip(faces, (1, 2, 0), strict=True):
        np.testing.assert_allclose(face.landmarks, points[place], atol=1.5)


def test_several_pictures_are_what_each_is_alone() -> None:
    images = [canvas(), canvas(300, 150), canvas()]
    draw(images[0], 110, 95, 120, 200)
    draw(images[1], 150, 70, 100)
    detector = SearchingDetector(UprightNetwork())
    for image, faces in zip(images, detector.detect_batch(images), strict=True):
        alone = detector.detect(image)
        assert [one.landmarks.tolist() for one in faces] == [o.landmarks.tolist() for o in alone]


def test_small_faces_of_a_large_picture_are_seen_by_a_closer_look() -> None:
    image = canvas(1600, 1200)
    points = [draw(image, 200 + 400 * (i % 4), 200 + 400 * (i // 4), 80) for i in range(12)]
    # Of the first look, 200 pixels wide, a face has 10; of the closer one 30.
    network = UprightNetwork()
    faces = SearchingDetector(network, max_side=200).detect(image)
    assert network.looks[-1] != (200, 150)
    assert (600, 450) in network.looks
    assert len(faces) == 12
    for place in points:
        away = min(float(np.abs(face.landmarks - place).max()) for face in faces)
        assert away < 3


def test_small_faces_beside_one_that_was_seen_are_not_forgotten() -> None:
    image = canvas(1600, 1200)
    draw(image, 300, 300, 160)
    draw(image, 1200, 800, 80)
    assert len(SearchingDetector(UprightNetwork(), max_side=200).detect(image)) == 2


def test_a_large_face_in_a_large_picture_costs_one_look() -> None:
    image = canvas(1600, 1200)
    draw(image, 800, 600, 800)
    network = UprightNetwork()
    assert len(SearchingDetector(network, max_side=200).detect(image)) == 1
    assert network.looks == [(200, 150)]


class SeesGhosts(UprightNetwork):
    """Finds a large false face in whatever is more than 400 pixels wide."""

    def detect(self, image: Picture) -> list[Face]:
        found = super().detect(image)
        if image.shape[1] > 400:
            found.append(Face(np.array([0.0, 0, 300, 300]), 0.99, AU_CROP * 300))
        return found


def test_large_false_faces_of_a_closer_look_are_left_out() -> None:
    image = canvas(1600, 1200)
    draw(image, 1200, 800, 80)
    (face,) = SearchingDetector(SeesGhosts(), max_side=200).detect(image)
    assert face.side < 100


class SeesNoFace:
    """Gives landmarks of no face, whichever way a picture is turned."""

    sure = 0.9

    def __init__(self, points: np.ndarray) -> None:
        self.points = points

    def detect(self, image: Picture) -> list[Face]:
        height, width = image.shape[:2]
        box = np.array([0.25, 0.25, 0.75, 0.75]) * [width, height, width, height]
        return [Face(box, 0.99, self.points * [width, height])]


@pytest.mark.parametrize(
    "points",
    [
        AU_CROP[[1, 0, 2, 3, 4]],
        np.full((5, 2), 0.5),
        # A line, as RetinaFace gives for faces that lie.
        np.array([[0.4, 0.4], [0.41, 0.41], [0.5, 0.5], [0.59, 0.61], [0.6, 0.6]]),
    ],
)
def test_landmarks_of_no_face_are_listed_and_never_aligned(points: np.ndarray) -> None:
    faces, failures = align_faces(canvas(400, 400), SearchingDetector(SeesNoFace(points)), 16)
    assert faces == []
    (reason,) = failures
    assert reason == "landmarks of the face at (100, 100, 300, 300) are not arranged as on a face"


def test_nothing_is_found_in_an_empty_picture_and_the_looks_are_few() -> None:
    network = UprightNetwork()
    assert SearchingDetector(network).detect(canvas()) == []
    assert len(network.looks) == 8
    assert SearchingDetector(network, max_side=100).detect(canvas(400, 300)) == []
    assert network.looks[-1] == (300, 225)


def test_a_picture_that_no_look_shows_whole_names_the_option() -> None:
    assert missed(canvas(1920, 100), 640) == ""
    hint = "its 2000 pixels were shrunk to 1920, raise --max_side if its face is small"
    assert missed(canvas(2000, 100), 640) == hint
    _, failures = align_faces(canvas(2000, 100), SearchingDetector(UprightNetwork()), 16)
    assert failures == [f"no face found; {hint}"]
    _, failures = align_faces(canvas(), SearchingDetector(UprightNetwork()), 16)
    assert failures == ["no face found"]
