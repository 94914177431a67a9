"""The data sets of a run, as arguments of ``norface fit``."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import yaml

from norface_pl.config_files import DataFile
from norface_pl.errors import NorfaceError
from norface_pl.types import TASKS, Task, TaskOrTasks


@dataclass(frozen=True)
class RunData:
    """What is trained and tested on.

    Attributes:
        config: Of the data set that trains, and is tested if there is no other for that.
        task: What is learned; a list of tasks for several at once.
        folds: Tested parts of the people; empty where there is one official split.
        options: Arguments of the data set that differ from its config.
        test: Config of another data set that is tested.
        test_options: Arguments of that one that differ from its config.
        labels: Shared labels to learn across data sets; default: all that both have.
        train_people: Across data sets, also train on the people whom config would test.
        test_people: Across data sets, test all people of the other data set.
    """

    config: DataFile
    task: TaskOrTasks
    folds: Sequence[int] = ()
    options: dict[str, Any] = field(default_factory=dict)
    test: DataFile | None = None
    test_options: dict[str, Any] = field(default_factory=dict)
    labels: list[str] | None = None
    train_people: Literal["training", "everybody"] = "training"
    test_people: Literal["test", "everybody"] = "test"

    def __post_init__(self) -> None:
        """Refuse what only a cross-dataset protocol can do."""
        changed = self.labels or self.train_people != "training" or self.test_people != "test"
        if self.test is None and changed:
            raise NorfaceError("data.labels, train_people and test_people need data.test: give it")

    @property
    def tasks(self) -> list[Task]:
        """What is learned, in the order of all tasks."""
        given = self.task if isinstance(self.task, list) else [self.task]
        return sorted(given, key=TASKS.index)

    @property
    def names(self) -> tuple[str, str | None]:
        """Names of the data set that trains, and of another one that is tested."""
        return self.config.path.stem, None if self.test is None else self.test.path.stem

    def described(self, **changes: object) -> dict[str, Any]:
        """Return class path and arguments of the data set that trains; see `describe`."""
        return describe(self.config.path, self.options, changes)

    def stage1(self, fold: int | None) -> list[str]:
        """Return the arguments of a normalizer: the data set's own task, the people of the fold."""
        return [f"--data={json.dumps(self.described(fold=fold))}"]

    def stage2(self, fold: int | None, caches: Sequence[Path] = ()) -> list[str]:
        """Return the arguments of a classifier that reads redrawn faces of each data set."""
        folders: list[str | None] = [str(cache.absolute()) for cache in caches] or [None, None]
        train = self.described(fold=fold, task=self.task, normalized=folders[0])
        if self.test is None:
            return [f"--data={json.dumps(train)}"]
        tested = {"task": self.task, "normalized": folders[1]}
        both = {
            "train": train,
            "test": describe(self.test.path, self.test_options, tested),
            "labels": self.labels,
            "train_people": self.train_people,
            "test_people": self.test_people,
        }
        cross = {"class_path": "norface_pl.datamodules.CrossDataModule", "init_args": both}
        return [f"--data={json.dumps(cross)}"]


def describe(
    path: Path, options: Mapping[str, Any], changes: Mapping[str, object]
) -> dict[str, Any]:
    """Return class path and arguments of a config of ``configs/data``.

    Args:
        path: the file.
        options: arguments that differ from it.
        changes: more of them; those that are None are none.

    Raises:
        NorfaceError: the file is missing or describes no data set.
    """
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
        arguments = dict(content.get("init_args") or {})
        class_path = content["class_path"]
    except (OSError, yaml.YAMLError, AttributeError, KeyError, TypeError) as error:
        raise NorfaceError(f"{path} does not describe a data set: {error!r}") from error
    given = {key: value for key, value in changes.items() if value is not None}
    return {"class_path": class_path, "init_args": arguments | dict(options) | given}
