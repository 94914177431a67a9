"""The runs of a protocol: every fold with every seed and every row of its table."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import product
from pathlib import Path
from typing import Literal

from norface_pl.errors import NorfaceError
from norface_pl.types import Task

Input = Literal["original", "normalized", "both", "oracle"]


@dataclass(frozen=True)
class Run:
    """One training of stage 2 and its test.

    Attributes:
        fold: the part that is tested; None where there is one official split.
        seed: of the training.
        row: of the table: what the classifier reads, or a row of an ablation.
        task: which of several tasks a record tells of; None where one alone is learned.
    """

    fold: int | None
    seed: int
    row: str
    task: Task | None = None

    def __str__(self) -> str:
        """Return "fold 1, seed 0, both"."""
        fold = "" if self.fold is None else f"fold {self.fold}, "
        return f"{fold}seed {self.seed}, {self.row}"

    @property
    def part(self) -> str:
        """Name of the folder of what runs on the same people share."""
        return "all" if self.fold is None else f"fold_{self.fold}"

    def folder(self, out: Path) -> Path:
        """Return the folder of the run."""
        return out / self.part / f"seed_{self.seed}" / self.row

    def file(self, results: Path) -> Path:
        """Return where a small record of the run is kept for good."""
        fold = "" if self.fold is None else f"_fold_{self.fold}"
        return results / f"{self.row}{fold}_seed_{self.seed}{self.suffix}.json"

    @property
    def suffix(self) -> str:
        """What names of files end with where there is one for each of several tasks."""
        return "" if self.task is None else f"_{self.task}"

    def by_task(self, tasks: Sequence[Task]) -> "dict[Task, Run]":
        """Return the run of each task: itself, or one that names the task where several do."""
        return {task: self if len(tasks) == 1 else replace(self, task=task) for task in tasks}

    def tables(self, out: Path) -> Path:
        """Return the folder of the tables that its record goes to."""
        return out if self.task is None else out / self.task


def list_runs(
    folds: Sequence[int],
    seeds: Sequence[int],
    rows: Sequence[str],
    only: str = "",
    called: str = "input",
) -> list[Run]:
    """Return the runs of a protocol, fold by fold.

    Args:
        folds: tested parts; empty for one official split.
        seeds: of the trainings.
        rows: of the table.
        only: some of them, as "fold=1,seed=0" or "input=both"; a key that stands there twice
            picks both values.
        called: what a row is called in ``only``.

    Raises:
        NorfaceError: a list is empty or repeats itself, or ``only`` picks nothing.
    """
    for name, values in (("folds", folds), ("seeds", seeds), (f"{called}s", rows)):
        if len(set(values)) < len(values) or (not values and name != "folds"):
            raise NorfaceError(f"{name} is {list(values)}: give each once, and at least one")
    wanted: dict[str, set[str]] = {}
    for word in filter(None, only.split(",")):
        key, _, value = word.strip().partition("=")
        if key not in ("fold", "seed", called) or not value:
            raise NorfaceError(f"--only has {word!r}: write fold=1,seed=0 or {called}=both")
        wanted.setdefault("row" if key == called else key, set()).add(value)
    parts: Sequence[int | None] = folds or [None]
    all_runs = [Run(*values) for values in product(parts, seeds, rows)]
    picked = [
        run
        for run in all_runs
        if all(str(getattr(run, key)) in found for key, found in wanted.items())
    ]
    if not picked:
        raise NorfaceError(f"--only {only} is no run of the protocol, such as {all_runs[0]}")
    return picked
