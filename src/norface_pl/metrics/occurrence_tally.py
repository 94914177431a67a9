"""Occurrences of action units, counted."""

from collections.abc import Mapping, Sequence
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from norface_pl.metrics.reliability import Reliability
from norface_pl.metrics.tally import Numbers, Tally, mean_known, share, where_coded

THRESHOLD = 0.5  # of the probability of an AU; the field reports F1 at 0.5
BINS = 1000
"""Steps of the scores that counts at other thresholds, and pooled AUCs, are worked out from."""
PEER_THRESHOLDS = tuple(step / 100 for step in range(1, 100))
"""Among which published work picks the best one on the test fold."""


class OccurrenceTally(Tally):
    """For each action unit: TP, FP, FN, TN at 0.5, and a histogram of scores.

    Attributes:
        histogram: faces by label, absent or present, and bin of the score, (L, 2, BINS).
        exact: AUC of each label, if it was worked out from the scores themselves.
    """

    task = "au_detection"
    main = "f1"
    columns = ("tp", "fp", "fn", "tn")

    reliability: Reliability

    def __init__(self, labels: Sequence[str]) -> None:
        super().__init__(labels)
        self.reliability = Reliability(len(self.labels))
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
        """Return F1, AUC, accuracy and calibration error, NaN where nobody coded.

        F1 is 0 where nothing is present, AUC has no value there.
        """
        tp, _, _, tn = self.total.T
        coded = self.total.sum(-1)
        return {
            **self._per_label("f1", _f1(self.total)),
            **self._per_label("auc", self.auc()),
            **self._per_label("accuracy", where_coded(share(tp + tn, coded), coded)),
            **self._per_label("ece", self.reliability.error()),
        }

    def main_scores(self, totals: Numbers) -> Numbers:
        """Return the mean F1 of many totals."""
        return mean_known(_f1(totals))

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

    def select_on_test(self) -> tuple[Self, float | None]:
        """Return the tally at the threshold that is best on these very faces, and the threshold."""
        means = [float(mean_known(_f1(self.at(threshold)))) for threshold in PEER_THRESHOLDS]
        # Without any coded face there is no best one.
        threshold = PEER_THRESHOLDS[int(np.argmax(np.nan_to_num(means)))]
        best = type(self)(self.labels)
        best.sums = {"": self.at(threshold)}
        best.histogram, best.exact = self.histogram, self.auc()
        best.reliability = self.reliability
        return best, threshold

    def small(self, people: bool) -> Self:
        """Return the same sums and AUC without the histogram; see `Tally.small`."""
        short = super().small(people)
        short.exact = self.auc()
        return short

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


def _f1(counts: Numbers) -> Numbers:
    """Return the F1 of TP, FP, FN, TN (..., 4)."""
    tp, fp, fn, _ = np.moveaxis(counts, -1, 0)
    return where_coded(share(2 * tp, 2 * tp + fp + fn), counts.sum(-1))


def _area(absent: NDArray[Any], present: NDArray[Any]) -> float:
    """Return the area under the ROC curve of faces counted by rising score; ties count half."""
    pairs = float(absent.sum()) * float(present.sum())
    below = np.cumsum(absent) - absent / 2
    return float((present * below).sum() / pairs) if pairs else float("nan")
