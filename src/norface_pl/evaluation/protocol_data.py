"""The data sets of a protocol, as arguments of ``norface fit``."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import yaml

from norface_pl.errors import NorfaceError
from norface_pl.types import Task


@dataclass(frozen=True)
class DataConfig:
    """A config of ``configs/data`` with some of its arguments changed.

    Attributes:
        path: the file.
        options: arguments that are changed.
    """

    path: Path
    options: Mapping[str, Any]

    @property
    def name(self) -> str:
        """Name of the file without its suffix."""
        return self.path.stem

    def described(self, **changes: object) -> dict[str, Any]:
        """Return class path and arguments; changes that are None are none.

        Raises:
            NorfaceError: the file is missing or describes no data set.
        """
        try:
            content = yaml.safe_load(self.path.read_text(encoding="utf-8"))
            arguments = dict(content.get("init_args") or {})
            class_path = content["class_path"]
        except (OSError, yaml.YAMLError, AttributeError, KeyError, TypeError) as error:
            raise NorfaceError(f"{self.path} does not describe a data set: {error!r}") from error
        given = {key: value for key, value in changes.items() if value is not None}
        return {"class_path": class_path, "init_args": arguments | dict(self.options) | given}


@dataclass(frozen=True)
class ProtocolData:
    """What a protocol trains and tests on.

    Attributes:
        task: what is learned.
        train: the data set; also tested, unless there is another for that.
        test: the data set that is tested, in a cross-dataset protocol.
        labels: of a cross-dataset protocol; None takes all that both have.
        train_people: see `CrossDataModule`.
        test_people: see `CrossDataModule`.
    """

    task: Task
    train: DataConfig
    test: DataConfig | None
    labels: Sequence[str] | None
    train_people: Literal["training", "everybody"]
    test_people: Literal["test", "everybody"]

    def __post_init__(self) -> None:
        """Refuse what only a cross-dataset protocol can do."""
        changed = self.labels or self.train_people != "training" or self.test_people != "test"
        if self.test is None and changed:
            raise NorfaceError("labels, train_people and test_people need test_data: give it")

    def stage1(self, fold: int | None) -> list[str]:
        """Return the arguments of a normalizer: the data set's own task, the people of the fold."""
        return [f"--data={json.dumps(self.train.described(fold=fold))}"]

    def stage2(self, fold: int | None, caches: Sequence[Path] = ()) -> list[str]:
        """Return the arguments of a classifier.

        Args:
            fold: the part that is tested.
            caches: redrawn faces of each data set.
        """
        folders: list[str | None] = [str(cache.absolute()) for cache in caches] or [None, None]
        train = self.train.described(fold=fold, task=self.task, normalized=folders[0])
        if self.test is None:
            return [f"--data={json.dumps(train)}"]
        test = self.test.described(task=self.task, normalized=folders[1])
        both = {
            "train": train,
            "test": test,
            "labels": None if self.labels is None else list(self.labels),
            "train_people": self.train_people,
            "test_people": self.test_people,
        }
        cross = {"class_path": "norface_pl.datamodules.CrossDataModule", "init_args": both}
        return [f"--data={json.dumps(cross)}"]
