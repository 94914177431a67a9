"""Every score of a protocol as one long table, folds joined in both ways."""

from collections.abc import Iterable, Sequence
from functools import reduce
from operator import add
from typing import Any

import pandas as pd

from norface_pl.evaluation.record import Record
from norface_pl.metrics.tally import Tally

# Epochs whose results a record holds, under the name of its field.
EPOCHS = ("selected", "last", "peer")
MEAN, POOLED, ALL = "mean of folds", "pooled", "all"
COLUMNS = ("row", "seed", "fold", "reading", "score", "label", "value")


def values(records: Sequence[Record], folds: Sequence[int]) -> pd.DataFrame:
    """Return a row for each score of the finished runs, with the columns `COLUMNS`.

    ``fold`` is its number, `ALL` where there is one official split, or `MEAN` or `POOLED` over all
    folds of a seed, which are there once all of them are finished. ``label`` is "" for the score
    of all labels together.
    """
    rows: list[tuple[object, ...]] = []
    for epoch in EPOCHS:
        groups: dict[tuple[str, int], dict[int | None, Tally]] = {}
        for record in records:
            if (result := getattr(record, epoch)) is not None:
                group = groups.setdefault((record.run.row, record.run.seed), {})
                group[record.run.fold] = result.tally
        for own, tallies in groups.items():
            scored = ((str(fold or ALL), tally.scores()) for fold, tally in tallies.items())
            found: dict[str, dict[Any, float]] = dict(scored)
            if len(folds) > 1 and set(folds) <= set(tallies):
                mean = pd.DataFrame(found.values()).mean().to_dict()
                found |= {MEAN: mean, POOLED: reduce(add, tallies.values()).scores()}
            for fold, scores in found.items():
                for key, value in scores.items():
                    score, _, label = key.partition("/")
                    rows.append((*own, fold, epoch, score, label, value))
    return pd.DataFrame(rows, columns=list(COLUMNS))


def joined(folds: Sequence[int]) -> list[str]:
    """Return what stands for all folds in the column ``fold``, the mean of folds first."""
    return [MEAN, POOLED] if len(folds) > 1 else [*map(str, folds)] or [ALL]


def moments(values: Iterable[float]) -> tuple[float, float]:
    """Return mean and standard deviation of what is no NaN; NaN of none, and SD of one."""
    known = pd.Series([*values], dtype=float)
    return float(known.mean()), float(known.std())


def over_seeds(
    table: pd.DataFrame, name: str, fold: str, epoch: str, score: str, label: str = ""
) -> tuple[float, float]:
    """Return mean and standard deviation over seeds; see `moments`."""
    wanted = {"row": name, "fold": fold, "reading": epoch, "score": score, "label": label}
    for column, value in wanted.items():
        table = table[table[column] == value]
    return moments(table["value"])
