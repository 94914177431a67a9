"""Confusion matrices of expressions."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from norface_pl.metrics.tally import Numbers, Tally, share, where_coded


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
        """Return accuracy, mean accuracy of the expressions that occur, F1 and recall of each.

        F1 has no value where an expression neither occurs nor is found.
        """
        matrix = self.total
        right, true, found = matrix.diagonal(), matrix.sum(1), matrix.sum(0)
        recall = where_coded(share(right, true), true)
        f1 = where_coded(share(2 * right, true + found), true + found)
        accuracy = right.sum() / matrix.sum() if matrix.sum() else float("nan")
        recalls = self._per_label("recall", recall)
        return {
            "accuracy": float(accuracy),
            "mean_accuracy": recalls.pop("recall"),
            **recalls,
            **self._per_label("f1", f1),
        }

    def main_scores(self, totals: Numbers) -> Numbers:
        """Return the accuracy of many totals."""
        return share(np.trace(totals, axis1=-2, axis2=-1), totals.sum((-2, -1)))
