"""Whether two pictures show one person, as dlib's face recognition network sees it.

Its weights (Davis King, CC0), turned into ONNX, give 128 numbers of a face.
"""

import math
from pathlib import Path

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from norface_pl.errors import NorfaceError
from norface_pl.faces.align import similarity, warp

FILE, SIDE = "dlib_face.onnx", 150
# dlib's own template has the corners of the eyes, whose means these are, and the base of the nose,
# which no teacher tells; nose and mouth stand where those of `AU_CROP` would, at these eyes.
CHIP: NDArray[np.float64] = np.array(
    [[0.318, 0.314], [0.669, 0.314], [0.493, 0.509], [0.343, 0.684], [0.644, 0.684]]
)


class DlibFaces:
    """Embeds faces with dlib_face.onnx.

    Raises:
        NorfaceError: the file is not there, or OpenCV cannot read it.
    """

    def __init__(self, file: Path) -> None:
        if not file.is_file():
            raise NorfaceError(f"there is no {file}; give the folder that holds it with --weights")
        try:
            self._net = cv2.dnn.readNetFromONNX(str(file))
        except cv2.error as error:
            raise NorfaceError(f"{file} is no network that OpenCV can read") from error

    def embed(self, images: Tensor, landmarks: NDArray[np.float64]) -> Tensor:
        """Return the embeddings (N, 128) of pictures (N, 3, S, S) uint8 with five points each."""
        found = []
        pictures = images.permute(0, 2, 3, 1).contiguous().numpy()
        for picture, points in zip(pictures, filled(landmarks), strict=True):
            chip = warp(picture, similarity(points, CHIP, SIDE), SIDE)
            self._net.setInput(cv2.dnn.blobFromImage(chip))
            found.append(self._net.forward().ravel().copy())
        return torch.from_numpy(np.stack(found))


def filled(landmarks: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return points (N, 5, 2) with the median ones where a picture has none."""
    return np.where(np.isnan(landmarks), np.nanmedian(landmarks, axis=0), landmarks)


def two_each(person: Tensor) -> Tensor:
    """Return the places (P, 2) of the first two pictures of everybody who has two."""
    pairs = [(person == one).nonzero().flatten()[:2] for one in person.unique()]
    return torch.stack([pair for pair in pairs if len(pair) == 2])


def verification(first: Tensor, second: Tensor) -> tuple[float, float]:
    """Return how well one person is told from two by the distance of two pictures.

    Args:
        first: (P, D) embeddings of one picture of each person.
        second: (P, D) of another picture.

    Returns:
        AUC of one person's pictures against those of two people, and its standard error.
    """
    distance = torch.cdist(first, second)
    others = distance[~torch.eye(len(distance), dtype=torch.bool)]
    own = distance.diag()[:, None]
    each = ((others > own).float() + 0.5 * (others == own)).mean(1)
    return float(each.mean()), float(each.std()) / math.sqrt(len(each))
