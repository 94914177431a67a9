"""What pages draw of a table: a measure an action unit or emotion, with a scale a column."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from norface_pl.labels import ACTION_UNITS, MAX_INTENSITY

_INTENSITY, _PROBABILITY = "_intensity", "p_"
_AFFECT = ("valence", "arousal")


@dataclass(frozen=True)
class Scale:
    """A column of numbers.

    Attributes:
        column: its name.
        kind: what it holds: probability, intensity or affect.
        low: its least value.
        high: its largest value.
        threshold: from which it counts as present; None where nothing does.
    """

    column: str
    kind: str
    low: float
    high: float
    threshold: float | None = None

    def share(self, value: float) -> float:
        """Return where a value lies on the scale, from 0 to 1."""
        return min(max((value - self.low) / (self.high - self.low), 0.0), 1.0)


@dataclass(frozen=True)
class Measure:
    """One action unit, emotion or affect.

    Attributes:
        name: short.
        title: in words; "" where the name says it.
        scales: probability and intensity of one action unit stand together.
    """

    name: str
    title: str
    scales: tuple[Scale, ...]


def measures_of(columns: Iterable[str], thresholds: Mapping[str, float]) -> list[Measure]:
    """Return what columns of values measure, in their order.

    Args:
        columns: see `norface_pl.analysis.columns.value_columns`.
        thresholds: probability from which an action unit counts as present, by its column.
    """
    found: dict[str, list[Scale]] = {}
    for column in columns:
        if column != "emotion":
            name = column.removesuffix(_INTENSITY).removeprefix(_PROBABILITY)
            found.setdefault(name, []).append(_scale(column, thresholds.get(column)))
    return [Measure(name, _title(name), tuple(scales)) for name, scales in found.items()]


def _scale(column: str, threshold: float | None) -> Scale:
    if column.endswith(_INTENSITY):
        return Scale(column, "intensity", 0, MAX_INTENSITY)
    if column in _AFFECT:
        return Scale(column, "affect", -1, 1)
    return Scale(column, "probability", 0, 1, threshold)


def _title(name: str) -> str:
    digits = name.removeprefix("AU")
    return ACTION_UNITS.get(int(digits), "") if digits.isdecimal() else ""
