"""The runs of a protocol: every fold with every seed and every input."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Literal

from norface_pl.errors import NorfaceError

Input = Literal["original", "normalized", "both", "oracle"]


@dataclass(frozen=True)
class Run:
    """One training of stage 2 and its test.

    Attributes:
        fold: the part that is tested; None where there is one official split.
        seed: of the training.
        input: what the classifier reads.
    """

    fold: int | None
    seed: int
    input: Input

    def __str__(self) -> str:
        """Return "fold 1, seed 0, both"."""
        fold = "" if self.fold is None else f"fold {self.fold}, "
        return f"{fold}seed {self.seed}, {self.input}"

    @property
    def part(self) -> str:
        """Name of the folder of what runs on the same people share."""
        return "all" if self.fold is None else f"fold_{self.fold}"

    def folder(self, out: Path) -> Path:
        """Return the folder of the run."""
        return out / self.part / f"seed_{self.seed}" / self.input


def list_runs(
    folds: Sequence[int], seeds: Sequence[int], inputs: Sequence[Input], only: str = ""
) -> list[Run]:
    """Return the runs of a protocol, fold by fold.

    Args:
        folds: tested parts; empty for one official split.
        seeds: of the trainings.
        inputs: what classifiers read.
        only: some of them, as "fold=1,seed=0" or "input=both".

    Raises:
        NorfaceError: a list is empty or repeats itself, or ``only`` picks nothing.
    """
    for name, values in (("folds", folds), ("seeds", seeds), ("inputs", inputs)):
        if len(set(values)) < len(values) or (not values and name != "folds"):
            raise NorfaceError(f"{name} is {list(values)}: give each once, and at least one")
    wanted = dict(_pair(word) for word in only.split(",") if word)
    parts: Sequence[int | None] = folds or [None]
    all_runs = [Run(*values) for values in product(parts, seeds, inputs)]
    picked = [
        run
        for run in all_runs
        if all(str(getattr(run, key)) == value for key, value in wanted.items())
    ]
    if not picked:
        raise NorfaceError(f"--only {only} is no run of the protocol, such as {all_runs[0]}")
    return picked


def _pair(word: str) -> tuple[str, str]:
    key, _, value = word.strip().partition("=")
    if key not in ("fold", "seed", "input") or not value:
        raise NorfaceError(f"--only has {word!r}: write fold=1,seed=0 or input=both")
    return key, value
