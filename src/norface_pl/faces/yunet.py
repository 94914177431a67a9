"""YuNet through OpenCV: small, fast, MIT or Apache-2.0 weights, CPU only."""

from pathlib import Path

import cv2
import numpy as np

from norface_pl.errors import NorfaceError
from norface_pl.faces.detect import Face, faces_from_rows
from norface_pl.io.images import Picture

# The network halves its input five times.
_MULTIPLE = 32
_NMS = 0.3  # overlap above which the weaker of two boxes is dropped


class YuNetDetector:
    """Find faces with YuNet (Wu et al., Machine Intelligence Research 2023).

    Args:
        weights: an ``.onnx`` file of YuNet.
        threshold: lowest score of a face.

    Raises:
        NorfaceError: OpenCV cannot read the file as a face detector.
    """

    # Upright faces of photographs score 0.94 and more; upside down YuNet puts the eyes where the
    # mouth is, well arranged, and scores 0.92 at most (benchmarks/turned.py).
    sure = 0.92

    def __init__(self, weights: Path, threshold: float = 0.6) -> None:
        self.weights = weights
        level = cv2.utils.logging.getLogLevel()
        cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)
        try:
            self._net = cv2.FaceDetectorYN.create(
                str(weights), "", (320, 320), threshold, _NMS, 5000
            )
        except cv2.error as error:
            raise NorfaceError(f"{weights} is no YuNet face detector OpenCV can read") from error
        finally:
            cv2.utils.logging.setLogLevel(level)

    def detect(self, image: Picture) -> list[Face]:
        """Return the faces of an (H, W, 3) RGB uint8 picture, the largest first."""
        height, width = image.shape[:2]
        # OpenCV 5 wants whole multiples; a black rim on the far sides moves no coordinate.
        rim = (-height % _MULTIPLE, -width % _MULTIPLE)
        bgr = cv2.cvtColor(image, cv2.COLOR_RGB2BGR)
        bgr = cv2.copyMakeBorder(bgr, 0, rim[0], 0, rim[1], cv2.BORDER_CONSTANT)
        self._net.setInputSize((bgr.shape[1], bgr.shape[0]))
        try:
            _, rows = self._net.detect(bgr)
        except cv2.error as error:
            raise NorfaceError(f"{self.weights} does not run as a YuNet face detector") from error
        found = np.empty((0, 15)) if rows is None else np.asarray(rows, dtype=np.float64)
        boxes = found[:, :4].copy()
        boxes[:, 2:] += boxes[:, :2]
        # YuNet starts with the person's right eye, which is the left one in the picture.
        return faces_from_rows(boxes, found[:, 14], found[:, 4:14].reshape(-1, 5, 2))
