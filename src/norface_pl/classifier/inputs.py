"""The pictures of a face that a classifier reads."""

from torch import Tensor

from norface_pl.errors import NorfaceError
from norface_pl.types import Inputs


def choose_pictures(
    inputs: Inputs, size: int, image: Tensor | None, normalized: Tensor | None
) -> list[Tensor]:
    """Return the pictures (B, 3, size, size) that ``inputs`` names.

    Raises:
        NorfaceError: one is missing or of another size.
    """
    wanted = {"original": [image], "normalized": [normalized], "both": [image, normalized]}
    found = [picture for picture in wanted[inputs] if picture is not None]
    if len(found) < len(wanted[inputs]):
        raise NorfaceError(
            f"The classifier reads inputs={inputs!r} but got no "
            f"{'original' if normalized is not None else 'normalized'} faces: give "
            "--data.normalized DIR, made by `norface normalize`, or set inputs to 'original'."
        )
    side = found[0].shape[-1]
    if any(picture.shape[-2:] != (size, size) for picture in found):
        raise NorfaceError(
            f"The classifier reads faces of {size} pixels and got {side}: align "
            f"the faces to image_size {size} or train a classifier for {side}."
        )
    return found
