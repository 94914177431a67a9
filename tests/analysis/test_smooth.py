import weakref

import numpy as np
import pytest

from norface_pl.analysis.smooth import moving_mean, smoothed
from norface_pl.analysis.sources import find_sources
from norface_pl.errors import NorfaceError
from tests.helpers.analysis import fake_analyzer
from tests.helpers.films import delay, write_film


def mean(times, values, seconds):
    curve = np.array(values, np.float32)[:, None]
    return moving_mean(np.array(times, float), curve, np.array(times, float), seconds)[
        :, 0
    ].tolist()


def test_a_mean_is_one_over_time_and_not_over_frames():
    # Half of the window belongs to the frame in the middle, the rest to its neighbours.
    assert mean([0, 1, 2], [0, 1, 0], 2) == pytest.approx([0.25, 0.5, 0.25])
    # Ten frames within a tenth of a second weigh as much as one that stood as long.
    dense = np.linspace(0.95, 1.05, 10)
    assert mean([0, *dense, 2], [0, *[1] * 10, 0], 2)[5] == pytest.approx(0.525, abs=0.01)
    assert mean([0, 0.3, 5, 5.1, 5.2], [3, 3, 3, 3, 3], 1) == pytest.approx([3] * 5)


def test_nothing_comes_in_across_a_gap():
    assert mean([0, 0.1, 9, 9.1], [0, 0, 1, 1], 1) == [0, 0, 1, 1]


def test_a_rising_line_is_not_delayed():
    times = np.cumsum([0, *[0.1] * 20])
    assert mean(times, times, 0.5)[5:-5] == pytest.approx(times[5:-5].tolist())


def levels(analyzer, film):
    return analyzer(film)["AU01"].to_numpy()


def test_a_film_is_smoothed_by_its_own_times_whatever_the_batches(tmp_path):
    film = write_film(tmp_path / "a.webm", [60, 60, 180, 60, 60, 60, 180])
    delay(film, [0, 100, 200, 300, 400, 2000, 2100])
    raw = levels(fake_analyzer(), film)
    expected = mean([0, 0.1, 0.2, 0.3, 0.4, 2, 2.1], raw, 0.2)
    for size in (1, 3, 32):
        found = levels(fake_analyzer(smooth=0.2, batch_size=size), film)
        assert found.tolist() == pytest.approx(expected, abs=1e-6)
    assert found[2] == pytest.approx((raw[1] + 2 * raw[2] + raw[3]) / 4, abs=1e-6)


def test_faces_films_and_pictures_are_not_mixed(tmp_path):
    for name, level in (("a.mp4", 60), ("b.mp4", 180)):
        write_film(tmp_path / name, [level] * 3)
    one = fake_analyzer(smooth=5.0)
    both = one([tmp_path / "a.mp4", tmp_path / "b.mp4", np.full((32, 32, 3), 51, np.uint8)])
    alone = fake_analyzer()([tmp_path / "a.mp4", tmp_path / "b.mp4"])
    assert both["AU01"].tolist() == pytest.approx([*alone["AU01"], 0.2], abs=1e-6)
    assert both["smooth_s"].tolist() == pytest.approx([5.0] * 6 + [np.nan], nan_ok=True)
    assert list(both) == one.columns
    assert "smooth_s" not in alone


def test_of_a_long_film_no_more_is_kept_than_windows_need(tmp_path):
    film = write_film(tmp_path / "a.mp4", [60] * 60)
    alive, read = weakref.WeakSet(), []

    def watched():
        for reading in fake_analyzer(batch_size=1).stream(find_sources(film)):
            alive.add(reading)
            read.append(reading.seen[0].frame.index)
            yield reading

    for index, reading in enumerate(smoothed(watched(), 0.5)):
        assert reading.seen[0].frame.index == index
        # Half a second is five frames, before and after, and one more where times are rounded.
        assert read[-1] - index <= 6
        assert len(alive) <= 14
    assert index == 59


def test_a_window_out_of_range_is_refused():
    for seconds in (-1.0, 11.0):
        with pytest.raises(NorfaceError, match="give 0 to 10 seconds"):
            fake_analyzer(smooth=seconds)
