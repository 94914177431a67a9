"""How often what a classifier is so sure of is so: reliability curves, and their error (ECE)."""

from collections.abc import Sequence
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]
BINS = 10
"""Bins of equal width; a probability on a border belongs to the bin below it."""


class Reliability:
    """Sums of probabilities and of what they speak of, by bin of the probability; they add up.

    Attributes:
        sums: faces, probabilities, and those of what was said that were so, (K, 3, BINS).

    Args:
        count: K labels that are read each by itself.
    """

    def __init__(self, count: int) -> None:
        self.sums = np.zeros((count, 3, BINS))

    def update(self, said: NDArray[Any], so: NDArray[Any]) -> None:
        """Add faces.

        Args:
            said: probabilities (N, K).
            so: 1 where it was so and 0 where not (N, K), NaN where nobody knows.
        """
        places = np.searchsorted(np.arange(1, BINS) / BINS, said, side="left")
        for label, (place, value, truth) in enumerate(zip(places.T, said.T, so.T, strict=True)):
            known = ~np.isnan(truth)
            for row, weight in enumerate((np.ones(len(truth)), value, truth)):
                counted = np.bincount(place[known], weight[known], minlength=BINS)
                self.sums[label, row] += counted

    def error(self) -> Numbers:
        """Return the expected calibration error of each label (K,), NaN where nothing is known.

        It is the distance of the mean probability in a bin from the share that was so, averaged
        over bins by their faces (Guo et al., 2017).
        """
        faces, said, so = np.moveaxis(self.sums, 1, 0)
        total = faces.sum(-1)
        apart = np.abs(said - so).sum(-1)
        errors: Numbers = np.where(total > 0, apart / np.maximum(total, 1), np.nan)
        return errors

    def curve(self) -> tuple[Numbers, Numbers]:
        """Return mean probability and share that was so, (BINS,) over all labels; NaN of nobody."""
        faces, said, so = self.sums.sum(0)
        some = np.where(faces > 0, faces, np.nan)
        return said / some, so / some

    def __add__(self, other: Self) -> Self:
        """Return the sums of the faces of both."""
        both = type(self)(len(self.sums))
        both.sums = self.sums + other.sums
        return both

    def content(self) -> list[Any]:
        """Return the sums for JSON, to nine digits; counts as whole numbers, which are shorter."""
        digits = np.vectorize(
            lambda value: int(value) if value.is_integer() else float(f"{value:.9g}"),
            otypes=[object],
        )
        return digits(self.sums).tolist()  # type: ignore[no-any-return]

    def read(self, content: Sequence[Any] | None) -> None:
        """Add the sums of a content; None holds nobody."""
        if content is not None:
            self.sums += np.array(content, float)
