"""Shows how far long work is: a bar on a terminal, elsewhere a plain line at least every 30 s."""

import sys
import threading
import time
from collections.abc import Iterable, Iterator, Sized
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TypeVar

from rich.console import Console
from rich.progress import track as draw_bar

Item = TypeVar("Item")

INTERVAL = 25.0
"""Seconds between two lines of work that says how far it is."""
LIMIT = 30.0
"""Seconds after which a line is written in any case; longer, so that the others come first."""
PATIENCE = 1.0
"""Seconds between two looks of the heartbeat at the clock."""


@dataclass(frozen=True)
class Part:
    """A part of the whole work, from one share of it to another; ``title`` stands before lines."""

    title: str = ""
    start: float = 0.0
    end: float = 1.0

    def at(self, done: float) -> float:
        """Return the share of the whole that is done when this share of the part is."""
        return self.start + (self.end - self.start) * done


@dataclass
class Reporter:
    """Keeps the time, and says where the work stands.

    How long the whole still takes is told from the time that its finished shares took. Shares
    that were found done, and took no time, are left out of that.

    Attributes:
        part: that is at work.
        done, skipped: shares of the whole that are done, and that were found done.
        began, said: when the work began, and the last line was written, in seconds.
        busy: how many pieces of work are under way, one within the other.
    """

    part: Part = field(default_factory=Part)
    done: float = 0.0
    skipped: float = 0.0
    began: float = field(default_factory=lambda: time.monotonic())
    said: float = field(default_factory=lambda: time.monotonic())
    busy: int = 0

    def reach(self, done: float, found: bool = False) -> None:
        """Note the share of the whole that is done; ``found``: it was done before."""
        if found:
            self.skipped += max(0.0, done - self.done)
        self.done = max(done, self.done)

    def left(self) -> str:
        """Return how far the whole is and how long it takes from here; "" if nobody knows."""
        worked = self.done - self.skipped
        if worked < 0.01 or self.done > 0.999:
            return ""
        seconds = (time.monotonic() - self.began) * (1 - self.done) / worked
        return f"; of all {self.done:.0%}, about {spoken(seconds)} left"

    def say(self, what: str, done: float, began: float | None, since: float = 0.0) -> None:
        """Write a line, if it is time for one.

        Args:
            what: is done.
            done: share of it.
            began: when it began, in seconds; None says nothing of the time that is left.
            since: share of it that was done then.
        """
        now = time.monotonic()
        if now - self.said < INTERVAL:
            return
        left = ""
        if began is not None and done > since:
            left = f", {spoken((now - began) * (1 - done) / (done - since))} left"
        whole = self.left() if self.part.end - self.part.start < 1 else ""
        self._write(f"{what}: {done:.0%}{left}{whole}")

    def beat(self) -> None:
        """Write that the work goes on, if it is time for a line and nobody else wrote one."""
        now = time.monotonic()
        if self.busy and now - self.said >= LIMIT:
            self._write(f"at work, for {spoken(now - self.began)} by now{self.left()}")

    def _write(self, text: str) -> None:
        self.said = time.monotonic()
        if not on_terminal():
            title = f"{self.part.title}: " if self.part.title else ""
            print(f"{title}{text}", file=sys.stderr, flush=True)


_reporter = Reporter()
_heart = threading.Event()


def _beat() -> None:
    """Look at the clock for ever: steps between two batches may take longer than a line may."""
    while True:
        time.sleep(PATIENCE)
        _reporter.beat()


@contextmanager
def at_work() -> Iterator[None]:
    """Have a line written now and then, whatever goes on inside."""
    if not _heart.is_set():
        _heart.set()
        threading.Thread(target=_beat, daemon=True, name="norface progress").start()
    _reporter.busy += 1
    try:
        yield
    finally:
        _reporter.busy -= 1


@contextmanager
def at_rest() -> Iterator[None]:
    """Have no line written: what goes on inside waits for people."""
    busy, _reporter.busy = _reporter.busy, 0
    try:
        yield
    finally:
        _reporter.busy = busy


def on_terminal() -> bool:
    """Tell whether somebody looks at a terminal, where bars can be drawn."""
    return sys.stderr.isatty()


def reporter() -> Reporter:
    """Return the reporter of this process."""
    return _reporter


def restart() -> None:
    """Begin to count anew, for a command that does not know of earlier ones in this process."""
    _reporter.__init__(busy=_reporter.busy)  # type: ignore[misc]


@contextmanager
def part(title: str, start: float, end: float) -> Iterator[None]:
    """Do a part of the work: from one share of the enclosing part to another.

    Args:
        title: stands before every line; "" leaves that of the enclosing part.
        start: share of the enclosing part that comes before.
        end: share of it that is done with this one.
    """
    outer = _reporter.part
    inner = Part(title or outer.title, outer.at(start), outer.at(end))
    _reporter.reach(inner.start, found=True)
    _reporter.part = inner
    try:
        with at_work():
            yield
        _reporter.reach(inner.end)
    finally:
        _reporter.part = outer


def track(
    items: Iterable[Item], description: str, total: int | None = None, whole: bool = False
) -> Iterator[Item]:
    """Go through items and show how far that is.

    Args:
        items: that work is done on one after another.
        description: of the work.
        total: number of items; None asks them.
        whole: whether they are all of the part that is at work, so that it is done with them.
    """
    count = len(items) if total is None and isinstance(items, Sized) else total or 0
    if on_terminal():
        share = _reporter.part.end - _reporter.part.start
        note = f" ({share:.0%} of all)" if whole and share < 1 else ""
        console = Console(stderr=True)
        yield from draw_bar(items, description=description + note, total=count, console=console)
        return
    began = time.monotonic()
    with at_work():
        for number, item in enumerate(items, start=1):
            yield item
            done = min(1.0, number / count) if count else 0.0
            if whole:
                _reporter.reach(_reporter.part.at(done))
            _reporter.say(description, done, began)


def spoken(seconds: float) -> str:
    """Return a time as people say it: ``40 s``, ``3 min``, ``1 h 20 min``."""
    if seconds < 99.5:
        return f"{seconds:.0f} s"
    hours, minutes = divmod(round(seconds / 60), 60)
    return f"{hours} h {minutes:02d} min" if hours else f"{minutes} min"
