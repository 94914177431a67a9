"""The tables of a protocol, as text in cells."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from norface_pl.evaluation.published import PublishedScores
from norface_pl.evaluation.record import Record
from norface_pl.evaluation.values import ALL, MEAN, POOLED, joined, over_seeds
from norface_pl.metrics.tallies import TALLIES
from norface_pl.types import Task

NONE = "–"
NAMES = {
    "f1": "F1 (%)",
    "auc": "AUC (%)",
    "icc": "ICC(3,1)",
    "mae": "MAE",
    "mse": "MSE",
    "accuracy": "accuracy (%)",
    "mean_accuracy": "mean-class accuracy (%)",
    "recall": "accuracy of a class (%)",
    "ece": "ECE (%)",
    "ccc": "CCC",
    "rmse": "RMSE",
}
EPOCH_NAMES = {"last": "last epoch", "selected": "selected epoch", "peer": "peer-style best †"}
# Scores of all labels together, the field's first.
SCORES: dict[Task, tuple[str, ...]] = {
    "au_detection": ("f1", "auc", "ece"),
    "au_intensity": ("icc", "mae", "mse"),
    "expression": ("accuracy", "mean_accuracy", "f1", "ece"),
    "valence_arousal": ("ccc", "rmse"),
}
# Those that every label has of its own.
PER_LABEL = SCORES | {"expression": ("recall", "f1")}


@dataclass(frozen=True)
class TextTable:
    """A table.

    Attributes:
        rows: with as many cells.
        last: whether the last row sums up the others.
    """

    title: str
    header: list[str]
    rows: list[list[str]] = field(default_factory=list)
    last: bool = False


def tables(
    task: Task,
    labels: Sequence[str],
    inputs: Sequence[str],
    folds: Sequence[int],
    table: pd.DataFrame,
    published: Sequence[PublishedScores],
) -> list[TextTable]:
    """Return the summary, a table per score and epoch by label, and one by fold for each input.

    The inputs are those that have a finished run, ``table`` is what `values` returned.
    """
    found = [summary(task, inputs, folds, table)]
    if published:
        found.append(published_table(published))
    peer = [] if table[table["reading"] == "peer"].empty else ["peer"]
    for score in PER_LABEL[task]:
        main = score == TALLIES[task].main
        for epoch in ("selected", "last", *(peer if main or task == "expression" else [])):
            others = published if main and epoch != "last" else ()
            found.append(by_label(labels, inputs, folds, table, epoch, score, others))
    if len(folds) > 1:
        found += [
            by_fold(labels, name, folds, table, score)
            for score in PER_LABEL[task]
            for name in inputs
        ]
    return found


def summary(
    task: Task, inputs: Sequence[str], folds: Sequence[int], table: pd.DataFrame
) -> TextTable:
    """Return the table of the means over labels."""
    main, *_ = scores = SCORES[task]
    columns = [("last", main), *(("selected", score) for score in scores), ("peer", main)]
    made = TextTable("Summary", ["input", "folds"])
    made.header.extend(f"{NAMES[score]}, {EPOCH_NAMES[epoch]}" for epoch, score in columns)
    for name in inputs:
        for fold in joined(folds):
            cells = [cell(s, *over_seeds(table, name, fold, epoch, s)) for epoch, s in columns]
            made.rows.append([name, fold, *cells])
    return made


def by_label(
    labels: Sequence[str],
    inputs: Sequence[str],
    folds: Sequence[int],
    table: pd.DataFrame,
    epoch: str,
    score: str,
    published: Sequence[PublishedScores] = (),
) -> TextTable:
    """Return one score of every label, inputs side by side, published figures behind them."""
    fold = joined(folds)[0]
    others = [other for other in published if other.labels]
    header = ["label", *inputs, *(f"{other.method} [{other.origin}]" for other in others)]
    rows = _label_rows(labels, table, score, [(name, fold, epoch) for name in inputs])
    for row, label in zip(rows, [*labels, ""], strict=True):
        theirs = (other.labels.get(label) if label else other.mean.get(score) for other in others)
        row += [NONE if x is None else str(x) for x in theirs]
    where = "" if fold == ALL else f", {fold}"
    return TextTable(f"{NAMES[score]}, {EPOCH_NAMES[epoch]}{where}", header, rows, last=True)


def by_fold(
    labels: Sequence[str], name: str, folds: Sequence[int], table: pd.DataFrame, score: str
) -> TextTable:
    """Return one score of every label, fold by fold, of the selected epoch."""
    columns = [(name, fold, "selected") for fold in [*map(str, folds), MEAN, POOLED]]
    header = ["label", *(f"fold {fold}" for fold in folds), MEAN, POOLED]
    title = f"{NAMES[score]}, {name}, selected epoch, fold by fold"
    return TextTable(title, header, _label_rows(labels, table, score, columns), last=True)


def _label_rows(
    labels: Sequence[str], table: pd.DataFrame, score: str, columns: Sequence[tuple[str, str, str]]
) -> list[list[str]]:
    """Return a row for each label and one for all; a column is an input, a fold and an epoch."""
    rows = []
    for label in [*labels, ""]:
        # The mean accuracy of classes has a name of its own among the scores.
        name = "mean_accuracy" if score == "recall" and not label else score
        cells = (cell(score, *over_seeds(table, *column, name, label)) for column in columns)
        rows.append([label or "mean", *cells])
    return rows


def published_table(published: Sequence[PublishedScores]) -> TextTable:
    """Return the published means."""
    scores = [score for score in NAMES if any(score in other.mean for other in published)]
    made = TextTable("Published", ["method", *(NAMES[score] for score in scores)])
    for other in published:
        figures = (str(other.mean.get(score, NONE)) for score in scores)
        made.rows.append([f"{other.method} [{other.origin}]", *figures])
    return made


def confusion(labels: Sequence[str], matrix: np.ndarray, title: str) -> TextTable:
    """Return faces by true (rows) and predicted expression."""
    rows = [[label, *map(str, map(round, row))] for label, row in zip(labels, matrix, strict=True)]
    return TextTable(title, ["true \\ predicted", *labels], rows)


def confusions(records: Sequence[Record]) -> dict[str, np.ndarray]:
    """Return the confusion matrix of each input: of the selected epochs, all folds and seeds."""
    found: dict[str, np.ndarray] = {}
    for record in records:
        if record.task == "expression":
            name = record.run.row
            found[name] = found.get(name, 0) + record.selected.tally.total
    return found


def factor(score: str) -> int:
    """Return what tables multiply a score with: shares are in percent."""
    return 100 if "(%)" in NAMES.get(score, score) else 1


def written(score: str, value: float, sign: str = "") -> str:
    """Write a value; the sign "+" writes that of positive numbers, too."""
    percent = factor(score)
    return f"{percent * value:{sign}.{3 if percent == 1 else 1}f}"


def cell(score: str, mean: float, deviation: float) -> str:
    """Write mean and standard deviation over seeds."""
    if np.isnan(mean):
        return NONE
    spread = "" if np.isnan(deviation) else f" ± {written(score, deviation)}"
    return written(score, mean) + spread


def with_range(score: str, value: float, low: float, high: float, sign: str = "") -> str:
    """Write a value with the ends of its interval; see `written`."""
    mean, start, stop = (written(score, x, sign) for x in (value, low, high))
    return f"{mean} [{start}, {stop}]"
