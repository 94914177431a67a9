"""Sums over test faces, person by person, from which every score of a task can be worked out.

Tallies add up: folds to pooled scores, resampled people to bootstrap intervals. They are kept as
JSON, so that no table needs a model or a data set again.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Self

import numpy as np
import torch
from numpy.typing import NDArray

from norface_pl.metrics.face import THRESHOLD
from norface_pl.metrics.icc import icc
from norface_pl.types import Task

Numbers = NDArray[np.float64]

BINS = 1000
"""Steps of the scores that counts at other thresholds, and pooled AUCs, are worked out from."""
PEER_THRESHOLDS = tuple(step / 100 for step in range(1, 100))
"""Among which published work picks the best one on the test fold."""


class Tally(ABC):
    """Sums over faces for each person; a person of unknown name is ``""``.

    Args:
        labels: names of the action units or expressions.
    """

    task: ClassVar[Task]
    main: ClassVar[str]
    """The score that the field compares."""

    def __init__(self, labels: Sequence[str]) -> None:
        self.labels = list(labels)
        self.sums: dict[str, Numbers] = {}

    def update(self, values: NDArray[Any], labels: NDArray[Any], subjects: Sequence[str]) -> None:
        """Add faces.

        Args:
            values: what ``ClassifierModule.predict`` returns, (B, L).
            labels: as in `FaceBatch.label`; missing ones count nowhere.
            subjects: name of each face's person.
        """
        names = np.asarray(subjects, dtype=object)
        for name in sorted(set(subjects)):
            rows = names == name
            counted = self._count(values[rows], labels[rows])
            self.sums[name] = self.sums.get(name, 0) + counted

    @abstractmethod
    def _count(self, values: NDArray[Any], labels: NDArray[Any]) -> Numbers:
        """Return the sums of some faces."""

    @property
    def total(self) -> Numbers:
        """The sums of all people."""
        return np.sum(list(self.sums.values()), axis=0)  # type: ignore[no-any-return]

    @abstractmethod
    def scores(self) -> dict[str, float]:
        """Return all scores, named as in `face_metrics`: "f1", "f1/AU12"; NaN is no value."""

    def peer_style(self) -> tuple[Self, float | None]:
        """Return the tally that published work would report of these faces, and its threshold."""
        return self, None

    def __add__(self, other: Self) -> Self:
        """Return the tally of the faces of both."""
        both = type(self)(self.labels)
        both.sums = {
            name: np.sum([part.sums[name] for part in (self, other) if name in part.sums], axis=0)
            for name in sorted(self.sums | other.sums)
        }
        return both

    def content(self) -> dict[str, Any]:
        """Return everything for JSON; the sums of all people stand there too, to be read."""
        return {
            "task": self.task,
            "labels": self.labels,
            "total": self._readable(self.total),
            "subjects": {name: _plain(sums) for name, sums in self.sums.items()},
        }

    def _readable(self, sums: Numbers) -> dict[str, Any]:
        return dict(zip(self.labels, _plain(sums), strict=True))

    @classmethod
    def read(cls, content: Mapping[str, Any]) -> Self:
        """Return the tally of a content; KeyError, TypeError or ValueError if it is damaged."""
        tally = cls(content["labels"])
        tally.sums = {name: np.array(sums, float) for name, sums in content["subjects"].items()}
        return tally

    def _per_label(self, name: str, values: Numbers) -> dict[str, float]:
        """Return a score of every label and their mean, as `PerLabel` does."""
        known = values[~np.isnan(values)]
        mean = float(known.mean()) if len(known) else float("nan")
        named = zip(self.labels, values.tolist(), strict=True)
        return {name: mean} | {f"{name}/{label}": value for label, value in named}


class OccurrenceTally(Tally):
    """Of every action unit: TP, FP, FN, TN at 0.5, and how often which score was given.

    Attributes:
        histogram: faces by label, absent or present, and bin of the score, (L, 2, BINS).
        exact: AUC of each label, if it was worked out from the scores themselves.
    """

    task = "au_detection"
    main = "f1"

    def __init__(self, labels: Sequence[str]) -> None:
        super().__init__(labels)
        self.histogram = np.zeros((len(self.labels), 2, BINS))
        self.exact: Numbers | None = None
        self._scores: list[tuple[NDArray[Any], NDArray[Any]]] = []

    def update(self, values: NDArray[Any], labels: NDArray[Any], subjects: Sequence[str]) -> None:
        """Add faces; see `Tally.update`."""
        super().update(values, labels, subjects)
        self._scores.append((values, labels))
        # A score is in bin i if it is above threshold i / BINS and not above the next.
        bins = np.searchsorted(np.arange(BINS) / BINS, values, side="left").clip(1) - 1
        for label in range(len(self.labels)):
            for present in (0, 1):
                here = bins[labels[:, label] == present, label]
                self.histogram[label, present] += np.bincount(here, minlength=BINS)

    def _count(self, values: NDArray[Any], labels: NDArray[Any]) -> Numbers:
        found, present, absent = values > THRESHOLD, labels == 1, labels == 0
        cells = (found & present, found & absent, ~found & present, ~found & absent)
        return np.stack([cell.sum(0) for cell in cells], axis=1).astype(float)

    def scores(self) -> dict[str, float]:
        """Return F1, AUC and accuracy; F1 is 0 where nothing is present, AUC has no value there."""
        tp, fp, fn, tn = self.total.T
        return {
            **self._per_label("f1", _share(2 * tp, 2 * tp + fp + fn)),
            **self._per_label("auc", self.auc()),
            **self._per_label("accuracy", _share(tp + tn, tp + fp + fn + tn)),
        }

    def auc(self) -> Numbers:
        """Return the AUC of each label; from the histogram where there are no scores (any more)."""
        if self.exact is not None:
            return self.exact
        if not self._scores:
            return np.array([_area(absent, present) for absent, present in self.histogram])
        values, labels = (np.concatenate(parts) for parts in zip(*self._scores, strict=True))
        areas = []
        for score, label in zip(values.T, labels.T, strict=True):
            levels, place = np.unique(score, return_inverse=True)
            by_level = [np.bincount(place[label == x], minlength=len(levels)) for x in (0, 1)]
            areas.append(_area(*by_level))
        return np.array(areas)

    def at(self, threshold: float) -> Numbers:
        """Return TP, FP, FN, TN of each label (L, 4) at a multiple of 1 / BINS."""
        split = round(threshold * BINS)
        above, below = self.histogram[..., split:].sum(-1), self.histogram[..., :split].sum(-1)
        return np.stack([above[:, 1], above[:, 0], below[:, 1], below[:, 0]], axis=1)

    def peer_style(self) -> tuple[Self, float | None]:
        """Return the tally at the one threshold that is best on these very faces, and it."""
        means = []
        for threshold in PEER_THRESHOLDS:
            tp, fp, fn, _ = self.at(threshold).T
            means.append(_share(2 * tp, 2 * tp + fp + fn).mean())
        threshold = PEER_THRESHOLDS[int(np.argmax(means))]
        best = type(self)(self.labels)
        best.sums = {"": self.at(threshold)}
        best.histogram, best.exact = self.histogram, self.auc()
        return best, threshold

    def __add__(self, other: Self) -> Self:
        """Return the tally of the faces of both; its AUC comes from the histograms."""
        both = super().__add__(other)
        both.histogram = self.histogram + other.histogram
        return both

    def content(self) -> dict[str, Any]:
        """Return everything for JSON."""
        return super().content() | {
            "auc": [None if np.isnan(area) else area for area in self.auc().tolist()],
            # Most bins are empty: [bin, faces] pairs.
            "histogram": [
                [[[int(i), int(row[i])] for i in np.flatnonzero(row)] for row in label]
                for label in self.histogram
            ],
        }

    def _readable(self, sums: Numbers) -> dict[str, Any]:
        rows = zip(self.labels, _plain(sums), strict=True)
        return {label: dict(zip(("tp", "fp", "fn", "tn"), row, strict=True)) for label, row in rows}

    @classmethod
    def read(cls, content: Mapping[str, Any]) -> Self:
        """Return the tally of a content."""
        tally = super().read(content)
        tally.exact = np.array([np.nan if area is None else area for area in content["auc"]])
        for label, rows in enumerate(content["histogram"]):
            for present, row in enumerate(rows):
                for place, faces in row:
                    tally.histogram[label, present, place] = faces
        return tally


class IntensityTally(Tally):
    """Of every action unit: faces, sums, squares and product of both ratings, absolute errors."""

    task = "au_intensity"
    main = "icc"
    columns = ("faces", "predicted", "true", "predicted2", "true2", "product", "absolute_error")

    def _count(self, values: NDArray[Any], labels: NDArray[Any]) -> Numbers:
        known = ~np.isnan(labels)
        guess, truth = (np.where(known, part, 0).astype(float) for part in (values, labels))
        cells = (known, guess, truth, guess**2, truth**2, guess * truth, abs(guess - truth))
        return np.stack([cell.sum(0) for cell in cells], axis=1).astype(float)

    def scores(self) -> dict[str, float]:
        """Return ICC(3,1), MAE and MSE; ICC is 0 without variance, errors have no value there."""
        n, guess, truth, guess2, truth2, product, error = self.total.T
        sums, squares = np.stack([guess, truth]), np.stack([guess2, truth2])
        values = icc(*map(torch.tensor, (n, sums, squares, product)))
        empty = np.where(n > 0, 0.0, np.nan)
        return {
            **self._per_label("icc", values.numpy()),
            **self._per_label("mae", _share(error, n) + empty),
            **self._per_label("mse", _share(guess2 + truth2 - 2 * product, n) + empty),
        }

    def _readable(self, sums: Numbers) -> dict[str, Any]:
        rows = zip(self.labels, _plain(sums), strict=True)
        return {label: dict(zip(self.columns, row, strict=True)) for label, row in rows}


class ExpressionTally(Tally):
    """Faces by true (rows) and predicted expression."""

    task = "expression"
    main = "accuracy"

    def _count(self, values: NDArray[Any], labels: NDArray[Any]) -> Numbers:
        matrix = np.zeros((len(self.labels),) * 2)
        known = labels >= 0
        np.add.at(matrix, (labels[known], values[known].argmax(1)), 1)
        return matrix

    def scores(self) -> dict[str, float]:
        """Return accuracy, mean accuracy of the expressions that occur, F1 and recall of each."""
        matrix = self.total
        right, true, found = matrix.diagonal(), matrix.sum(1), matrix.sum(0)
        recall = np.divide(right, true, out=np.full(len(true), np.nan), where=true > 0)
        accuracy = right.sum() / matrix.sum() if matrix.sum() else float("nan")
        recalls = self._per_label("recall", recall)
        return {
            "accuracy": float(accuracy),
            "mean_accuracy": recalls.pop("recall"),
            **recalls,
            **self._per_label("f1", _share(2 * right, true + found)),
        }


TALLIES: dict[Task, type[Tally]] = {
    kind.task: kind for kind in (OccurrenceTally, IntensityTally, ExpressionTally)
}


def read_tally(content: Mapping[str, Any]) -> Tally:
    """Return the tally of a content of any task."""
    return TALLIES[content["task"]].read(content)


def _share(part: Numbers, whole: Numbers) -> Numbers:
    """Divide; nothing of nothing is 0."""
    shares: Numbers = np.divide(part, whole, out=np.zeros_like(part, float), where=whole > 0)
    return shares


def _area(absent: NDArray[Any], present: NDArray[Any]) -> float:
    """Return the area under the ROC curve of faces counted by rising score; ties count half."""
    pairs = float(absent.sum()) * float(present.sum())
    below = np.cumsum(absent) - absent / 2
    return float((present * below).sum() / pairs) if pairs else float("nan")


def _plain(sums: Numbers) -> list[Any]:
    """Return numbers for JSON, whole ones as such."""
    whole = bool((sums == np.rint(sums)).all())
    return (sums.astype(int) if whole else sums).tolist()  # type: ignore[no-any-return]
