"""BP4D-Spontaneous (Zhang et al., Image and Vision Computing 2014): 41 people, 8 tasks.

Licence: research only, signed; from Binghamton University,
https://www.cs.binghamton.edu/~lijun/Research/3DFE/3DFE_Analysis.html.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import ClassVar, Literal

import pandas as pd
from torch import Tensor

from norface_pl.errors import NorfaceError
from norface_pl.labels import BP4D_AUS, BP4D_INTENSITY_AUS
from norface_pl.sources.binghamton import BinghamtonSource
from norface_pl.types import Task

from .folds import FoldDataModule

VIDEOS = {
    "T1": "01",
    "T2": "03",
    "T3": "07",
    "T4": "08",
    "T5": "09",
    "T6": "10",
    "T7": "11",
    "T8": "13",
}
"""Numbers that tasks have in the video release."""


class BP4D(BinghamtonSource):
    """Reads ``F001/T1/2440.jpg``, or videos ``2F01_01.avi``, and the label tables ``F001_T1.csv``.

    Args:
        root: folder that holds ``AUCoding`` and the pictures.
        pictures: folder of the pictures or videos, absolute or from ``root``, where it is not one
            of the usual ones.
        incomplete: leave out people and sequences that are not there, instead of refusing.
    """

    name = "bp4d"
    tasks = tuple(VIDEOS)
    action_units = BP4D_AUS
    # Columns are numbered through, so that their place is the number of the action unit.
    headerless = tuple(range(1, 100))
    # Sequences(2D+3D) is the folder of the site; FERA 2015 gave BP4D-training, as OpenFace and
    # machanic/AU_R-CNN (in "release") read it; ME-GraphAU has img.
    picture_folders = (
        *("", "Sequences(2D+3D)", "2D+3D", "Sequences", "BP4D-training", "release/BP4D-training"),
        *("BP4D/BP4D-training", "img"),
    )

    def video(self, subject: str, task: str) -> str:
        """Return the file name of a sequence in the video release: "2F01_01.avi"."""
        return f"2{subject[0]}{int(subject[1:]):02d}_{VIDEOS[task]}.avi"


class BP4DDataModule(FoldDataModule):
    """BP4D: occurrence of 12 or intensity of 5 action units, 3 folds of people.

    Args:
        prepared: folder that `norface prepare bp4d` wrote.
        task: which labels the batches hold.
        split: 3 folds of people, or the division of FERA 2015: odd subject numbers train, even
            ones are tested.
        fold: the part that is tested, from 1; FERA 2015 has just one.
        nine: mask occurrences that coders could not see, or take them as absent as some do.
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

    source = BP4D
    folds = 3
    action_units: ClassVar[Mapping[Task, tuple[int, ...]]] = {
        "au_detection": BP4D_AUS,
        "au_intensity": BP4D_INTENSITY_AUS,
    }

    def __init__(
        self,
        prepared: Path = Path("data/bp4d"),
        task: Task = "au_detection",
        split: Literal["threefold", "fera2015"] = "threefold",
        fold: int = 1,
        nine: Literal["mask", "negative"] = "mask",
        val_subjects: int = 3,
        image_size: int = 224,
        batch_size: int = 64,
        frames_per_clip: int = 4,
        target_subject: str | None = None,
        target_clips_per_batch: int = 4,
        num_workers: int = 4,
        samples_per_epoch: int | None = None,
        select_on_test: bool = False,
        normalized: Path | None = None,
        seed: int = 0,
    ) -> None:
        super().__init__(
            prepared,
            task,
            fold,
            val_subjects,
            image_size,
            batch_size,
            frames_per_clip,
            target_subject,
            target_clips_per_batch,
            num_workers,
            samples_per_epoch,
            select_on_test,
            normalized,
            seed,
        )
        if split == "fera2015" and fold != 1:
            raise NorfaceError(f"data.fold is {fold}; the split fera2015 has no folds, leave it 1")
        self.split, self.nine = split, nine

    def tested(self, manifest: pd.DataFrame) -> "pd.Series[bool]":
        """Tell which rows show people of the test part."""
        if self.split == "threefold":
            return super().tested(manifest)
        return manifest["subject"].str[1:].astype(int) % 2 == 0

    def labels(self, rows: pd.DataFrame) -> Tensor:
        """Return occurrences or intensities (N, L)."""
        numbers = self.action_units[self.task]
        if self.task == "au_intensity":
            return self.intensity(rows, numbers)
        return self.occurrence(rows, numbers, nine_is_negative=self.nine == "negative")
