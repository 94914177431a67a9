"""One face on a page: its picture beside the redrawn one, and a bar for each measure."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite
from pathlib import PurePath

import pandas as pd

from norface_pl.analysis.frames import Frame
from norface_pl.analysis.measures import Measure, Scale
from norface_pl.io.images import Picture, data_url


@dataclass(frozen=True)
class Bar:
    """A value on its scale.

    Attributes:
        scale: that of its column.
        left: where the bar begins, in percent.
        width: of the bar, in percent.
        text: the value.
        present: whether it reaches the threshold of its scale.
    """

    scale: Scale
    left: float
    width: float
    text: str
    present: bool


@dataclass(frozen=True)
class Card:
    """One face.

    Attributes:
        source: picture or film that it is from.
        place: frame and time in a film; "" in a picture.
        time: in seconds; NaN in a picture.
        number: of the face.
        doubt: why its values are doubtful; "" where they are not.
        emotion: the likeliest; "" where none is read.
        aligned: its picture as a data URL.
        redrawn: the same of the redrawn face.
        bars: of each measure, one a scale.
    """

    source: str
    place: str
    time: float
    number: int
    doubt: str
    emotion: str
    aligned: str
    redrawn: str
    bars: list[tuple[Measure, list[Bar]]]

    @property
    def name(self) -> str:
        """The end of the name of its source, which may be a long path."""
        return "/".join(PurePath(self.source).parts[-2:])


def card(
    frame: Frame,
    row: "pd.Series[float]",
    aligned: Picture,
    redrawn: Picture,
    measures: Sequence[Measure],
) -> Card:
    """Return the card of a face.

    Args:
        frame: that it is in.
        row: of the table.
        aligned: the face.
        redrawn: the same as the target person.
        measures: what is shown of it.
    """
    moving = frame.source.moving
    return Card(
        frame.source.name,
        f"frame {frame.index}, {frame.time:.2f} s" if moving else "",
        frame.time,
        int(row["face"]),
        str(row["doubt"] or ""),
        str(row.get("emotion", "")),
        data_url(aligned),
        data_url(redrawn),
        [
            (each, [bar(scale, float(row[scale.column])) for scale in each.scales])
            for each in measures
        ],
    )


def bar(scale: Scale, value: float) -> Bar:
    """Return the bar of a value; one that is not known has no width."""
    if not isfinite(value):
        return Bar(scale, 0, 0, "–", False)
    zero, end = scale.share(0), scale.share(value)
    present = scale.threshold is not None and value >= scale.threshold
    return Bar(
        scale,
        round(100 * min(zero, end), 1),
        round(100 * abs(end - zero), 1),
        f"{value:.2f}",
        present,
    )
