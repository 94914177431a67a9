"""Every score of a protocol as one long table, folds joined in both ways."""

from collections.abc import Sequence
from functools import reduce
from operator import add

import numpy as np
import pandas as pd

from norface_pl.evaluation.record import Record

# Epochs whose results a record holds, under the name of its field.
EPOCHS = ("selected", "last", "peer")
MEAN, POOLED, ALL = "mean of folds", "pooled", "all"
COLUMNS = ("row", "seed", "fold", "reading", "score", "label", "value")


def values(records: Sequence[Record], folds: Sequence[int]) -> pd.DataFrame:
    """Return a row for each score, with the columns `COLUMNS`.

    ``fold`` is its number, `ALL` where there is one official split, or `MEAN` or `POOLED` over all
    folds of a seed, which are there once all of them are finished. ``label`` is "" for the score
    of all labels together.

    Args:
        records: of the runs that are finished.
        folds: of the protocol.
    """
    rows: list[tuple[object, ...]] = []
    for epoch in EPOCHS:
        groups: dict[tuple[str, int], list[Record]] = {}
        for record in records:
            if getattr(record, epoch) is not None:
                groups.setdefault((record.run.row, record.run.seed), []).append(record)
        for (name, seed), group in groups.items():
            tallies = {record.run.fold: getattr(record, epoch).tally for record in group}
            found = {str(fold or ALL): tally.scores() for fold, tally in tallies.items()}
            if len(folds) > 1 and set(folds) <= set(tallies):
                every = list(found.values())
                joined = {key: _mean([scores[key] for scores in every]) for key in every[0]}
                found |= {MEAN: joined, POOLED: reduce(add, tallies.values()).scores()}
            for fold, scores in found.items():
                for key, value in scores.items():
                    score, _, label = key.partition("/")
                    rows.append((name, seed, fold, epoch, score, label, value))
    return pd.DataFrame(rows, columns=list(COLUMNS))


def over_seeds(
    table: pd.DataFrame, name: str, fold: str, epoch: str, score: str, label: str = ""
) -> tuple[float, float]:
    """Return mean and standard deviation over seeds; NaN where there is none, SD of one seed."""
    wanted = (name, fold, epoch, score, label)
    picked = table
    for column, value in zip(("row", "fold", "reading", "score", "label"), wanted, strict=True):
        picked = picked[picked[column] == value]
    found = picked["value"].dropna()
    if found.empty:
        return float("nan"), float("nan")
    return float(found.mean()), float(found.std(ddof=1)) if len(found) > 1 else float("nan")


def _mean(numbers: list[float]) -> float:
    known = [number for number in numbers if number == number]
    return float(np.mean(known)) if known else float("nan")
