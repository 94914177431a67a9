"""Data sets of single pictures with an expression and an official training and test part."""

from pathlib import Path
from typing import ClassVar

import pandas as pd
from torch import Tensor

from norface_pl.data.splits import Division, split_pictures
from norface_pl.errors import NorfaceError
from norface_pl.types import Task

from .prepared import PreparedDataModule, in_order


class StillsDataModule(PreparedDataModule):
    """Base of the data sets of emotional photographs.

    Args:
        prepared: folder that `norface prepare` wrote.
        task: which labels the batches hold; only "expression" is there.
        val_share: share of the training pictures that is watched instead, to choose checkpoints;
            unused where the data set has a validation part of its own.
        balanced: draw every expression equally often in training.
        image_size: side of a face in pixels; prepared faces of another size are scaled.
        batch_size: faces per batch.
        num_workers: processes that read pictures.
        samples_per_epoch: faces of an epoch, drawn anew for each; null takes all.
        select_on_test: choose checkpoints on the test pictures, as published figures do.
        normalized: cache of normalized faces; batches then hold ``normalized``.
        seed: of validation pictures and of the draw of batches.
    """

    expressions: ClassVar[tuple[str, ...]]
    """The data set's expressions in its own order."""

    def __init__(
        self,
        prepared: Path,
        task: Task,
        val_share: float,
        balanced: bool,
        image_size: int,
        batch_size: int,
        num_workers: int,
        samples_per_epoch: int | None,
        select_on_test: bool,
        normalized: Path | None,
        seed: int,
    ) -> None:
        # Single pictures make no clips, so stage 1 cannot train on them.
        super().__init__(
            prepared,
            task,
            image_size,
            batch_size,
            1,
            None,
            0,
            num_workers,
            samples_per_epoch,
            balanced,
            select_on_test,
            normalized,
            seed,
        )
        if task != "expression":
            raise NorfaceError(f"{self.source.name} has expressions, no labels for {task}")
        if not 0 < val_share < 1:
            raise NorfaceError(f"data.val_share is {val_share}; give a share between 0 and 1")
        self.val_share = val_share

    @property
    def label_names(self) -> list[str]:
        """Names of the expressions in the order of their class index, shared by all data sets."""
        return in_order(self.expressions)

    def divide(self, manifest: pd.DataFrame) -> Division:
        """Return the rows of training, validation and test pictures."""
        usable = self.usable(manifest)
        division = split_pictures(manifest[usable], self.val_share, self.select_on_test, self.seed)
        places = usable.to_numpy().nonzero()[0]
        return {split: places[rows] for split, rows in division.items()}

    def usable(self, manifest: pd.DataFrame) -> "pd.Series[bool]":
        """Tell which rows show one of the expressions."""
        return manifest["expression"].isin(self.label_names)

    def labels(self, rows: pd.DataFrame) -> Tensor:
        """Return class indices (N,)."""
        return self.expression(rows, self.label_names)
