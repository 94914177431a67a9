"""Data sets that `norface prepare` wrote: aligned faces in files, with a manifest."""

import math
import warnings
from abc import abstractmethod
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pandas as pd
import torch
from lightning.pytorch.utilities import rank_zero_info
from torch import Tensor
from torch.utils.data import RandomSampler, Sampler, WeightedRandomSampler

from norface_pl.data.dataset import FaceDataset
from norface_pl.data.prepared import PreparedFaces
from norface_pl.data.splits import Division
from norface_pl.data.teacher import channels_of, logits_of, read_teacher
from norface_pl.errors import NorfaceError
from norface_pl.faces.pose import pose_from_landmarks
from norface_pl.io.stamp import stamp
from norface_pl.labels import EMOTIONS, au_name
from norface_pl.loggers import log_text
from norface_pl.sources.source import LANDMARKS, NOT_CODABLE, DataSource
from norface_pl.types import Split, Task

from .base import FaceDataModule


class PreparedDataModule(FaceDataModule):
    """Base of the data sets in files.

    Args:
        prepared: folder that `norface prepare` wrote; null: data/ and the name of the data set.
        target_subject: name of the target person, whose recordings join every batch of stage 1;
            null: the normalizer sees one picture of the target.
        samples_per_epoch: faces of an epoch of stage 2, drawn anew for each; null takes all.
        balanced: draw every expression equally often in training.
        select_on_test: choose checkpoints on the test faces, as published figures do.
        kwargs: see `FaceDataModule`.
    """

    source: ClassVar[type[DataSource]]
    """Reads the data set as it is distributed."""
    coded_by_intensity: ClassVar[bool] = False
    """Whether occurrence, too, is told by intensities."""

    def __init__(
        self,
        prepared: Path | None = None,
        target_subject: str | None = None,
        samples_per_epoch: int | None = None,
        balanced: bool = False,
        select_on_test: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        if balanced and self.tasks != ("expression",):
            raise NorfaceError("data.balanced draws expressions equally often; AU tasks have none")
        self.prepared = prepared or Path("data", self.source.name)
        self.target_subject, self.select_on_test = target_subject, select_on_test
        self.samples_per_epoch, self.balanced = samples_per_epoch, balanced

    @cached_property
    def faces(self) -> PreparedFaces:
        """The prepared faces, opened once."""
        return PreparedFaces.open(self.prepared, self.source.name)

    @cached_property
    def teacher(self) -> pd.DataFrame | None:
        """What a teacher read from the prepared faces; None without one."""
        return read_teacher(self.faces)

    def teacher_channels(self) -> list[str]:
        """Return the names of what the teacher read; none without one."""
        return [] if self.teacher is None else channels_of(self.teacher)

    @cached_property
    def division(self) -> Division:
        """Rows of the manifest by split."""
        return self.divide(self.faces.manifest)

    @cached_property
    def numbers(self) -> pd.DataFrame:
        """Number of each ``subject`` and ``sequence``; rows without a name are one each."""
        table = self.faces.manifest
        found = {
            name: pd.factorize(table[name].where(table[name] != "", "\0" + table["key"]))[0]
            for name in ("subject", "sequence")
        }
        return pd.DataFrame(found, table.index)

    @cached_property
    def names(self) -> dict[int, str]:
        """Name of each person by the number in the batches."""
        return dict(zip(self.numbers["subject"], self.faces.manifest["subject"], strict=True))

    @property
    def data_set(self) -> str:
        """Name of the data set."""
        return self.source.name

    def called(self, subject: int) -> str:
        """Return the name of a person by the number in the batches; "" if nobody knows it."""
        return self.names[subject]

    @abstractmethod
    def divide(self, manifest: pd.DataFrame) -> Division:
        """Return the rows of training, validation and test faces."""

    @abstractmethod
    def labels(self, rows: pd.DataFrame, task: Task) -> Tensor:
        """Return the labels of some rows, as in `FaceBatch`."""

    @property
    def labelled_splits(self) -> tuple[Split, ...]:
        """Splits that together hold every labelled face once."""
        return ("train", "test") if self.select_on_test else ("train", "val", "test")

    def fingerprint(self) -> str:
        """Return a hash of which pictures there are; folds of a data set share it."""
        return stamp({"faces": self.faces.hash, "image_size": self.image_size})

    def setup(self, stage: str) -> None:
        """Say, and note in the logs, who trains, validates and is tested."""
        text = self.describe_splits()
        rank_zero_info(text)
        if self.trainer is not None:
            log_text(self.trainer, "data/splits", text.replace("\n", "  \n"))

    def describe_splits(self) -> str:
        """Return who trains, validates and is tested, line by line."""
        lines = []
        for split, rows in self.division.items():
            people = sorted(set(self.faces.manifest["subject"].iloc[rows]) - {""})
            who = f", {len(people)} subjects: {' '.join(people)}" if people else ""
            lines.append(f"{self.source.name} {split}: {len(rows)} faces{who}")
        if self.target_subject is not None and self.target_clips() is None:
            lines.append(
                f"target_subject {self.target_subject} is not trained on here: stage 1 sees one "
                "picture of the target"
            )
        if self.select_on_test:
            lines.append(
                "select_on_test: checkpoints are chosen on the test faces; figures made so are "
                "comparable with published ones and too good"
            )
        return "\n".join(lines)

    def target_clips(self) -> Tensor | None:
        """Return the target person's clips; None in a fold that does not train on that person."""
        if self.target_subject is None:
            return None
        manifest = self.faces.manifest
        own = (manifest["subject"] == self.target_subject).to_numpy()
        if not own.any():
            raise NorfaceError(
                f"data.target_subject is {self.target_subject}, and {self.prepared} has nobody of "
                "that name; its subjects are named in manifest.parquet"
            )
        rows = self.division["train"]
        clips = self.numbers["sequence"].to_numpy()[rows][own[rows]]
        return torch.tensor(np.unique(clips)) if len(clips) else None

    def load(self, split: Split, oracle: bool) -> FaceDataset:
        """Return a split; its pictures are read when batches ask for them."""
        indices = self.division["train" if split == "unlabelled" else split]
        rows = self.faces.manifest.iloc[indices]
        numbers = self.numbers.iloc[indices]
        whole = {"subject": numbers["subject"], "clip": numbers["sequence"], "frame": rows["frame"]}
        columns = {name: torch.tensor(found.to_numpy(np.int64)) for name, found in whole.items()}
        columns["pose"] = self._pose(rows)
        if self.teacher is not None:
            columns["teacher"] = torch.from_numpy(logits_of(self.teacher.iloc[indices]))
        if split != "unlabelled":
            columns |= {task: self.labels(rows, task) for task in self.tasks}
        elif self.target_clips() is not None:
            own = rows["subject"] == self.target_subject
            columns["of_target"] = torch.tensor(own.to_numpy())
        pictures = {"image": self.faces.pictures(indices, self.image_size)}
        return FaceDataset(pictures, columns, rows["key"].tolist())

    def _pose(self, rows: pd.DataFrame) -> Tensor:
        if not set(LANDMARKS) <= set(rows.columns):
            return torch.zeros(len(rows), 3)
        pose = pose_from_landmarks(rows[list(LANDMARKS)].to_numpy(float).reshape(-1, 5, 2))
        unknown = int(np.isnan(pose).any(1).sum())
        if unknown and self.trainer is not None and self.trainee.sampling == "clips":
            warnings.warn(
                f"{unknown} of {len(rows)} faces have no landmarks; their pose is taken as frontal",
                stacklevel=2,
            )
        return torch.from_numpy(np.nan_to_num(pose))

    def train_sampler(self, faces: FaceDataset) -> Sampler[int]:
        """Return the draw of an epoch of stage 2: all faces, or as many as asked, or balanced."""
        random = torch.Generator().manual_seed(self.seed)
        wanted = min(self.samples_per_epoch or len(faces), len(faces))
        if not self.balanced:
            return RandomSampler(faces, num_samples=wanted, generator=random)
        label = faces.columns["expression"]
        # Faces without an expression (-1) are never drawn.
        count = torch.bincount(label[label >= 0], minlength=len(self.label_names)).double()
        weight = torch.where(label >= 0, 1 / count.clamp_min(1)[label.clamp_min(0)], 0.0)
        return WeightedRandomSampler(weight.tolist(), wanted, generator=random)

    def coded(
        self, rows: pd.DataFrame, numbers: Sequence[int], task: Task, nine: float = math.nan
    ) -> Tensor:
        """Return what a task asks of action units (N, L); ``nine`` where coders could not see."""
        suffix = "_intensity" if self.coded_by_intensity or task == "au_intensity" else ""
        found = self.numbers_in(rows, [f"{au_name(number)}{suffix}" for number in numbers], task)
        return found.where(found != NOT_CODABLE, nine)

    def numbers_in(self, rows: pd.DataFrame, names: Sequence[str], task: Task) -> Tensor:
        """Return the numbers (N, L) of some columns."""
        self._need(rows, names, task)
        return torch.tensor(rows[list(names)].to_numpy(np.float32))

    def expression(self, rows: pd.DataFrame, names: list[str], task: Task) -> Tensor:
        """Return class indices (N,) in the order of ``names``; -1 for any other expression."""
        self._need(rows, ["expression"], task)
        return torch.from_numpy(
            pd.Index(names).get_indexer(pd.Index(rows["expression"])).astype(np.int64)
        )

    def _need(self, rows: pd.DataFrame, names: Sequence[str], task: Task) -> None:
        absent = [name for name in names if name not in rows.columns]
        if absent:
            raise NorfaceError(
                f"{self.prepared} has no labels {', '.join(absent)}, which {task} needs; "
                f"prepare {self.source.name} from a copy that has them, or choose another task"
            )


def in_order(names: tuple[str, ...]) -> list[str]:
    """Return expressions in the one order of class indices that all data sets share."""
    return [name for name in EMOTIONS if name in names]
