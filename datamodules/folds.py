"""Data sets of recorded people, tested fold by fold on people that were not trained on."""

import math
from typing import Any, ClassVar, Literal

import pandas as pd
from torch import Tensor

from norface_pl.data.splits import Division, split_subjects
from norface_pl.errors import NorfaceError
from norface_pl.labels import au_name
from norface_pl.types import Task

from .prepared import PreparedDataModule


class FoldDataModule(PreparedDataModule):
    """Base of the data sets whose people are divided into fixed parts; fold k tests part k.

    Args:
        fold: the part that is tested, from 1.
        val_subjects: training people that choose checkpoints instead.
        nine: mask occurrences that coders could not see, or take them as absent as some do.
        kwargs: see `PreparedDataModule`.
    """

    offers: ClassVar[tuple[Task, ...]] = ("au_detection", "au_intensity")
    folds: ClassVar[int]
    occurrences: ClassVar[tuple[int, ...]]
    intensities: ClassVar[tuple[int, ...]]
    """Action units of either task, in the order of the labels."""

    def __init__(
        self,
        fold: int = 1,
        val_subjects: int = 3,
        nine: Literal["mask", "negative"] = "mask",
        **kwargs: Any,
    ) -> None:
        super().__init__(balanced=False, **kwargs)
        self.val_subjects, self.nine = val_subjects, nine
        self.choose_fold(fold)

    def choose_fold(self, fold: int) -> None:
        """Test the people of another part; before any face is asked for."""
        if not 1 <= fold <= self.folds:
            raise NorfaceError(
                f"data.fold is {fold}; {self.source.name} has folds 1 to {self.folds}"
            )
        self.fold = fold

    def action_units(self, task: Task) -> tuple[int, ...]:
        """Return those of a task."""
        return self.intensities if task == "au_intensity" else self.occurrences

    def names_of(self, task: Task) -> list[str]:
        """Return the names of the action units in the order of the labels."""
        return [au_name(number) for number in self.action_units(task)]

    def divide(self, manifest: pd.DataFrame) -> Division:
        """Return the rows of training, validation and test people."""
        return split_subjects(
            manifest, self.tested(manifest), self.val_subjects, self.select_on_test, self.seed
        )

    def tested(self, manifest: pd.DataFrame) -> "pd.Series[bool]":
        """Tell which rows show people of the test part."""
        return manifest["part"] == str(self.fold)

    def labels(self, rows: pd.DataFrame, task: Task) -> Tensor:
        """Return occurrences or intensities (N, L)."""
        nine = 0.0 if self.nine == "negative" and task == "au_detection" else math.nan
        return self.coded(rows, self.action_units(task), task, nine)
