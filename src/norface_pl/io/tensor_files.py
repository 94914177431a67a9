"""Tensors in files, without running any code from them."""

from io import BytesIO
from pathlib import Path
from typing import Any

import torch

from norface_pl.errors import NorfaceError
from norface_pl.io.files import make_folder, write_atomic


def read_weights(path: Path, what: str) -> dict[str, Any]:
    """Return the weights of a file; of a checkpoint, those under ``model`` or ``state_dict``.

    Raises:
        NorfaceError: the file is missing or is no checkpoint; ``what`` says whose it is.
    """
    if not path.is_file():
        raise NorfaceError(f"{what} weights {path} do not exist: give a file or leave it out.")
    try:
        content = torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:
        raise NorfaceError(f"{path} is not a checkpoint that loads safely: {error}") from error
    weights: dict[str, Any] = content.get("model", content.get("state_dict", content))
    return weights


def write_tensors(path: Path, content: object) -> None:
    """Write tensors, or a dictionary of them; a file is never left half-written."""
    buffer = BytesIO()
    torch.save(content, buffer)
    make_folder(path.parent)
    write_atomic(path, buffer.getvalue())
