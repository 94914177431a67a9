"""Data sets of recorded people, tested fold by fold on people that were not trained on."""

from collections.abc import Mapping
from pathlib import Path
from typing import ClassVar

import pandas as pd

from norface_pl.data.splits import Division, split_subjects
from norface_pl.errors import NorfaceError
from norface_pl.labels import au_name
from norface_pl.types import Task

from .prepared import PreparedDataModule


class FoldDataModule(PreparedDataModule):
    """Base of the data sets whose people are divided into fixed parts; fold k tests part k.

    Args:
        prepared: folder that `norface prepare` wrote.
        task: which labels the batches hold.
        fold: the part that is tested, from 1.
        val_subjects: training people that are watched instead, to choose checkpoints.
        image_size: side of a face in pixels; prepared faces of another size are scaled.
        batch_size: faces per batch.
        frames_per_clip: frames per clip in a batch of stage 1.
        target_subject: name of the target person, whose recordings join every batch of stage 1;
            null: the normalizer sees one picture of the target.
        target_clips_per_batch: of these recordings, besides ``batch_size`` others.
        num_workers: processes that read pictures.
        samples_per_epoch: faces of an epoch of stage 2, drawn anew for each; null takes all.
        select_on_test: choose checkpoints on the test people, as published figures do.
        normalized: cache of normalized faces; batches then hold ``normalized``.
        seed: of validation people and of the draw of batches.
    """

    folds: ClassVar[int]
    action_units: ClassVar[Mapping[Task, tuple[int, ...]]]
    """Those of each task that there are labels for, in the order of the labels."""

    def __init__(
        self,
        prepared: Path,
        task: Task,
        fold: int,
        val_subjects: int,
        image_size: int,
        batch_size: int,
        frames_per_clip: int,
        target_subject: str | None,
        target_clips_per_batch: int,
        num_workers: int,
        samples_per_epoch: int | None,
        select_on_test: bool,
        normalized: Path | None,
        seed: int,
    ) -> None:
        super().__init__(
            prepared,
            task,
            image_size,
            batch_size,
            frames_per_clip,
            target_subject,
            target_clips_per_batch,
            num_workers,
            samples_per_epoch,
            False,
            select_on_test,
            normalized,
            seed,
        )
        if not 1 <= fold <= self.folds:
            raise NorfaceError(
                f"data.fold is {fold}; {self.source.name} has folds 1 to {self.folds}"
            )
        if task not in self.action_units:
            known = " and ".join(self.action_units)
            raise NorfaceError(f"{self.source.name} has labels for {known}, none for {task}")
        self.fold, self.val_subjects = fold, val_subjects

    @property
    def label_names(self) -> list[str]:
        """Names of the action units in the order of the labels."""
        return [au_name(number) for number in self.action_units[self.task]]

    def divide(self, manifest: pd.DataFrame) -> Division:
        """Return the rows of training, validation and test people."""
        return split_subjects(
            manifest, self.tested(manifest), self.val_subjects, self.select_on_test, self.seed
        )

    def tested(self, manifest: pd.DataFrame) -> "pd.Series[bool]":
        """Tell which rows show people of the test part."""
        return manifest["part"] == str(self.fold)
