import pytest

from norface_pl.inference import profile as module
from norface_pl.inference.profile import Profile


@pytest.fixture
def clock(monkeypatch):
    class Clock:
        now = 100.0

    monkeypatch.setattr(module.time, "perf_counter", lambda: Clock.now)
    return Clock


def test_stages_are_counted_where_they_work_and_not_where_they_wait(clock):
    profile = Profile()

    def decode():
        for frame in range(4):
            clock.now += 1
            yield frame
        clock.now += 1

    frames = profile.through(decode(), "decode")
    for frame in frames:
        clock.now += 10  # somebody else's work
        with profile.during("detect"):
            clock.now += 3
        if frame == 1:
            with profile.during("redraw", 2):
                clock.now += 2
    assert profile.seconds == {"decode": 5, "detect": 12, "redraw": 2, "read": 0, "write": 0}
    assert profile.count == {"decode": 4, "detect": 4, "redraw": 2, "read": 0, "write": 0}
    assert profile.lines() == [
        "stage     seconds  a second  share",
        "decode       5.00       0.8    26%",
        "detect      12.00       0.3    63%",
        "redraw       2.00       1.0    11%",
        "read         0.00         -     0%",
        "write        0.00         -     0%",
        "all         59.00       0.1",
        "the slowest stage, detect, was at work 20% of the time",
    ]


def test_work_that_fails_is_counted_too(clock):
    profile = Profile()
    with pytest.raises(ValueError, match="no"), profile.during("write"):
        clock.now += 2
        raise ValueError("no")
    assert profile.seconds["write"] == 2
