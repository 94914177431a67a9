"""The tables of a protocol, as text in cells."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from norface_pl.evaluation.published import PublishedScores
from norface_pl.evaluation.record import Record
from norface_pl.evaluation.values import ALL, MEAN, POOLED, over_seeds
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
}
PLAIN = ("icc", "mae", "mse")
EPOCH_NAMES = {
    "last": "last epoch",
    "selected": "selected epoch",
    "peer": "peer-style best †",
}
# Epoch and score of each column of the summary.
SUMMARY: dict[Task, tuple[tuple[str, str], ...]] = {
    "au_detection": (("last", "f1"), ("selected", "f1"), ("selected", "auc"), ("peer", "f1")),
    "au_intensity": (
        ("last", "icc"),
        ("selected", "icc"),
        ("selected", "mae"),
        ("selected", "mse"),
        ("peer", "icc"),
    ),
    "expression": (
        ("last", "accuracy"),
        ("selected", "accuracy"),
        ("selected", "mean_accuracy"),
        ("selected", "f1"),
        ("peer", "accuracy"),
    ),
}
# Scores that every label has of its own, the field's first.
PER_LABEL: dict[Task, tuple[str, ...]] = {
    "au_detection": ("f1", "auc"),
    "au_intensity": ("icc", "mae", "mse"),
    "expression": ("recall", "f1"),
}


@dataclass(frozen=True)
class TextTable:
    """A table.

    Attributes:
        title: above it.
        header: above the columns.
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

    Args:
        task: decides which scores there are.
        labels: names.
        inputs: that have a finished run.
        folds: of the protocol.
        table: what `values` returned.
        published: figures of others.
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
    columns = SUMMARY[task]
    header = ["input", "folds", *(f"{NAMES[s]}, {EPOCH_NAMES[r]}" for r, s in columns)]
    rows = []
    for name in inputs:
        for fold in (MEAN, POOLED) if len(folds) > 1 else (_single(folds),):
            cells = [cell(s, *over_seeds(table, name, fold, r, s)) for r, s in columns]
            rows.append([name, fold, *cells])
    return TextTable("Summary", header, rows)


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
    fold = MEAN if len(folds) > 1 else _single(folds)
    others = [other for other in published if other.labels]
    header = ["label", *inputs, *(f"{other.method} [{other.origin}]" for other in others)]
    rows = []
    # The mean accuracy of classes has a name of its own among the scores.
    mean = "mean_accuracy" if score == "recall" else score
    for label in [*labels, ""]:
        name = score if label else mean
        ours = [cell(score, *over_seeds(table, i, fold, epoch, name, label)) for i in inputs]
        theirs = [other.labels.get(label) if label else other.mean.get(score) for other in others]
        rows.append([label or "mean", *ours, *(NONE if x is None else str(x) for x in theirs)])
    where = "" if fold == ALL else f", {fold}"
    return TextTable(f"{NAMES[score]}, {EPOCH_NAMES[epoch]}{where}", header, rows, last=True)


def by_fold(
    labels: Sequence[str], name: str, folds: Sequence[int], table: pd.DataFrame, score: str
) -> TextTable:
    """Return one score of every label, fold by fold, of the selected epoch."""
    columns = [*map(str, folds), MEAN, POOLED]
    mean = "mean_accuracy" if score == "recall" else score
    rows = [
        [
            label or "mean",
            *(
                cell(
                    score,
                    *over_seeds(table, name, fold, "selected", score if label else mean, label),
                )
                for fold in columns
            ),
        ]
        for label in [*labels, ""]
    ]
    header = ["label", *(f"fold {fold}" for fold in folds), MEAN, POOLED]
    return TextTable(
        f"{NAMES[score]}, {name}, selected epoch, fold by fold", header, rows, last=True
    )


def published_table(published: Sequence[PublishedScores]) -> TextTable:
    """Return the published means."""
    scores = [score for score in NAMES if any(score in other.mean for other in published)]
    rows = [
        [
            f"{other.method} [{other.origin}]",
            *(str(other.mean.get(score, NONE)) for score in scores),
        ]
        for other in published
    ]
    return TextTable("Published", ["method", *(NAMES[score] for score in scores)], rows)


def confusion(labels: Sequence[str], matrix: np.ndarray, title: str) -> TextTable:
    """Return faces by true (rows) and predicted expression."""
    rows = [
        [label, *(str(round(faces)) for faces in row)]
        for label, row in zip(labels, matrix, strict=True)
    ]
    return TextTable(title, ["true \\ predicted", *labels], rows)


def confusions(records: Sequence[Record]) -> dict[str, np.ndarray]:
    """Return the confusion matrix of each input: of the selected epochs, all folds and seeds."""
    found: dict[str, np.ndarray] = {}
    for record in records:
        if record.task == "expression":
            name = record.run.row
            found[name] = found.get(name, 0) + record.selected.tally.total
    return found


def cell(score: str, mean: float, deviation: float) -> str:
    """Write mean and standard deviation over seeds, shares in percent."""
    if np.isnan(mean):
        return NONE
    factor, digits = (1, 3) if score in PLAIN else (100, 1)
    text = f"{factor * mean:.{digits}f}"
    return text if np.isnan(deviation) else f"{text} ± {factor * deviation:.{digits}f}"


def _single(folds: Sequence[int]) -> str:
    return str(folds[0]) if folds else ALL
