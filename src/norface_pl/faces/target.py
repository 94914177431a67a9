"""Reads the target face."""

from pathlib import Path

from norface_pl.errors import NorfaceError
from norface_pl.io.images import Picture, read_image, scale_to


def read_target(path: Path, size: int) -> Picture:
    """Read an aligned target face and scale it to (size, size, 3) RGB uint8.

    Raises:
        NorfaceError: the file cannot be read or is not square, so it was not aligned.
    """
    face = read_image(path)
    if face.shape[0] != face.shape[1]:
        raise NorfaceError(
            f"The target {path} has {face.shape[1]} x {face.shape[0]} pixels, an aligned face is "
            "square: align it first, for example with `norface analyze`, which writes aligned/."
        )
    return scale_to(face, size)
