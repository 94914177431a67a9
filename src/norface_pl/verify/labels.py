"""Action unit labels of a manifest as arrays, and ways to count them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from norface_pl.labels import au_name
from norface_pl.sources.published import PublishedFacts, class_weights
from norface_pl.sources.source import NOT_CODABLE

UNKNOWN = -1
Uncodable = Literal["masked", "negative", "positive"]


@dataclass(frozen=True)
class LabelRule:
    """A way to read labels.

    Attributes:
        threshold: from which value on an action unit is there.
        uncodable: what becomes of labels of 9.
    """

    threshold: int
    uncodable: Uncodable = "masked"

    def __str__(self) -> str:
        """Say it in words."""
        nine = {
            "masked": "9 is masked",
            "negative": "9 counts as absent",
            "positive": "9 counts as present",
        }
        return f"from label {self.threshold} on, and {nine[self.uncodable]}"


@dataclass(frozen=True, eq=False)
class LabelCounts:
    """Counts of P parts and n action units.

    Attributes:
        positives: (P, n) frames with the action unit.
        valid: (P, n) frames that count.
        rows: (P,) frames with labels.
    """

    positives: NDArray[np.int64]
    valid: NDArray[np.int64]
    rows: NDArray[np.int64]

    def weights(self) -> NDArray[np.float64]:
        """Return (P, n) class weights from all parts but one, to six digits."""
        positives, valid = (count.sum(0) - count for count in (self.positives, self.valid))
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.round(class_weights(positives / valid), 6)


def read_columns(table: pd.DataFrame, names: Sequence[str]) -> NDArray[np.int8]:
    """Return (N, n) labels, UNKNOWN where there is none.

    Raises:
        KeyError: a column is absent.
    """
    return table[list(names)].fillna(UNKNOWN).to_numpy(np.int8)


def columns(facts: PublishedFacts, table: pd.DataFrame) -> list[str]:
    """Return the label columns that tell whether the published action units are there."""
    names = [au_name(number) for number in facts.action_units]
    # A data set coded by intensity may hold occurrences that somebody derived from it.
    if facts.threshold and not set(names) <= set(table.columns):
        return [f"{name}_intensity" for name in names]
    return names


def count_labels(
    values: NDArray[np.int8], part: NDArray[np.str_], parts: Sequence[str], rule: LabelRule
) -> LabelCounts:
    """Count labels (N, n) by part (N,)."""
    nine = values == NOT_CODABLE
    positive = (values >= rule.threshold) & ~nine
    known = values != UNKNOWN
    if rule.uncodable == "masked":
        known &= ~nine
    elif rule.uncodable == "positive":
        positive |= nine
    inside = [part == name for name in parts]
    labelled = (values != UNKNOWN).all(1)
    return LabelCounts(
        np.array([positive[rows].sum(0) for rows in inside]),
        np.array([known[rows].sum(0) for rows in inside]),
        np.array([labelled[rows].sum() for rows in inside]),
    )
