from pathlib import Path

import cv2
import numpy as np
import pytest

from norface_pl.faces.align import AU_CROP
from norface_pl.faces.landmarks import landmarks_in_order
from norface_pl.faces.searching import SearchingDetector
from norface_pl.faces.yunet import YuNetDetector


class FakeNet:
    """What OpenCV's FaceDetectorYN does, as far as we use it: one face, found by its colour."""

    def __init__(self) -> None:
        self.size = (0, 0)

    def setInputSize(self, size: tuple[int, int]) -> None:
        self.size = size

    def detect(self, bgr: np.ndarray) -> tuple[int, np.ndarray | None]:
        assert bgr.shape[1::-1] == self.size
        assert bgr.shape[0] % 32 == bgr.shape[1] % 32 == 0
        red = np.argwhere((bgr == (0, 0, 255)).all(axis=2))
        if not len(red):
            return 1, None
        (top, left), (bottom, right) = red.min(axis=0), red.max(axis=0) + 1
        side = np.array([right - left, bottom - top])
        points = AU_CROP * side + [left, top]
        row = [left, top, *side, *points.ravel(), 0.9]
        return 1, np.array([row], np.float32)


@pytest.fixture
def detector(monkeypatch: pytest.MonkeyPatch) -> YuNetDetector:
    monkeypatch.setattr(cv2.FaceDetectorYN, "create", lambda *arguments: FakeNet())
    return YuNetDetector(Path("yunet.onnx"))


def test_box_and_landmarks_come_back_in_our_form(detector: YuNetDetector) -> None:
    image = np.zeros((90, 130, 3), np.uint8)
    image[20:60, 30:80] = (255, 0, 0)
    (face,) = detector.detect(image)
    assert face.box.tolist() == [30, 20, 80, 60]
    assert face.score == pytest.approx(0.9)
    assert landmarks_in_order(face.landmarks)
    np.testing.assert_allclose(face.landmarks[0], [30 + 0.32 * 50, 20 + 0.32 * 40], rtol=1e-6)


def test_large_pictures_are_scaled_back(detector: YuNetDetector) -> None:
    image = np.zeros((200, 400, 3), np.uint8)
    image[40:120, 60:160] = (255, 0, 0)
    (face,) = SearchingDetector(detector, max_side=200).detect(image)
    assert face.box.tolist() == [60, 40, 160, 120]


def test_no_face_is_an_empty_list(detector: YuNetDetector) -> None:
    assert detector.detect(np.zeros((50, 50, 3), np.uint8)) == []
