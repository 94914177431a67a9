import cv2
import numpy as np
import pytest

from norface_pl.analysis.frames import Pace, count_frames, frames_of
from norface_pl.analysis.sources import find_sources
from norface_pl.errors import NorfaceError
from norface_pl.io.images import write_image
from norface_pl.io.videos import VideoFrames
from tests.helpers.films import delay, write_film

LEVELS = [20, 60, 100, 140, 180, 220]


def frames(given, **pace):
    return list(frames_of(find_sources(given).sources, Pace(**pace)))


def test_a_film_has_a_frame_for_each_of_its_own(tmp_path):
    film = write_film(tmp_path / "a.mp4", LEVELS)
    found = frames(film)
    assert [frame.index for frame in found] == list(range(6))
    assert [frame.time for frame in found] == pytest.approx([0, 0.1, 0.2, 0.3, 0.4, 0.5])
    assert [f.picture.mean() for f in found] == pytest.approx(LEVELS, abs=12)
    assert count_frames(find_sources(film).sources, Pace()) == 6


def test_one_frame_of_so_many_and_for_so_long(tmp_path):
    film = write_film(tmp_path / "a.mp4", LEVELS)
    found = frames(film, every=2)
    assert [frame.index for frame in found] == [0, 2, 4]
    assert [frame.time for frame in found] == pytest.approx([0, 0.2, 0.4])
    assert [f.picture.mean() for f in found] == pytest.approx(LEVELS[::2], abs=12)
    assert [f.index for f in frames(film, seconds=0.25)] == [0, 1, 2]
    sources = find_sources(film).sources
    assert count_frames(sources, Pace(every=4)) == 2
    assert count_frames(sources, Pace(seconds=0.3)) == 0


def test_times_are_those_of_the_file_at_any_rate(tmp_path):
    film = write_film(tmp_path / "a.webm", LEVELS)
    moments = [0, 40, 80, 480, 1480, 1500]
    delay(film, moments)
    assert [round(1000 * f.time) for f in frames(film)] == moments


def test_a_film_that_ends_too_early_says_so_after_its_last_frame(tmp_path, monkeypatch):
    film = write_film(tmp_path / "a.mp4", LEVELS)
    monkeypatch.setattr(VideoFrames, "expected", lambda self: 100)
    *found, last = frames(film)
    assert [frame.reason for frame in found] == [""] * 6
    assert (last.index, last.picture) == (6, None)
    assert last.reason == "the film ends or is damaged after 6 of 100 frames"


def test_what_cannot_be_read_is_a_frame_with_a_reason_and_stops_nothing(tmp_path):
    write_image(tmp_path / "a.png", np.full((8, 8, 3), 7, np.uint8))
    (tmp_path / "b.mp4").write_text("no film", encoding="utf-8")
    (tmp_path / "c.png").touch()
    write_film(tmp_path / "d.mp4", LEVELS[:2])
    found = frames(tmp_path)
    assert [f.source.stem for f in found] == ["a", "b", "c", "d", "d"]
    assert [f.picture is None for f in found] == [False, True, True, False, False]
    assert "no video that OpenCV can read" in found[1].reason
    assert "is empty" in found[2].reason
    assert np.isnan(found[0].time)
    assert count_frames(find_sources(tmp_path).sources, Pace()) == 0


class FakeCamera:
    """Gives five frames."""

    def __init__(self, number):
        self.left = 5
        self.number = number

    def isOpened(self):
        return self.number == 0

    def read(self):
        self.left -= 1
        return self.left >= 0, np.full((4, 4, 3), (10, 20, 30), np.uint8)

    def release(self):
        pass


def test_a_camera_has_our_time_and_red_first(monkeypatch):
    monkeypatch.setattr(cv2, "VideoCapture", FakeCamera)
    found = frames(0, every=2)
    assert [frame.index for frame in found] == [0, 2, 4]
    assert found[0].picture[0, 0].tolist() == [30, 20, 10]
    times = [frame.time for frame in found]
    assert times == sorted(times)
    assert times[0] >= 0
    with pytest.raises(NorfaceError, match="there is no camera 1"):
        frames(1)
    with pytest.raises(NorfaceError, match="camera 0 gives no picture"):
        frames(0, seconds=1e-9)


def test_a_pace_out_of_range_is_refused():
    for pace in ({"every": 0}, {"seconds": 0.0}):
        with pytest.raises(NorfaceError, match="give 1 frame or more"):
            Pace(**pace)
