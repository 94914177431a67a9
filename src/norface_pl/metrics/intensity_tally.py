"""Intensities of action units, summed up."""

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from norface_pl.metrics.icc import icc
from norface_pl.metrics.tally import Numbers, Tally, plain, share


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
        n, _, _, guess2, truth2, product, error = self.total.T
        empty = np.where(n > 0, 0.0, np.nan)
        return {
            **self._per_label("icc", _icc(self.total)),
            **self._per_label("mae", share(error, n) + empty),
            **self._per_label("mse", share(guess2 + truth2 - 2 * product, n) + empty),
        }

    def main_scores(self, totals: Numbers) -> Numbers:
        """Return the mean ICC of many totals."""
        means: Numbers = _icc(totals).mean(-1)
        return means

    def _readable(self, sums: Numbers) -> dict[str, Any]:
        rows = zip(self.labels, plain(sums), strict=True)
        return {label: dict(zip(self.columns, row, strict=True)) for label, row in rows}


def _icc(totals: Numbers) -> Numbers:
    """Return the ICC of totals (..., 7)."""
    n, guess, truth, guess2, truth2, product, _ = np.moveaxis(totals, -1, 0)
    sums, squares = np.stack([guess, truth]), np.stack([guess2, truth2])
    values: Numbers = icc(*map(torch.tensor, (n, sums, squares, product))).numpy()
    return values
