"""Two data sets as one: people of the first train, people of the second are tested."""

import inspect
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from torch import Tensor
from torch.utils.data import Sampler

from norface_pl.data.dataset import FaceDataset, join
from norface_pl.errors import NorfaceError
from norface_pl.io.stamp import stamp
from norface_pl.labels import by_task
from norface_pl.types import Split, Task

from .base import FaceDataModule
from .by_name import choose


class CrossDataModule(FaceDataModule):
    """Trains on one data set and tests on another, by the labels that both have.

    Labels are found by name, so that each data set may have them in its own order. Faces that show
    none of the expressions are left out.

    Args:
        train: the data set that trains and chooses checkpoints.
        test: the data set that is tested.
        labels: action units or expressions to learn; null takes all that both have.
        train_people: those that ``train`` trains on, or those that it would test too.
        test_people: those that ``test`` tests, or all labelled ones.
    """

    def __init__(
        self,
        train: FaceDataModule,
        test: FaceDataModule,
        labels: list[str] | None = None,
        train_people: Literal["training", "everybody"] = "training",
        test_people: Literal["test", "everybody"] = "test",
    ) -> None:
        if (train.tasks, train.image_size) != (test.tasks, test.image_size):
            raise NorfaceError(
                f"train has {train.task} at {train.image_size} pixels, test {test.task} at "
                f"{test.image_size}: give both data sets the same task and image_size"
            )
        for name, part in (("train", train), ("test", test)):
            if part.select_on_test:
                raise NorfaceError(f"data.{name} has select_on_test true; set it to false")
        alike = inspect.signature(FaceDataModule).parameters.keys() - {"normalized", "spare"}
        super().__init__(**{name: getattr(train, name) for name in alike})
        self.train, self.test = train, test
        self.train_people, self.test_people = train_people, test_people
        shared = [name for name in train.label_names if name in test.label_names]
        absent = [name for name in labels or shared if name not in shared]
        if absent or not shared:
            raise NorfaceError(
                f"{', '.join(absent) or 'no label'} is in both data sets: shared are "
                f"{', '.join(shared) or 'none'}"
            )
        self._labels = shared if labels is None else labels

    def names_of(self, task: Task) -> list[str]:
        """Return the names of a task's labels that are learned and tested."""
        return by_task(self.task, self._labels)[task]

    @property
    def population(self) -> str:
        """Name of the people who train."""
        return self.train.population

    def fingerprint(self) -> str:
        """Return a hash of which pictures there are."""
        return stamp({"train": self.train.fingerprint(), "test": self.test.fingerprint()})

    def target(self) -> NDArray[np.uint8] | None:
        """Return the target face of the data set that trains."""
        return self.train.target()

    def target_clips(self) -> Tensor | None:
        """Return the target person's clips in the data set that trains."""
        return self.train.target_clips()

    def teacher_channels(self) -> list[str]:
        """Return what a teacher read in the data set that trains."""
        return self.train.teacher_channels()

    def load(self, split: Split, oracle: bool) -> FaceDataset:
        """Return a split of one or the other data set, by the shared labels."""
        owner, splits = self._splits(split)
        return join([self._shared(owner, owner.dataset(part, oracle)) for part in splits])

    def _splits(self, split: Split) -> tuple[FaceDataModule, tuple[Split, ...]]:
        if split == "test":
            everybody = self.test_people == "everybody"
            return self.test, self.test.labelled_splits if everybody else ("test",)
        if split == "train" and self.train_people == "everybody":
            return self.train, ("train", "test")
        return self.train, (split,)

    def _shared(self, owner: FaceDataModule, faces: FaceDataset) -> FaceDataset:
        labels = {
            task: choose(faces.columns[task], owner.names_of(task), self.names_of(task), task)
            for task in self.tasks
            if task in faces.columns
        }
        faces = faces.relabelled(labels)
        if set(labels) == {"expression"}:
            faces = faces.pick(np.flatnonzero((labels["expression"] >= 0).numpy()))
        return faces

    def subject_names(self, split: Split) -> list[str]:
        """Return the name of the person on each face of a split, in its order."""
        owner = self._splits(split)[0]
        return [owner.called(number) for number in self.dataset(split).columns["subject"].tolist()]

    def train_sampler(self, faces: FaceDataset) -> Sampler[int]:
        """Return the order in which the data set that trains draws an epoch."""
        return self.train.train_sampler(faces)
