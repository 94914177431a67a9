import numpy as np
import pandas as pd

from norface_pl.analysis.curves import POINTS, Track, ticks
from norface_pl.analysis.measures import measures_of

MEASURES = measures_of(["AU12", "AU12_intensity", "valence"], {"AU12": 0.3})


def track(times, values):
    made = Track(MEASURES)
    for moment, value in zip(times, values, strict=True):
        row = pd.Series({"AU12": value, "AU12_intensity": 5 * value, "valence": 2 * value - 1})
        made.add(moment, row)
    return made


def paths(made, begin, end):
    return {line.scale.column: line.path for _, lines in made.lines(begin, end) for line in lines}


def test_values_become_lines_on_their_scales():
    drawn = paths(track([0, 1, 2], [0, 0.5, 1]), 0, 2)
    assert drawn == dict.fromkeys(
        ["AU12", "AU12_intensity", "valence"], "M0.0 100.0L500.0 50.0L1000.0 0.0"
    )


def test_a_line_begins_anew_where_the_face_was_away_or_a_value_is_missing():
    away = paths(track([0, 1, 2, 7, 8], [0] * 5), 0, 10)["AU12"]
    assert away == "M0.0 100.0L100.0 100.0L200.0 100.0M700.0 100.0L800.0 100.0"
    missing = track([0, 1, 2, 3], [0, np.nan, 0, 0])
    assert paths(missing, 0, 10)["AU12"] == "M0.0 100.0M200.0 100.0L300.0 100.0"
    assert missing.data()["values"]["AU12"] == [0.0, None, 0.0, 0.0]


def test_a_long_film_has_no_more_points_than_a_screen():
    made = track(np.arange(900) / 25, np.linspace(0, 1, 900))
    times = made.data()["times"]
    assert made.points.step == 4
    assert len(times) == 225 <= POINTS
    assert times[:2] == [0, 0.16]


def test_moments_below_curves_are_round():
    assert ticks(0, 20) == [(0, "0 s"), (25, "5 s"), (50, "10 s"), (75, "15 s"), (100, "20 s")]
    assert [text for _, text in ticks(0.25, 1.0)] == ["0.3 s", "0.4 s", "0.5 s", "0.6 s"] + [
        "0.7 s",
        "0.8 s",
        "0.9 s",
        "1 s",
    ]
    assert [text for _, text in ticks(0, 3600)] == [f"{m} s" for m in range(0, 3601, 500)]
