"""Drawing styles: the same faces and labels, painted another way, make an "other data set"."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Style:
    """Constants of the painter.

    Attributes:
        outline: darkness of the lines around face and features, 0 none to 1 black.
        fold: gain of the darkness of folds.
        line: gain of the width of lines.
        iris: gain of the iris radius.
        saturation: gain of the colours' saturation.
        shading: gain of the light's slope and of the shade on the sides of the face.
    """

    outline: float
    fold: float
    line: float
    iris: float
    saturation: float
    shading: float


PLAIN = Style(outline=0.25, fold=0.50, line=1.0, iris=1.0, saturation=1.0, shading=1.0)
COMIC = Style(outline=0.85, fold=0.70, line=1.5, iris=1.25, saturation=1.35, shading=0.3)
STYLES = {"plain": PLAIN, "comic": COMIC}
