"""Labels of one data set in the names and the order of others."""

import torch
from torch import Tensor

from norface_pl.types import Task


def choose(label: Tensor, has: list[str], wanted: list[str], task: Task) -> Tensor:
    """Return labels by name: columns (N, L) of numbers, or class indices (N,).

    They are as in `FaceBatch`, in the order of the names ``has``, and come in that of ``wanted``:
    columns that are not there are NaN, and classes that are not wanted become -1.
    """
    if task == "expression":
        places = [wanted.index(name) if name in wanted else -1 for name in has]
        # Class -1 picks the last entry.
        return torch.tensor([*places, -1])[label]
    found = missing(len(label), wanted, task)
    for place, name in enumerate(wanted):
        if name in has:
            found[:, place] = label[:, has.index(name)]
    return found


def missing(faces: int, names: list[str], task: Task) -> Tensor:
    """Return the labels of faces of which nothing is known."""
    if task == "expression":
        return torch.full((faces,), -1)
    return torch.full((faces, len(names)), torch.nan)
