"""Bars, curves and confusion matrices, drawn with OpenCV; (H, W, 3) RGB uint8."""

from collections.abc import Callable, Mapping, Sequence
from itertools import cycle, pairwise

import cv2
import numpy as np

from norface_pl.io.images import Picture

Colour = tuple[int, int, int]

# Told apart by people who see few colours, too (Okabe and Ito).
COLOURS: tuple[Colour, ...] = ((0, 114, 178), (230, 159, 0), (0, 158, 115), (204, 121, 167))
BLACK: Colour = (0, 0, 0)
GREY: Colour = (210, 210, 210)
LEFT, TOP, BOTTOM, HEIGHT, BAR = 60, 50, 40, 300, 16
LONGEST, LEVEL = 200, 14  # of bars to the right
FLOOR = TOP + HEIGHT


def bars(
    title: str,
    labels: Sequence[str],
    series: Mapping[str, Sequence[tuple[float, float]]],
    highest: float,
) -> Picture:
    """Draw a group of bars for each label with standard deviations as whiskers.

    Args:
        title: above it.
        labels: below the groups.
        series: by name, mean and standard deviation of each label; NaN draws none.
        highest: value at the top of the axis; negative values are drawn as 0.
    """
    group = max(BAR * len(series), max(map(text_width, labels))) + 12
    canvas = blank(TOP + HEIGHT + BOTTOM, LEFT + group * len(labels) + 20)
    height, legend = _axis(canvas, title, highest, canvas.shape[1] - 10), LEFT + 10
    for place, (colour, (name, points)) in enumerate(zip(cycle(COLOURS), series.items())):
        for index, (mean, deviation) in enumerate(points):
            if not np.isnan(mean):
                left = LEFT + group * index + 6 + BAR * place
                cv2.rectangle(canvas, (left, height(mean)), (left + BAR - 3, FLOOR), colour, -1)
                _whisker(canvas, left + BAR // 2 - 1, height, mean, deviation, BLACK)
        cv2.rectangle(canvas, (legend, 28), (legend + 12, 40), colour, -1)
        write_text(canvas, name, (legend + 18, 39))
        legend += text_width(name) + 40
    for index, label in enumerate(labels):
        write_text(canvas, label, (LEFT + group * index + 6, FLOOR + 20))
    return canvas


def level_bars(
    title: str, labels: Sequence[str], series: Mapping[str, Sequence[float]], highest: float
) -> Picture:
    """Draw bars to the right, a group for each label, narrow enough for a card of TensorBoard.

    Args:
        title: above them.
        labels: before the groups.
        series: by name, the value of each label; NaN draws none.
        highest: value of the longest bar; negative values are drawn as 0.
    """
    left, group = max(map(text_width, labels)) + 20, LEVEL * len(series) + 8
    canvas = blank(TOP + group * len(labels) + 4, left + LONGEST + 50)
    write_text(canvas, title, (10, 18))
    legend = 10
    for place, (colour, (name, values)) in enumerate(zip(cycle(COLOURS), series.items())):
        for index, value in enumerate(values):
            if not np.isnan(value):
                top = TOP + group * index + LEVEL * place
                end = left + round(LONGEST * min(max(value / highest, 0.0), 1.0))
                cv2.rectangle(canvas, (left, top), (end, top + LEVEL - 3), colour, -1)
                write_text(canvas, f"{value:.2f}", (end + 4, top + LEVEL - 3))
        cv2.rectangle(canvas, (legend, 28), (legend + 12, 40), colour, -1)
        write_text(canvas, name, (legend + 18, 39))
        legend += text_width(name) + 34
    for index, label in enumerate(labels):
        write_text(canvas, label, (10, TOP + group * index + group // 2 + 2))
    return canvas


def curves(
    title: str,
    places: Sequence[str],
    series: Mapping[str, Sequence[tuple[float, float]]],
    highest: float = 1.0,
    step: int = 80,
) -> Picture:
    """Draw lines through points at equal distances, with standard deviations as whiskers.

    Series and axis are those of `bars`; points are ``step`` pixels apart, or more for their names.
    """
    step = max(step, max(map(text_width, places)) + min(20, step // 4))
    width = LEFT + step * len(places) + max(text_width(name) for name in series) + 40
    canvas = blank(TOP + HEIGHT + BOTTOM, width)
    height = _axis(canvas, title, highest, LEFT + step * len(places))
    for place, (colour, (name, points)) in enumerate(zip(cycle(COLOURS), series.items())):
        # Side by side, so that whiskers of different lines can be told apart.
        shift = LEFT + step // 2 + 4 * place
        known = []
        for index, (mean, deviation) in enumerate(points):
            if not np.isnan(mean):
                known.append((shift + step * index, height(mean)))
                cv2.circle(canvas, known[-1], 4, colour, -1, cv2.LINE_AA)
                _whisker(canvas, known[-1][0], height, mean, deviation, colour)
        for start, end in pairwise(known):
            cv2.line(canvas, start, end, colour, 2, cv2.LINE_AA)
        write_text(canvas, name, (LEFT + step * len(places) + 10, TOP + 20 + 22 * place), colour)
    for index, text in enumerate(places):
        left = LEFT + step * index + step // 2 - text_width(text) // 2
        write_text(canvas, text, (left, FLOOR + 20))
    return canvas


def _axis(canvas: Picture, title: str, highest: float, right: int) -> Callable[[float], int]:
    """Write the title and lines from 0 to the highest value; return where a value is drawn."""

    def height(value: float) -> int:
        return FLOOR - round(HEIGHT * min(max(value / highest, 0.0), 1.0))

    for tick in range(6):
        value = highest * tick / 5
        cv2.line(canvas, (LEFT, height(value)), (right, height(value)), GREY, 1)
        write_text(canvas, f"{value:.3g}", (10, height(value) + 5))
    write_text(canvas, title, (LEFT, 18))
    return height


def _whisker(
    canvas: Picture,
    x: int,
    height: Callable[[float], int],
    mean: float,
    deviation: float,
    colour: Colour,
) -> None:
    if not np.isnan(deviation):
        ends = height(mean - deviation), height(mean + deviation)
        cv2.line(canvas, (x, ends[0]), (x, ends[1]), colour, 1)


def matrix(title: str, labels: Sequence[str], faces: np.ndarray) -> Picture:
    """Draw a confusion matrix with the share of each true class in percent."""
    widest = max(map(text_width, labels))
    side, left = max(56, widest + 8), widest + 20
    width = left + side * len(labels) + 20
    canvas = blank(TOP + side * len(labels) + BOTTOM, width)
    shares = faces / np.maximum(faces.sum(1, keepdims=True), 1)
    for row, label in enumerate(labels):
        write_text(canvas, label, (10, TOP + side * row + side // 2 + 5))
        write_text(canvas, label, (left + side * row + 4, TOP + side * len(labels) + 20))
        for column, share in enumerate(shares[row]):
            corner = (left + side * column, TOP + side * row)
            light = round(255 * (1 - float(share)))
            shade = (light, round(255 - 0.55 * (255 - light)), 255 - round(0.3 * (255 - light)))
            end = (corner[0] + side - 2, corner[1] + side - 2)
            cv2.rectangle(canvas, corner, end, shade, -1)
            text = f"{100 * share:.0f}"
            where = (corner[0] + (side - text_width(text)) // 2, corner[1] + side // 2 + 5)
            write_text(canvas, text, where, BLACK if share < 0.6 else (255, 255, 255))
    write_text(canvas, title, (10, 18))
    write_text(canvas, "rows: true, columns: predicted, % of the row", (10, 36))
    return canvas


def blank(height: int, width: int) -> Picture:
    """Return a white picture."""
    return np.full((height, width, 3), 255, np.uint8)


def write_text(canvas: Picture, text: str, where: tuple[int, int], colour: Colour = BLACK) -> None:
    """Write small letters with their lower left corner at (x, y)."""
    cv2.putText(canvas, text, where, cv2.FONT_HERSHEY_SIMPLEX, 0.45, colour, 1, cv2.LINE_AA)


def text_width(text: str) -> int:
    """Return how many pixels a text is wide."""
    return int(cv2.getTextSize(text, cv2.FONT_HERSHEY_SIMPLEX, 0.45, 1)[0][0])
