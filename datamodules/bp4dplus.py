"""BP4D+ or MMSE (Zhang et al., CVPR 2016): 140 people, 4 of their 10 tasks coded.

Licence: research only, signed; from Binghamton University,
https://www.cs.binghamton.edu/~lijun/Research/3DFE/3DFE_Analysis.html.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import ClassVar, Literal

import pandas as pd
from torch import Tensor

from norface_pl.labels import BP4D_INTENSITY_AUS, BP4DPLUS_AUS
from norface_pl.sources.binghamton import BinghamtonSource
from norface_pl.types import Task

from .folds import FoldDataModule


class BP4DPlus(BinghamtonSource):
    """Reads ``2D+3D/F001/T1/*.jpg``, or videos ``F001_T1.mp4``, and the tables ``F001_T1.csv``.

    Args:
        root: folder that holds ``AUCoding`` and the pictures.
        pictures: folder of the pictures or videos, absolute or from ``root``, where it is not one
            of the usual ones.
        incomplete: leave out people and sequences that are not there, instead of refusing.
    """

    name = "bp4dplus"
    tasks = ("T1", "T6", "T7", "T8")
    action_units = BP4DPLUS_AUS
    # 34 columns: their place is not the number of the action unit.
    headerless = (
        *(1, 2, 4, 5, 6, 7, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 22, 23, 24),
        *range(27, 40),
    )
    # 2D+3D is in the release, as the rPPG-Toolbox reads it; the others are BP4D's.
    picture_folders = ("2D+3D", "", "Sequences(2D+3D)", "img")

    def video(self, subject: str, task: str) -> str:
        """Return the file name of a sequence in the video release: "F001_T1.mp4"."""
        return f"{subject}_{task}.mp4"


class BP4DPlusDataModule(FoldDataModule):
    """BP4D+: occurrence of 12 or intensity of 5 action units, 4 folds of people.

    Args:
        prepared: folder that `norface prepare bp4dplus` wrote.
        task: which labels the batches hold.
        fold: the part that is tested, from 1.
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

    source = BP4DPlus
    folds = 4
    action_units: ClassVar[Mapping[Task, tuple[int, ...]]] = {
        "au_detection": BP4DPLUS_AUS,
        "au_intensity": BP4D_INTENSITY_AUS,
    }

    def __init__(
        self,
        prepared: Path = Path("data/bp4dplus"),
        task: Task = "au_detection",
        fold: int = 1,
        nine: Literal["mask", "negative"] = "mask",
        val_subjects: int = 10,
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
        self.nine = nine

    def labels(self, rows: pd.DataFrame) -> Tensor:
        """Return occurrences or intensities (N, L)."""
        numbers = self.action_units[self.task]
        if self.task == "au_intensity":
            return self.intensity(rows, numbers)
        return self.occurrence(rows, numbers, nine_is_negative=self.nine == "negative")
