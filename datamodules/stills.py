"""Data sets of single pictures with an expression and an official training and test part."""

from typing import Any, ClassVar

import pandas as pd
from torch import Tensor

from norface_pl.data.splits import Division, split_pictures
from norface_pl.errors import NorfaceError
from norface_pl.types import Task, TaskOrTasks

from .prepared import PreparedDataModule, in_order


class StillsDataModule(PreparedDataModule):
    """Base of the data sets of emotional photographs.

    Args:
        task: which labels the batches hold.
        val_share: share of the training pictures that chooses checkpoints instead.
        kwargs: see `PreparedDataModule`.
    """

    offers: ClassVar[tuple[Task, ...]] = ("expression",)
    expressions: ClassVar[tuple[str, ...]]
    """The data set's expressions in its own order."""

    def __init__(
        self, task: TaskOrTasks = "expression", val_share: float = 0.1, **kwargs: Any
    ) -> None:
        # Single pictures make no clips, so stage 1 needs a teacher of expressions.
        super().__init__(
            task=task, frames_per_clip=1, target_subject=None, target_clips_per_batch=0, **kwargs
        )
        if not 0 < val_share < 1:
            raise NorfaceError(f"data.val_share is {val_share}; give a share between 0 and 1")
        self.val_share = val_share

    def names_of(self, task: Task) -> list[str]:
        """Return the expressions in the order of their class index, shared by all data sets."""
        return in_order(self.expressions)

    def divide(self, manifest: pd.DataFrame) -> Division:
        """Return the rows of training, validation and test pictures."""
        usable = self.usable(manifest)
        division = split_pictures(manifest[usable], self.val_share, self.select_on_test, self.seed)
        places = usable.to_numpy().nonzero()[0]
        return {split: places[rows] for split, rows in division.items()}

    def usable(self, manifest: pd.DataFrame) -> "pd.Series[bool]":
        """Tell which rows show one of the expressions."""
        return manifest["expression"].isin(self.names_of("expression"))

    def labels(self, rows: pd.DataFrame, task: Task) -> Tensor:
        """Return class indices (N,)."""
        return self.expression(rows, self.names_of(task), task)
