"""Figures of trainings that several pages show, and how they are written."""

import math
import statistics
from collections.abc import Iterable, Mapping
from typing import Any

from norface_pl.evaluation.tables import NONE

NAN = float("nan")


def gap_closed(run: Mapping[str, Any], mixed: str = "both") -> float:
    """Return (F1(both) - F1(original)) / (F1(oracle) - F1(original)) of a run of the default."""
    f1 = {name: run["columns"][name].get("test/f1") for name in ("original", mixed, "oracle")}
    if None in f1.values():
        return NAN
    return float((f1[mixed] - f1["original"]) / (f1["oracle"] - f1["original"]))


def cell(values: Iterable[float]) -> str:
    """Write mean and standard deviation over seeds."""
    mean, deviation = moments(values)
    if math.isnan(mean):
        return NONE
    return f"{mean:.3f}" if math.isnan(deviation) else f"{mean:.3f} ± {deviation:.3f}"


def moments(values: Iterable[float]) -> tuple[float, float]:
    """Return mean and standard deviation of what is no NaN."""
    known = [value for value in values if not math.isnan(value)]
    if not known:
        return NAN, NAN
    return statistics.mean(known), statistics.stdev(known) if len(known) > 1 else NAN
