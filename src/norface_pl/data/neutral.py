"""One neutral face of each person, given beside all others and then left out."""

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray

from norface_pl.data.dataset import FaceDataset, PickedPictures
from norface_pl.errors import NorfaceError
from norface_pl.types import Task


def neutral_rows(faces: FaceDataset, tasks: Sequence[Task]) -> NDArray[np.intp]:
    """Return for each face the place of its person's neutral one.

    That is the first of those with the least action units; a face that nobody coded is none
    as long as there is another.

    Args:
        faces: of a split.
        tasks: which labels it has.

    Raises:
        NorfaceError: there are no action units.
    """
    units = [faces.columns[task] for task in tasks if task.startswith("au_")]
    if not units:
        raise NorfaceError(
            f"data.spare is neutral, which action units tell, and the task is {', '.join(tasks)}: "
            "leave it out"
        )
    labels = torch.cat(units, dim=1)
    shown = labels.nansum(1).masked_fill(labels.isnan().all(1), torch.inf).numpy()
    people = faces.columns["subject"].numpy()
    # The first of each person in this order.
    order = np.lexsort((shown, people))
    _, first, person = np.unique(people[order], return_index=True, return_inverse=True)
    rows = np.empty(len(people), np.intp)
    rows[order] = order[first][person]
    return rows


def with_neutral(faces: FaceDataset, tasks: Sequence[Task]) -> FaceDataset:
    """Return faces with that of their person at rest as ``neutral``, and without that one.

    Raises:
        NorfaceError: there are no action units, or nobody has two faces.
    """
    rows = neutral_rows(faces, tasks)
    rest = np.flatnonzero(rows != np.arange(len(rows)))
    if not len(rest):
        raise NorfaceError("data.spare is neutral, and no person has a second face: leave it out")
    return faces.plus("neutral", PickedPictures(faces.pictures["image"], rows)).pick(rest)
