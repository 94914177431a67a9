"""Differences with their intervals, row by row, drawn with OpenCV; (H, W, 3) RGB uint8."""

from collections.abc import Sequence
from math import ceil, floor, log10
from typing import NamedTuple

import cv2

from norface_pl.io.images import Picture
from norface_pl.io.plots import BLACK, COLOURS, GREY, blank, text_width, write_text

ROW, WIDTH, TOP, BOTTOM = 26, 420, 44, 40
BLUE, ORANGE = COLOURS[:2]


class Bar(NamedTuple):
    """A row: its name, the difference, and the ends of its interval."""

    name: str
    value: float
    low: float
    high: float


def forest(title: str, rows: Sequence[Bar]) -> Picture:
    """Draw a point and a line for each row, those whose interval holds 0 in another colour."""
    left = max(text_width(row.name) for row in rows) + 24
    width = max(left + WIDTH + 20, text_width(title) + 20)
    canvas = blank(TOP + ROW * len(rows) + BOTTOM, width)
    ends = [end for row in rows for end in (row.low, row.high, row.value)]
    least, most = min(0.0, *ends), max(0.0, *ends)
    spread = (most - least) or 1.0

    def place(value: float) -> int:
        return left + round(WIDTH * (value - least) / spread)

    bottom = TOP + ROW * len(rows)
    for value in round_values(least, most):
        cv2.line(canvas, (place(value), TOP), (place(value), bottom), GREY if value else BLACK, 1)
        text = f"{value:+.3g}" if value else "0"
        write_text(canvas, text, (place(value) - text_width(text) // 2, bottom + 20))
    for number, row in enumerate(rows):
        middle = TOP + ROW * number + ROW // 2
        colour = ORANGE if row.low <= 0 <= row.high else BLUE
        write_text(canvas, row.name, (10, middle + 5))
        cv2.line(canvas, (place(row.low), middle), (place(row.high), middle), colour, 2)
        cv2.circle(canvas, (place(row.value), middle), 5, colour, -1)
    write_text(canvas, title, (10, 18))
    return canvas


def round_values(least: float, most: float) -> list[float]:
    """Return multiples of 1, 2 or 5 times a power of ten in a range that holds 0, at most 7."""
    rough = (most - least or 1.0) / 6
    power = 10.0 ** floor(log10(rough))
    step = next(power * factor for factor in (1, 2, 5, 10) if power * factor >= rough)
    return [step * count for count in range(ceil(least / step), floor(most / step) + 1)]
