"""The tally of each task: occurrences in a file of their own, all others here."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from norface_pl.metrics.icc import icc
from norface_pl.metrics.occurrence_tally import OccurrenceTally
from norface_pl.metrics.reliability import Reliability
from norface_pl.metrics.tally import Numbers, Tally, mean_known, share, where_coded
from norface_pl.types import Task


class RatingTally(Tally):
    """For each label: faces, sums, squares and product of both ratings, absolute errors."""

    columns = ("faces", "predicted", "true", "predicted2", "true2", "product", "absolute_error")

    def _count(self, values: NDArray[Any], labels: NDArray[Any]) -> Numbers:
        known = ~np.isnan(labels)
        guess, truth = (np.where(known, part, 0).astype(float) for part in (values, labels))
        cells = (known, guess, truth, guess**2, truth**2, guess * truth, abs(guess - truth))
        return np.stack([cell.sum(0) for cell in cells], axis=1).astype(float)

    def _squared_error(self) -> Numbers:
        """Return the mean squared error of each label, NaN where nobody coded."""
        n, _, _, guess2, truth2, product, _ = self.total.T
        return where_coded(share(guess2 + truth2 - 2 * product, n), n)


class IntensityTally(RatingTally):
    """Intensities of action units."""

    task = "au_intensity"
    main = "icc"

    def scores(self) -> dict[str, float]:
        """Return ICC(3,1), MAE and MSE, NaN where nobody coded; ICC is 0 without variance."""
        n, error = self.total.T[[0, -1]]
        return {
            **self._per_label("icc", _icc(self.total)),
            **self._per_label("mae", where_coded(share(error, n), n)),
            **self._per_label("mse", self._squared_error()),
        }

    def main_scores(self, totals: Numbers) -> Numbers:
        """Return the mean ICC of many totals."""
        return mean_known(_icc(totals))


def _icc(totals: Numbers) -> Numbers:
    """Return the ICC of totals (..., 7)."""
    n, guess, truth, guess2, truth2, product, _ = np.moveaxis(totals, -1, 0)
    sums, squares = np.stack([guess, truth]), np.stack([guess2, truth2])
    values: Numbers = icc(*map(torch.tensor, (n, sums, squares, product))).numpy()
    return values


class AffectTally(RatingTally):
    """Valence and arousal, whose customary score is Lin's concordance correlation."""

    task = "valence_arousal"
    main = "ccc"

    def scores(self) -> dict[str, float]:
        """Return CCC and RMSE, NaN where nobody coded; CCC is 0 without variance."""
        return {
            **self._per_label("ccc", _ccc(self.total)),
            **self._per_label("rmse", np.sqrt(self._squared_error().clip(0))),
        }

    def main_scores(self, totals: Numbers) -> Numbers:
        """Return the mean CCC of many totals."""
        return mean_known(_ccc(totals))


def _ccc(totals: Numbers) -> Numbers:
    """Return 2 cov / (var + var + (mean - mean)^2) of totals (..., 7)."""
    n, guess, truth, guess2, truth2, product, _ = np.moveaxis(totals, -1, 0)
    faces = np.maximum(n, 1)
    shared = product - guess * truth / faces
    # The variances and the squared distance of the means, both times the faces.
    apart = guess2 + truth2 - 2 * guess * truth / faces
    return where_coded(np.where(apart > 1e-12, 2 * shared / np.maximum(apart, 1e-12), 0.0), n)


class ExpressionTally(Tally):
    """Faces by true (rows) and predicted expression; its reliability is that of the latter."""

    task = "expression"
    main = "accuracy"
    reliability: Reliability

    def __init__(self, labels: Sequence[str]) -> None:
        super().__init__(labels)
        self.reliability = Reliability(1)

    def _said(
        self, values: NDArray[Any], labels: NDArray[Any]
    ) -> tuple[NDArray[Any], NDArray[Any]]:
        right = np.where(labels >= 0, values.argmax(1) == labels, np.nan)
        return values.max(1, keepdims=True), right[:, None]

    def _count(self, values: NDArray[Any], labels: NDArray[Any]) -> Numbers:
        matrix = np.zeros((len(self.labels),) * 2)
        known = labels >= 0
        np.add.at(matrix, (labels[known], values[known].argmax(1)), 1)
        return matrix

    def scores(self) -> dict[str, float]:
        """Return accuracy, mean accuracy of the expressions that occur, F1 and recall of each, ECE.

        F1 has no value where an expression neither occurs nor is found.
        """
        matrix = self.total
        right, true, found = matrix.diagonal(), matrix.sum(1), matrix.sum(0)
        recall = where_coded(share(right, true), true)
        f1 = where_coded(share(2 * right, true + found), true + found)
        accuracy = right.sum() / matrix.sum() if matrix.sum() else float("nan")
        recalls = self._per_label("recall", recall)
        scores = {"accuracy": float(accuracy), "mean_accuracy": recalls.pop("recall")}
        scores["ece"] = float(self.reliability.error()[0])
        return {**scores, **recalls, **self._per_label("f1", f1)}

    def main_scores(self, totals: Numbers) -> Numbers:
        """Return the accuracy of many totals."""
        return share(np.trace(totals, axis1=-2, axis2=-1), totals.sum((-2, -1)))


TALLIES: dict[Task, type[Tally]] = {
    kind.task: kind for kind in (OccurrenceTally, IntensityTally, ExpressionTally, AffectTally)
}


def read_tally(content: Mapping[str, Any]) -> Tally:
    """Return the tally of a content of any task."""
    return TALLIES[content["task"]].read(content)
