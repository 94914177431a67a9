"""The gain of a candidate over its control, with the chance of people and of starts."""

from collections.abc import Mapping, Sequence
from math import erfc, hypot, sqrt
from typing import Any, NamedTuple

import numpy as np

NORMAL = 1.96  # standard errors that hold 95 % of a normal distribution


class Gain(NamedTuple):
    """A difference of scores.

    Attributes:
        value: of the means over starts.
        low, high: ends of the 95 % interval.
        p: two-sided, of no difference; not corrected.
    """

    value: float
    low: float
    high: float
    p: float


def gain(record: Mapping[str, Any], key: str, task: str, name: str, control: str) -> Gain | None:
    """Return what a candidate of a record gains; None where it or its control was not there.

    The variance is that of drawing people, worked out by resampling them, and that of the means
    over starts, which are drawn from all starts there could be. The sum is taken as normal.
    """
    found = record["comparisons"].get(f"{key}/{task}/{name}/{control}")
    if found is None:
        return None
    starts = [record["scores"][f"{key}/{one}/{task}"] for one in (name, control)]
    people = (found["high"] - found["low"]) / (2 * NORMAL)
    error = hypot(people, *map(_error, starts))
    value = float(found["difference"])
    p = erfc(abs(value) / error / sqrt(2)) if error else 1.0
    return Gain(value, value - NORMAL * error, value + NORMAL * error, p)


def _error(starts: Sequence[float]) -> float:
    """Return the standard error of the mean over starts."""
    return float(np.std(starts, ddof=1) / sqrt(len(starts)))
