"""Loads the detector that a weight file belongs to."""

import warnings
from pathlib import Path

from norface_pl.errors import NorfaceError
from norface_pl.faces.searching import SearchingDetector
from norface_pl.faces.yunet import YuNetDetector
from norface_pl.io.files import sha256_file
from norface_pl.io.weights import how_to_get, is_known


def load_detector(
    weights: Path | None, threshold: float = 0.6, device: str = "cpu", max_side: int = 640
) -> SearchingDetector:
    """Build the detector that a weight file belongs to: .pth RetinaFace, .onnx YuNet.

    Args:
        weights: a file on this machine; nothing is ever downloaded.
        threshold: lowest score of a face.
        device: where RetinaFace runs; YuNet always runs on the CPU.
        max_side: larger pictures are shrunk to this for the first look. On portraits of 1024
            pixels and more both detectors find large false faces beside the true one; raise it
            only for very small faces in very large pictures.

    Raises:
        NorfaceError: no file given, not there, or not the weights of a known detector; or an
            option out of range.
    """
    if not 0 <= threshold <= 1 or max_side < 1:
        raise NorfaceError(
            f"threshold is {threshold} and max_side is {max_side}; give a threshold from 0 to 1 "
            "and a max_side of 1 pixel or more"
        )
    if weights is None or not weights.is_file():
        problem = "no weights of a face detector were given"
        if weights is not None:
            problem = f"there is no weight file {weights}"
        raise NorfaceError(f"{problem}; {how_to_get()}")
    suffix = weights.suffix.lower()
    if suffix not in {".pth", ".onnx"}:
        raise NorfaceError(
            f"{weights} is no weight file of a face detector (.pth RetinaFace, .onnx YuNet); "
            f"{how_to_get()}"
        )
    if not is_known(sha256_file(weights)):
        warnings.warn(
            f"{weights.name} is not one of the weight files this detector was tried with; "
            "look at the aligned faces before you trust them",
            stacklevel=2,
        )
    if suffix == ".onnx":
        return SearchingDetector(YuNetDetector(weights, threshold), max_side)
    # Torch takes seconds to import, and YuNet does without.
    from norface_pl.faces.retinaface import RetinaFaceDetector

    network = RetinaFaceDetector(weights, threshold=threshold, device=device)
    return SearchingDetector(network, max_side)
