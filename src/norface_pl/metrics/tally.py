"""Sums over test faces, person by person, from which every score of a task can be worked out.

Tallies add up: folds to pooled scores, resampled people to bootstrap intervals. They are kept as
JSON, so that no table needs a model or a data set again.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from norface_pl.metrics.reliability import Reliability
from norface_pl.types import Task

Numbers = NDArray[np.float64]


class Tally(ABC):
    """Sums over faces for each person; a person of unknown name is ``""``.

    Attributes:
        reliability: of the probabilities, where the task has some.

    Args:
        labels: names of the action units or expressions.
    """

    task: ClassVar[Task]
    main: ClassVar[str]
    """The score that the field compares."""
    columns: ClassVar[tuple[str, ...]] = ()
    """Names of the sums of a label, if each has the same ones."""

    def __init__(self, labels: Sequence[str]) -> None:
        self.labels = list(labels)
        self.sums: dict[str, Numbers] = {}
        self.reliability: Reliability | None = None

    def update(self, values: NDArray[Any], labels: NDArray[Any], subjects: Sequence[str]) -> None:
        """Add faces.

        Args:
            values: what ``ClassifierModule.predict`` returns, (B, L).
            labels: those of the task, as in `FaceBatch`; missing ones count nowhere.
            subjects: name of each face's person.
        """
        names = np.asarray(subjects, dtype=object)
        for name in sorted(set(subjects)):
            rows = names == name
            counted = self._count(values[rows], labels[rows])
            self.sums[name] = self.sums.get(name, 0) + counted
        if self.reliability is not None:
            self.reliability.update(*self._said(values, labels))

    def _said(
        self, values: NDArray[Any], labels: NDArray[Any]
    ) -> tuple[NDArray[Any], NDArray[Any]]:
        """Return probabilities and whether it was so, as for `Reliability.update`."""
        return values, labels

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

    @abstractmethod
    def main_scores(self, totals: Numbers) -> Numbers:
        """Return the main score of many totals at once, (D, ...) to (D,)."""

    def select_on_test(self) -> tuple[Self, float | None]:
        """Return the tally that published work would report of these faces, and its threshold."""
        return self, None

    def small(self, people: bool) -> Self:
        """Return the same sums for a small file, to nine digits.

        Args:
            people: keep them apart; otherwise all are added up.
        """
        short = type(self)(self.labels)
        kept = self.sums if people else {"": self.total}
        digits = np.vectorize(lambda value: float(f"{value:.9g}"), otypes=[float])
        short.sums = {name: digits(sums) for name, sums in kept.items()}
        short.reliability = self.reliability
        return short

    def __add__(self, other: Self) -> Self:
        """Return the tally of the faces of both."""
        both = type(self)(self.labels)
        both.sums = {
            name: np.sum([part.sums[name] for part in (self, other) if name in part.sums], axis=0)
            for name in sorted(self.sums | other.sums)
        }
        if self.reliability is not None and other.reliability is not None:
            both.reliability = self.reliability + other.reliability
        return both

    def content(self) -> dict[str, Any]:
        """Return everything for JSON; the sums of all people stand there too, to be read."""
        return {
            "task": self.task,
            "labels": self.labels,
            "total": self._readable(self.total),
            "subjects": {name: plain(sums) for name, sums in self.sums.items()},
            "reliability": self.reliability and self.reliability.content(),
        }

    def _readable(self, sums: Numbers) -> dict[str, Any]:
        rows = plain(sums)
        if self.columns:
            rows = [dict(zip(self.columns, row, strict=True)) for row in rows]
        return dict(zip(self.labels, rows, strict=True))

    @classmethod
    def read(cls, content: Mapping[str, Any]) -> Self:
        """Return the tally of a content; KeyError, TypeError or ValueError if it is damaged."""
        tally = cls(content["labels"])
        tally.sums = {name: np.array(sums, float) for name, sums in content["subjects"].items()}
        if tally.reliability is not None:
            # Records that are older have none.
            tally.reliability.read(content.get("reliability"))
        return tally

    def _per_label(self, name: str, values: Numbers) -> dict[str, float]:
        """Return a score of every label and the mean of those that have a value."""
        named = zip(self.labels, values.tolist(), strict=True)
        return {name: float(mean_known(values))} | {
            f"{name}/{label}": value for label, value in named
        }


def mean_known(values: Numbers) -> Numbers:
    """Return the mean over the last axis without NaN; NaN where all are."""
    known = ~np.isnan(values)
    count = known.sum(-1)
    total = np.where(known, values, 0).sum(-1)
    means: Numbers = np.where(count > 0, total / np.maximum(count, 1), np.nan)
    return means


def where_coded(values: Numbers, coded: Numbers) -> Numbers:
    """Return values; labels that nobody coded in any face get NaN."""
    found: Numbers = np.where(coded > 0, values, np.nan)
    return found


def share(part: Numbers, whole: Numbers) -> Numbers:
    """Divide; 0/0 counts as 0."""
    shares: Numbers = np.divide(part, whole, out=np.zeros_like(part, float), where=whole > 0)
    return shares


def plain(sums: Numbers) -> list[Any]:
    """Return numbers for JSON, whole ones as such."""
    whole = bool((sums == np.rint(sums)).all())
    return (sums.astype(int) if whole else sums).tolist()  # type: ignore[no-any-return]
