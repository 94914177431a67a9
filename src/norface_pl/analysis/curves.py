"""Curves over the time of a film, a line a scale, thinned so that a page stays small."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from norface_pl.analysis.measures import Measure, Scale
from norface_pl.analysis.thinned import Thinned

POINTS = 400
"""Points of a curve; about as many can be told apart on a screen."""

WIDTH, HEIGHT = 1000, 100
"""Of a drawing, in its own units."""

_GAP = 3.0  # steps without the face, after which a line begins anew
_TICKS = 8


@dataclass(frozen=True)
class Line:
    """A drawn line.

    Attributes:
        scale: that of its column.
        path: in the language of SVG.
    """

    scale: Scale
    path: str


class Track:
    """What was read from one face of a film, over time.

    Args:
        measures: that are drawn.
    """

    def __init__(self, measures: Sequence[Measure]) -> None:
        self.measures = measures
        self.scales = [scale for measure in measures for scale in measure.scales]
        self.points: Thinned[NDArray[np.float32]] = Thinned(POINTS)

    def add(self, time: float, row: "pd.Series[float]") -> None:
        """Take the values of a moment, in seconds."""
        names = [scale.column for scale in self.scales]
        self.points.add(lambda: np.array([time, *row[names]], np.float32))

    def lines(self, begin: float, end: float) -> list[tuple[Measure, list[Line]]]:
        """Return the lines of each measure over the time from ``begin`` to ``end``."""
        values = np.stack(self.points.kept)
        x = (values[:, 0] - begin) / (end - begin) * WIDTH
        gaps = np.diff(values[:, 0], prepend=values[0, 0])
        anew = gaps > _GAP * max(float(np.median(gaps[1:])), 1e-6) if len(x) > 1 else gaps > 0
        columns = {s.column: (s, values[:, 1 + i]) for i, s in enumerate(self.scales)}
        drawn = {
            name: Line(scale, _path(x, [HEIGHT * (1 - scale.share(v)) for v in own], anew))
            for name, (scale, own) in columns.items()
        }
        return [(m, [drawn[scale.column] for scale in m.scales]) for m in self.measures]

    def data(self) -> dict[str, object]:
        """Return times and values of each column as plain numbers; None for one that is missing."""
        values = np.stack(self.points.kept)
        own = {scale.column: _plain(values[:, 1 + i]) for i, scale in enumerate(self.scales)}
        return {"times": _plain(values[:, 0]), "values": own}


def ticks(begin: float, end: float) -> list[tuple[float, str]]:
    """Return round moments of a time, each with its place in percent and its text."""
    least = max((end - begin) / _TICKS, 1e-3)
    power = 10.0 ** np.floor(np.log10(least))
    step = power * next(factor for factor in (1, 2, 5, 10) if power * factor >= least * 0.999)
    moments = np.arange(np.ceil(begin / step), np.floor(end / step) + 1) * step
    return [(100 * (m - begin) / (end - begin), f"{m:g} s") for m in moments.tolist()]


def _plain(numbers: NDArray[np.float32]) -> list[float | None]:
    return [round(v, 3) if np.isfinite(v) else None for v in numbers.tolist()]


def _path(x: NDArray[np.float32], y: Sequence[float], anew: NDArray[np.bool_]) -> str:
    """Join points; where the face was away, or a value is missing, the line begins anew."""
    words, lifted = [], True
    for across, down, new in zip(x.tolist(), y, anew.tolist(), strict=True):
        if np.isfinite(down):
            words.append(f"{'M' if lifted or new else 'L'}{across:.1f} {down:.1f}")
        lifted = not np.isfinite(down)
    return "".join(words)
