"""Intensities of action units, summed up."""

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from norface_pl.metrics.icc import icc
from norface_pl.metrics.tally import Numbers, Tally, mean_known, plain, share, where_coded


class IntensityTally(Tally):
    """For each action unit: faces, sums, squares and product of both ratings, absolute errors."""

    task = "au_intensity"
    main = "icc"
    columns = ("faces", "predicted", "true", "predicted2", "true2", "product", "absolute_error")

    def _count(self, values: NDArray[Any], labels: NDArray[Any]) -> Numbers:
        known = ~np.isnan(labels)
        guess, truth = (np.where(known, part, 0).astype(float) for part in (values, labels))
        cells = (known, guess, truth, guess**2, truth**2, guess * truth, abs(guess - truth))
        return np.stack([cell.sum(0) for cell in cells], axis=1).astype(float)

    def scores(self) -> dict[str, float]:
        """Return ICC(3,1), MAE and MSE, NaN where nobody coded; ICC is 0 without variance."""
        n, _, _, guess2, truth2, product, error = self.total.T
        squared = guess2 + truth2 - 2 * product
        return {
            **self._per_label("icc", _icc(self.total)),
            **self._per_label("mae", where_coded(share(error, n), n)),
            **self._per_label("mse", where_coded(share(squared, n), n)),
        }

    def main_scores(self, totals: Numbers) -> Numbers:
        """Return the mean ICC of many totals."""
        return mean_known(_icc(totals))

    def _readable(self, sums: Numbers) -> dict[str, Any]:
        rows = zip(self.labels, plain(sums), strict=True)
        return {label: dict(zip(self.columns, row, strict=True)) for label, row in rows}


def _icc(totals: Numbers) -> Numbers:
    """Return the ICC of totals (..., 7)."""
    n, guess, truth, guess2, truth2, product, _ = np.moveaxis(totals, -1, 0)
    sums, squares = np.stack([guess, truth]), np.stack([guess2, truth2])
    values: Numbers = icc(*map(torch.tensor, (n, sums, squares, product))).numpy()
    return values
