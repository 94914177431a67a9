import threading

import pytest

from norface_pl import progress
from norface_pl.progress import LIMIT, at_work, part, reporter, restart, spoken, track


class Clock:
    now = 100.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock(monkeypatch):
    monkeypatch.setattr(progress, "LIMIT", LIMIT)
    clock = Clock()
    monkeypatch.setattr(progress.time, "monotonic", clock)
    monkeypatch.setattr(progress, "on_terminal", lambda: False)
    restart()
    yield clock
    restart()


def work(clock, items, seconds, **options):
    for _ in track(items, "folding", **options):
        clock.now += seconds


def lines(capsys):
    return capsys.readouterr().err.splitlines()


def test_a_line_now_and_then_says_what_how_far_and_how_long_still(clock, capsys):
    work(clock, range(100), 1.0)
    assert lines(capsys) == [
        "folding: 25%, 75 s left",
        "folding: 50%, 50 s left",
        "folding: 75%, 25 s left",
        "folding: 100%, 0 s left",
    ]


def test_short_work_one_after_another_is_heard_of_as_often(clock, capsys):
    for _ in range(8):
        work(clock, range(10), 1.0)
    assert len(lines(capsys)) == 3


def test_quick_work_says_nothing(clock, capsys):
    work(clock, range(10), 1.0)
    assert lines(capsys) == []


def test_a_part_says_its_title_and_how_long_the_whole_takes(clock, capsys):
    with part("phase 1 of 2, paper", 0.0, 0.5):
        work(clock, range(50), 1.0, whole=True)
    # 25 s of 50 are done of this part, of 100 in all; then all of it.
    assert lines(capsys) == [
        "phase 1 of 2, paper: folding: 50%, 25 s left; of all 25%, about 75 s left",
        "phase 1 of 2, paper: folding: 100%, 0 s left; of all 50%, about 50 s left",
    ]


def test_parts_may_lie_in_parts(clock):
    with part("outer", 0.5, 1.0), part("inner", 0.5, 1.0):
        assert (reporter().part.start, reporter().part.end) == (0.75, 1.0)
        assert reporter().part.title == "inner"
    assert reporter().part.title == ""


def test_what_was_found_done_took_no_time(clock):
    with part("second half", 0.5, 1.0):
        work(clock, range(10), 1.0, whole=True)
        clock.now += 0.0
    restart()
    with part("second half", 0.5, 1.0):
        for number, _ in enumerate(track(range(10), "folding", whole=True)):
            clock.now += 1.0
            if number == 5:
                # Five of ten items took six seconds so far, five more are to come.
                assert reporter().left() == "; of all 75%, about 6 s left"


def test_an_error_leaves_the_part(clock):
    with pytest.raises(ValueError, match="torn"), part("paper", 0.0, 0.5):
        raise ValueError("torn")
    assert reporter().part.title == ""
    assert reporter().done == 0.0


def test_items_of_unknown_number_are_gone_through(clock):
    assert list(track(iter("abc"), "folding")) == ["a", "b", "c"]


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.4, "0 s"), (99, "99 s"), (100, "2 min"), (3599, "1 h 00 min"), (4800, "1 h 20 min")],
)
def test_times_are_told_as_people_do(seconds, text):
    assert spoken(seconds) == text


def test_what_takes_long_without_a_word_is_known_to_go_on(clock, capsys):
    with part("phase 1 of 2, paper", 0.0, 0.5):
        clock.now += 29.0
        reporter().beat()
        assert lines(capsys) == []
        clock.now += 31.0
        reporter().beat()
        reporter().beat()
    assert lines(capsys) == ["phase 1 of 2, paper: at work, for 60 s by now"]


def test_nobody_is_told_of_work_that_is_over(clock, capsys):
    with at_work():
        pass
    clock.now += 100.0
    reporter().beat()
    assert lines(capsys) == []


def test_the_heart_beats_by_itself(monkeypatch, capsys):
    monkeypatch.setattr(progress, "INTERVAL", 0.0)
    monkeypatch.setattr(progress, "PATIENCE", 0.01)
    monkeypatch.setattr(progress, "on_terminal", lambda: False)
    told = threading.Event()
    monkeypatch.setattr(progress.Reporter, "beat", lambda self: told.set())
    with at_work():
        assert told.wait(30)
    assert sum(thread.name == "norface progress" for thread in threading.enumerate()) == 1


def test_work_that_says_how_far_it_is_comes_before_the_heartbeat(clock, capsys):
    for _ in track(range(100), "folding"):
        clock.now += 1.0
        reporter().beat()
    assert {line.partition(":")[0] for line in lines(capsys)} == {"folding"}
