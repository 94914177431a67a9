"""The labels of the published action units, and ways to count them."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from norface_pl.labels import au_name
from norface_pl.sources.published import class_weights
from norface_pl.sources.source import NOT_CODABLE
from norface_pl.verify.evidence import Evidence

Counts = NDArray[np.int64]
UNKNOWN = -1
Uncodable = Literal["masked", "negative", "positive"]


@dataclass(frozen=True)
class LabelRule:
    """A way to read labels: from which value on an action unit is there, and what a 9 means."""

    threshold: int
    uncodable: Uncodable = "masked"

    def __str__(self) -> str:
        """Say it in words."""
        nine = {"negative": "counts as absent", "positive": "counts as present"}
        return f"from label {self.threshold} on, and 9 {nine.get(self.uncodable, 'is masked')}"


@dataclass(frozen=True, eq=False)
class LabelCounts:
    """Counts of P parts and n action units.

    Attributes:
        positives: (P, n) frames with the action unit.
        valid: (P, n) frames that count.
        missing: (P,) published frames that have no labels here.
    """

    positives: Counts
    valid: Counts
    missing: Counts

    def weights(self) -> NDArray[np.float64]:
        """Return (P, n) class weights from all parts but one, to six digits."""
        positives, valid = (count.sum(0) - count for count in (self.positives, self.valid))
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.round(class_weights(positives / valid), 6)

    def fit(self, expected: Counts) -> NDArray[np.bool_]:
        """Tell (P, n) where missing frames can hold what is lacking."""
        deficit = expected - self.positives
        return (deficit >= 0) & (deficit <= self.missing[:, None])


class Labels:
    """The labels of the published action units in an `Evidence`.

    Attributes:
        absent: columns that are not there; what follows is known only if this is empty.
        values: (N, n) labels of the coded frames.
        part: (N,) of each of them.
        rule: how they are read.
        counts: what that gives.
        expected: (P, n) published positives.
    """

    def __init__(self, evidence: Evidence) -> None:
        self.evidence, facts = evidence, evidence.facts
        self.columns = [au_name(number) for number in facts.action_units]
        there = set(evidence.coded.columns)
        # A data set coded by intensity may hold occurrences that somebody derived from it.
        derived = not facts.threshold or set(self.columns) <= there
        if not derived:
            self.columns = [f"{name}_intensity" for name in self.columns]
        self.absent = [name for name in self.columns if name not in there]
        if self.absent:
            return
        self.values = self.read(self.columns)
        self.part = evidence.coded["part"].to_numpy(str)
        self.rule = LabelRule(1 if derived else facts.threshold)
        self.counts = self.count(self.rule)
        self.expected = np.array([facts.positives[part] for part in facts.parts])

    def read(self, columns: list[str]) -> NDArray[np.int8]:
        """Return (N, n) labels of some columns, UNKNOWN where there is none."""
        return self.evidence.coded[columns].fillna(UNKNOWN).to_numpy(np.int8)

    def count(
        self,
        rule: LabelRule,
        values: NDArray[np.int8] | None = None,
        part: NDArray[np.str_] | None = None,
    ) -> LabelCounts:
        """Count by a rule, and with other labels (N, n) or parts (N,) where they are given."""
        values = self.values if values is None else values
        part = self.part if part is None else part
        nine, labelled = values == NOT_CODABLE, values != UNKNOWN
        valid = labelled & ~nine if rule.uncodable == "masked" else labelled
        positive = (values >= rule.threshold) & ~nine
        if rule.uncodable == "positive":
            positive |= nine
        parts = self.evidence.facts.parts
        inside = [part == name for name in parts]
        frames = np.array([self.evidence.facts.frames_of(name) for name in parts])
        here = np.array([labelled[rows].all(1).sum() for rows in inside])
        return LabelCounts(
            np.array([positive[rows].sum(0) for rows in inside]),
            np.array([valid[rows].sum(0) for rows in inside]),
            np.maximum(0, frames - here),
        )
