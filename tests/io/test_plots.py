"""Bars and curves, pixel by pixel where it matters."""

import numpy as np

from norface_pl.io.plots import COLOURS, LEVEL, LONGEST, TOP, curves, level_bars, text_width


def test_bars_to_the_right_are_as_long_as_their_values():
    picture = level_bars("F1", ["AU1", "AU12"], {"a": [1.0, 0.25], "b": [float("nan"), -1.0]}, 1.0)
    left, group = text_width("AU12") + 20, 2 * LEVEL + 8
    lengths = [
        int((picture[top + 1] == COLOURS[place]).all(-1).sum())
        for place in (0, 1)
        for top in (TOP + LEVEL * place, TOP + group + LEVEL * place)
    ]
    # A bar of nothing is a line of one pixel, and NaN has none.
    assert lengths == [LONGEST + 1, LONGEST // 4 + 1, 0, 1]
    assert picture.shape == (TOP + 2 * group + 4, left + LONGEST + 50, 3)


def test_points_of_a_narrow_curve_are_as_far_apart_as_asked():
    series = {"x": [(0.5, np.nan)] * 4}
    wide, narrow = (curves("t", ["", "", "", ""], series, step=step) for step in (80, 26))
    assert wide.shape[1] - narrow.shape[1] == 4 * (80 - 26)
