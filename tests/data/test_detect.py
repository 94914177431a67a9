import warnings
from pathlib import Path

import numpy as np
import pytest

from norface_pl.data.align import AU_CROP
from norface_pl.data.detect import (
    detect_all,
    faces_from_rows,
    landmarks_in_order,
    load_detector,
    shrink_to,
)
from norface_pl.errors import NorfaceError

TURN = np.array([[0.0, -1.0], [1.0, 0.0]])


def test_order_holds_whatever_the_rotation() -> None:
    points = AU_CROP * 100
    for _ in range(4):
        assert landmarks_in_order(points)
        points = points @ TURN.T


@pytest.mark.parametrize(
    "order", [[1, 0, 2, 3, 4], [0, 1, 2, 4, 3], [1, 0, 2, 4, 3], [3, 4, 2, 0, 1]]
)
def test_swapped_landmarks_are_noticed(order: list[int]) -> None:
    assert not landmarks_in_order(AU_CROP[order] * 100)


def test_garbage_landmarks_are_noticed() -> None:
    assert not landmarks_in_order(np.zeros((5, 2)))
    assert not landmarks_in_order(np.full((5, 2), np.nan))


def test_shrink_returns_the_way_back() -> None:
    image = np.zeros((300, 601, 3), np.uint8)
    small, factors = shrink_to(image, 200)
    assert small.shape == (100, 200, 3)
    np.testing.assert_allclose(factors, [601 / 200, 3.0])
    same, ones = shrink_to(image, 601)
    assert same is image
    assert ones.tolist() == [1, 1]


def test_faces_are_scaled_back_and_the_largest_comes_first() -> None:
    boxes = np.array([[0, 0, 2, 2], [1, 1, 11, 6]], np.float32)
    points = np.ones((2, 5, 2), np.float32)
    faces = faces_from_rows(boxes, np.array([0.9, 0.7]), points, np.array([2.0, 3.0]))
    assert [face.score for face in faces] == [0.7, 0.9]
    assert faces[0].box.tolist() == [2, 3, 22, 18]
    assert faces[0].landmarks.tolist() == [[2, 3]] * 5
    assert faces[0].area == 300


@pytest.mark.parametrize("name", [None, "gone.pth"])
def test_missing_weights_say_where_to_get_them(tmp_path: Path, name: str | None) -> None:
    weights = tmp_path / name if name else None
    with pytest.raises(NorfaceError) as caught:
        load_detector(weights)
    for word in (str(weights or "no weights"), "facexlib/releases", "yunet", "--weights"):
        assert word in str(caught.value)


def test_other_files_are_refused(tmp_path: Path) -> None:
    (tmp_path / "face.txt").touch()
    with pytest.raises(NorfaceError, match="no weight file of a face detector"):
        load_detector(tmp_path / "face.txt")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        (tmp_path / "face.onnx").write_bytes(b"not a network")
        with pytest.raises(NorfaceError, match="no YuNet face detector"):
            load_detector(tmp_path / "face.onnx")
        (tmp_path / "face.pth").write_bytes(b"not a network")
        with pytest.raises(NorfaceError, match=r"face.pth is damaged"):
            load_detector(tmp_path / "face.pth")


def test_unknown_weights_are_announced(tmp_path: Path) -> None:
    (tmp_path / "face.onnx").write_bytes(b"not a network")
    with (
        pytest.warns(UserWarning, match="not one of the weight files"),
        pytest.raises(NorfaceError),
    ):
        load_detector(tmp_path / "face.onnx")


@pytest.mark.parametrize("options", [{"threshold": 1.5}, {"max_side": 0}])
def test_options_out_of_range_are_refused(options: dict[str, float]) -> None:
    with pytest.raises(NorfaceError, match=next(iter(options))):
        load_detector(Path("face.pth"), **options)


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
