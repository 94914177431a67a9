"""A data set of aligned faces that hands out whole batches."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.utils.data import Dataset

from norface_pl.types import FaceBatch, Task


class Pictures(Protocol):
    """A row of pictures (N, S, S, 3) RGB uint8: an array, a memory map or a reader of files."""

    def __getitem__(self, indices: list[int], /) -> NDArray[np.uint8]:
        """Return the pictures at some places, (n, S, S, 3)."""
        ...


class JoinedPictures:
    """Several rows of pictures read as one, without copying them."""

    def __init__(self, parts: Sequence[Pictures], lengths: Sequence[int]) -> None:
        self.parts = list(parts)
        self.starts = np.concatenate([[0], np.cumsum(lengths)])

    def __getitem__(self, indices: list[int], /) -> NDArray[np.uint8]:
        """Return the pictures at some places, (n, S, S, 3)."""
        places = np.asarray(indices)
        owner = np.searchsorted(self.starts, places, side="right") - 1
        order, parts = np.argsort(owner, kind="stable"), np.unique(owner)
        local = [(places[owner == part] - self.starts[part]).tolist() for part in parts]
        read = [self.parts[part][here] for part, here in zip(parts, local, strict=True)]
        return np.concatenate(read)[np.argsort(order)]


class PickedPictures:
    """Some of a row of pictures, without copying them."""

    def __init__(self, pictures: Pictures, places: NDArray[np.integer]) -> None:
        self.pictures, self.places = pictures, places

    def __getitem__(self, indices: list[int], /) -> NDArray[np.uint8]:
        """Return the pictures at some places, (n, S, S, 3)."""
        return self.pictures[self.places[indices].tolist()]


class FaceDataset(Dataset[FaceBatch]):
    """Faces with what is known of them, column by column.

    Args:
        pictures: batch key ("image", "normalized", "oracle") -> pictures.
        columns: batch key ("subject", "clip", "frame", "pose", a task) -> (N, ...) tensor.
        keys: unique name of every sample.
    """

    def __init__(
        self, pictures: Mapping[str, Pictures], columns: Mapping[str, Tensor], keys: Sequence[str]
    ) -> None:
        self.pictures, self.columns, self.keys = dict(pictures), dict(columns), list(keys)

    def __len__(self) -> int:
        """Return the number of faces."""
        return len(self.keys)

    def __getitem__(self, index: int) -> FaceBatch:
        """Return one face as a batch of one."""
        return self.__getitems__([index])

    def __getitems__(self, indices: list[int]) -> FaceBatch:
        """Return a batch; the loader asks for whole batches, so nothing is stacked one by one.

        Pictures come as uint8 (B, 3, S, S) in channels-last memory, ``index`` is the place of
        each face among all.
        """
        batch: dict[str, Tensor | list[str]] = {
            name: torch.from_numpy(np.ascontiguousarray(rows[indices])).permute(0, 3, 1, 2)
            for name, rows in self.pictures.items()
        }
        batch |= {name: column[indices] for name, column in self.columns.items()}
        batch["index"] = torch.tensor(indices)
        batch["key"] = [self.keys[index] for index in indices]
        return batch  # type: ignore[return-value]

    def pick(self, places: NDArray[np.integer]) -> "FaceDataset":
        """Return the faces at some places."""
        return FaceDataset(
            {name: PickedPictures(rows, places) for name, rows in self.pictures.items()},
            {name: column[torch.from_numpy(places)] for name, column in self.columns.items()},
            [self.keys[place] for place in places],
        )

    def relabelled(self, labels: Mapping[Task, Tensor]) -> "FaceDataset":
        """Return the same faces with other labels of some tasks."""
        columns = self.columns | {str(task): label for task, label in labels.items()}
        return FaceDataset(self.pictures, columns, self.keys)

    def plus(self, name: str, pictures: Pictures) -> "FaceDataset":
        """Return the same faces with one more row of pictures."""
        return FaceDataset({**self.pictures, name: pictures}, self.columns, self.keys)


def join(parts: Sequence[FaceDataset]) -> FaceDataset:
    """Return several data sets with the same columns and pictures as one."""
    lengths = [len(part) for part in parts]
    return FaceDataset(
        {n: JoinedPictures([p.pictures[n] for p in parts], lengths) for n in parts[0].pictures},
        {n: torch.cat([p.columns[n] for p in parts]) for n in parts[0].columns},
        [key for part in parts for key in part.keys],
    )


def as_batch(batch: Any) -> Any:  # noqa: ANN401, DataLoader declares a list of samples
    """Collate function of a data set that makes whole batches itself."""
    return batch
