import numpy as np

from norface_pl.faces.align import AU_CROP
from norface_pl.faces.detect import Face, detect_all, distinct, faces_from_rows, overlap, shrink_to


def test_shrink_returns_the_way_back() -> None:
    image = np.zeros((300, 601, 3), np.uint8)
    small, factors = shrink_to(image, 200)
    assert small.shape == (100, 200, 3)
    np.testing.assert_allclose(factors, [601 / 200, 3.0])
    same, ones = shrink_to(image, 601)
    assert same is image
    assert ones.tolist() == [1, 1]


def test_the_largest_face_comes_first_and_is_scaled_back() -> None:
    boxes = np.array([[0, 0, 2, 2], [1, 1, 11, 6]], np.float32)
    points = np.ones((2, 5, 2), np.float32)
    faces = faces_from_rows(boxes, np.array([0.9, 0.7]), points)
    assert [face.score for face in faces] == [0.7, 0.9]
    face = faces[0].moved(np.array([2.0, 3.0]))
    assert face.box.tolist() == [2, 3, 22, 18]
    assert face.landmarks.tolist() == [[2, 3]] * 5
    assert (face.area, face.side) == (300, 20)


def boxed(box: list[float], score: float) -> Face:
    return Face(np.array(box, float), score, AU_CROP)


def test_overlap_is_the_shared_part_of_both() -> None:
    one = boxed([0, 0, 10, 10], 1)
    assert overlap(one, one) == 1
    assert overlap(one, boxed([5, 0, 15, 10], 1)) == 50 / 150
    assert overlap(one, boxed([20, 20, 30, 30], 1)) == 0


def test_each_face_is_kept_once_as_the_most_certain() -> None:
    faces = [
        boxed([0, 0, 10, 10], 0.7),
        boxed([1, 0, 11, 10], 0.9),
        boxed([8, 0, 18, 10], 0.6),
        boxed([50, 0, 60, 10], 0.8),
    ]
    assert [face.score for face in distinct(faces)] == [0.9, 0.8, 0.6]


class OneByOne:
    def detect(self, image):
        return [image.shape]


class Together(OneByOne):
    def detect_batch(self, images):
        return [["together"] for _ in images]


def test_pictures_are_detected_together_where_the_detector_can() -> None:
    images = [np.zeros((3, 4, 3), np.uint8), np.zeros((5, 6, 3), np.uint8)]
    assert detect_all(OneByOne(), images) == [[(3, 4, 3)], [(5, 6, 3)]]
    assert detect_all(Together(), images) == [["together"], ["together"]]
