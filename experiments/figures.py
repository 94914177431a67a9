"""A figure of trainings that several pages show."""

from collections.abc import Mapping
from typing import Any

from norface_pl.evaluation.readings_report import NAN


def gap_closed(columns: Mapping[str, Mapping[str, Any]], mixed: str = "both") -> float:
    """Return (F1(both) - F1(original)) / (F1(oracle) - F1(original)) of classifiers of a run."""
    f1 = {name: columns[name].get("test/f1") for name in ("original", mixed, "oracle")}
    if None in f1.values():
        return NAN
    return float((f1[mixed] - f1["original"]) / (f1["oracle"] - f1["original"]))
