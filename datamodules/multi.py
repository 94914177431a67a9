"""Several labelled data sets as one, in which every face has the labels that are known of it."""

from collections.abc import Iterable
from typing import Any

import numpy as np
import torch
from lightning.pytorch.utilities import rank_zero_info
from numpy.typing import NDArray
from torch import Tensor
from torch.utils.data import RandomSampler, Sampler, WeightedRandomSampler

from norface_pl.data.dataset import FaceDataset, join
from norface_pl.errors import NorfaceError
from norface_pl.io.stamp import stamp
from norface_pl.labels import AFFECT, EMOTIONS, au_number
from norface_pl.types import TASKS, Split, Task, TaskOrTasks

from .base import FaceDataModule
from .by_name import choose, missing
from .prepared import PreparedDataModule

STRIDE = 10**9
"""Between the numbers of people, and of clips, of two data sets: more than any of them has."""
ORDER = {"expression": EMOTIONS.index, "valence_arousal": AFFECT.index}
"""Of the names of a task; those of action units are ordered by their numbers."""


class MultiDataModule(FaceDataModule):
    """Trains, validates and tests on the people of several data sets together.

    Labels are found by name. A task or a label that a data set lacks is missing on its faces, and
    missing labels count nowhere.

    Args:
        parts: the data sets by a name, which keys of their faces begin with; each says its tasks.
        weights: how often faces of each are drawn in training, however many there are; null goes
            through all faces.
        task: what is learned; null takes all tasks of the parts.
        fold: the tested part of the people of all data sets that have folds; null: as each says.
        samples_per_epoch: faces of an epoch of stage 2, drawn anew for each; null: as many as
            there are.
        kwargs: see `FaceDataModule`; those of the parts do not count.
    """

    def __init__(
        self,
        parts: dict[str, FaceDataModule],
        weights: dict[str, float] | None = None,
        task: TaskOrTasks | None = None,
        fold: int | None = None,
        samples_per_epoch: int | None = None,
        **kwargs: Any,
    ) -> None:
        if not parts:
            raise NorfaceError("data.parts is empty: give at least one data set")
        known = {one for part in parts.values() for one in part.tasks}
        super().__init__(task=task or [one for one in TASKS if one in known], **kwargs)
        self.parts, self.weights, self.samples_per_epoch = parts, weights, samples_per_epoch
        for one in self.tasks:
            if one not in known:
                raise NorfaceError(
                    f"no data set of data.parts is asked for {one}: add it to the task of one, or "
                    "leave it out of data.task"
                )
        for name, part in parts.items():
            self._check(name, part)
        if weights is not None and (
            set(weights) != set(parts) or min(weights.values()) < 0 or not any(weights.values())
        ):
            raise NorfaceError(
                f"data.weights is {weights}: give a number from 0 on for each of "
                f"{', '.join(parts)}, and one above 0"
            )
        if fold is not None:
            self.choose_fold(fold)

    def _check(self, name: str, part: FaceDataModule) -> None:
        if part.image_size != self.image_size:
            raise NorfaceError(
                f"data.parts.{name} has faces of {part.image_size} pixels, data.image_size is "
                f"{self.image_size}: give both the same"
            )
        if part.normalized is not None or part.select_on_test:
            raise NorfaceError(
                f"data.parts.{name} has normalized or select_on_test: give one normalized for all "
                "of data, and choose checkpoints on validation people"
            )
        if isinstance(part, PreparedDataModule) and (part.balanced or part.samples_per_epoch):
            raise NorfaceError(
                f"data.parts.{name} has balanced or samples_per_epoch: say with data.weights and "
                "data.samples_per_epoch how faces are drawn"
            )

    def choose_fold(self, fold: int) -> None:
        """Test the people of another part of every data set that has folds."""
        for part in self.parts.values():
            part.choose_fold(fold)

    def names_of(self, task: Task) -> list[str]:
        """Return the labels that any data set has, in one order."""
        every = {n for p in self.parts.values() if task in p.tasks for n in p.names_of(task)}
        return sorted(every, key=ORDER.get(task, au_number))

    @property
    def population(self) -> str:
        """Nothing: people are called by the population of their data set."""
        return ""

    def called(self, subject: int) -> str:
        """Return the name of a person, behind that of the population; "" if nobody knows it."""
        part = self._ordered[subject // STRIDE]
        name = part.called(subject % STRIDE)
        return f"{part.population}/{name}" if name else ""

    @property
    def _ordered(self) -> list[FaceDataModule]:
        return list(self.parts.values())

    def fingerprint(self) -> str:
        """Return a hash of which pictures there are."""
        return stamp({name: part.fingerprint() for name, part in self.parts.items()})

    def setup(self, stage: str) -> None:
        """Say who trains, validates and is tested."""
        for part in self.parts.values():
            if isinstance(part, PreparedDataModule):
                rank_zero_info(part.describe_splits())

    def target(self) -> NDArray[np.uint8] | None:
        """Return the target face of the first data set that has one."""
        return next((face for part in self._ordered if (face := part.target()) is not None), None)

    def target_clips(self) -> Tensor | None:
        """Return the target person's clips in all data sets."""
        found = [
            place * STRIDE + clips
            for place, part in enumerate(self._ordered)
            if (clips := part.target_clips()) is not None
        ]
        return torch.cat(found) if found else None

    def load(self, split: Split, oracle: bool) -> FaceDataset:
        """Return a split of all data sets; stage 1 takes those that are recordings."""
        chosen = [
            self._renamed(place, name, part, part.dataset(split))
            for place, (name, part) in enumerate(self.parts.items())
            if split != "unlabelled" or part.frames_per_clip > 1
        ]
        if not chosen:
            raise NorfaceError(
                "the normalizer learns from several frames of one person, and all data sets of "
                "data.parts are read as single pictures: train it on recordings, then use it here"
            )
        return join(_alike(chosen))

    def _renamed(
        self, place: int, name: str, part: FaceDataModule, faces: FaceDataset
    ) -> FaceDataset:
        columns = {key: rows for key, rows in faces.columns.items() if key not in TASKS}
        for key in ("subject", "clip"):
            columns[key] = columns[key] + place * STRIDE
        if any(task in faces.columns for task in part.tasks):
            for task, names in self.labels_by_task.items():
                columns[task] = (
                    choose(faces.columns[task], part.names_of(task), names, task)
                    if task in part.tasks
                    else missing(len(faces), names, task)
                )
        pictures = {"image": faces.pictures["image"]}
        return FaceDataset(pictures, columns, [f"{name}__{key}" for key in faces.keys])

    def train_sampler(self, faces: FaceDataset) -> Sampler[int]:
        """Return the draw of an epoch of stage 2, by the weights of the data sets."""
        random = torch.Generator().manual_seed(self.seed)
        wanted = self.samples_per_epoch or len(faces)
        if self.weights is None:
            return RandomSampler(faces, num_samples=min(wanted, len(faces)), generator=random)
        owner = faces.columns["subject"] // STRIDE
        share = torch.tensor([self.weights[name] for name in self.parts], dtype=torch.double)
        # As often as asked, however many faces a data set has.
        each = share / torch.bincount(owner, minlength=len(share)).clamp_min(1)
        return WeightedRandomSampler(each[owner].tolist(), wanted, generator=random)


def _alike(parts: Iterable[FaceDataset]) -> list[FaceDataset]:
    """Give data sets the same columns: whose faces are the target's, and what all know."""
    found = list(parts)
    if any("of_target" in faces.columns for faces in found):
        for faces in found:
            faces.columns.setdefault("of_target", torch.zeros(len(faces), dtype=torch.bool))
    shared = set.intersection(*(set(faces.columns) for faces in found))
    return [
        FaceDataset(
            faces.pictures, {k: c for k, c in faces.columns.items() if k in shared}, faces.keys
        )
        for faces in found
    ]
