"""A folder of one's own, with or without a table of labels."""

from typing import Any, ClassVar

import pandas as pd
from torch import Tensor

from norface_pl.data.splits import Division, split_groups
from norface_pl.errors import NorfaceError
from norface_pl.labels import au_name, au_number
from norface_pl.sources.folder import FolderSource
from norface_pl.sources.headers import INTENSITY, OCCURRENCE
from norface_pl.types import Task, TaskOrTasks

from .prepared import PreparedDataModule, in_order


class FolderDataModule(PreparedDataModule):
    """A folder of one's own, divided by its column ``part`` or else at random.

    Faces of one subject stay together, and so do frames of one sequence.

    Args:
        task: which labels the batches hold.
        action_units: numbers to learn, in this order; null takes all that the table had.
        test_share: share of the people (of the pictures, where no subjects are known) that is
            tested, where there is no ``part``.
        val_share: share of the others that chooses checkpoints, where no ``part`` is ``val``.
        fold: the part that is tested, where parts are numbers.
        kwargs: see `PreparedDataModule`.
    """

    source = FolderSource
    offers: ClassVar[tuple[Task, ...]] = ("au_detection", "au_intensity", "expression")

    def __init__(
        self,
        task: TaskOrTasks = "expression",
        action_units: list[int] | None = None,
        test_share: float = 0.2,
        val_share: float = 0.1,
        fold: int = 1,
        **kwargs: Any,
    ) -> None:
        super().__init__(task=task, **kwargs)
        self.action_units = action_units
        self.choose_fold(fold)
        self.test_share, self.val_share = test_share, val_share

    def choose_fold(self, fold: int) -> None:
        """Test another part, where parts are numbers; before any face is asked for."""
        self.fold = fold

    def names_of(self, task: Task) -> list[str]:
        """Return the labels that were asked for, or that the prepared faces have."""
        if task == "expression":
            return in_order(tuple(self.faces.manifest.get("expression", ())))
        return [au_name(number) for number in self._numbers(task)]

    def _numbers(self, task: Task) -> list[int]:
        if self.action_units is not None:
            return self.action_units
        columns = self.faces.manifest.columns
        pattern = INTENSITY if task == "au_intensity" else OCCURRENCE
        found = columns[columns.str.fullmatch(pattern)].str.removesuffix("_intensity")
        return sorted(map(au_number, found))

    def divide(self, manifest: pd.DataFrame) -> Division:
        """Return the rows of training, validation and test faces that have a label."""
        for task, names in self.labels_by_task.items():
            if not names:
                wanted = {"expression": "expression", "au_detection": "AU<n>"}
                raise NorfaceError(
                    f"{self.prepared} has no labels for {task}, its columns are "
                    f"{', '.join(manifest.columns)}; prepare it with a --table that has "
                    f"{wanted.get(task, 'AU<n>_intensity')}, or choose another task"
                )
        only = self.tasks == ("expression",)
        rows = manifest[manifest["expression"] != ""] if only else manifest
        shares = self.test_share, self.val_share
        division = split_groups(rows, self.fold, *shares, self.select_on_test, self.seed)
        places = manifest.index.get_indexer(rows.index)
        return {split: places[chosen] for split, chosen in division.items()}

    def labels(self, rows: pd.DataFrame, task: Task) -> Tensor:
        """Return occurrence or intensity (N, L), or class indices (N,)."""
        if task == "expression":
            return self.expression(rows, self.names_of(task), task)
        return self.coded(rows, self._numbers(task), task)
