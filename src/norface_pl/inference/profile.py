"""How long each stage of an analysis was at work."""

import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Literal, TypeVar, get_args

Item = TypeVar("Item")
Stage = Literal["decode", "detect", "redraw", "read", "write"]

STAGES: tuple[Stage, ...] = get_args(Stage)
"""In the order in which a frame passes through them."""

_END = object()


class Profile:
    """Seconds that each stage was at work, and how many frames or faces it worked on.

    A stage runs in one thread, others beside it. What it waits for another stage does not count;
    what it waits for a processor does.
    """

    def __init__(self) -> None:
        self.began = time.perf_counter()
        self.seconds = dict.fromkeys(STAGES, 0.0)
        self.count = dict.fromkeys(STAGES, 0)

    @contextmanager
    def during(self, stage: Stage, count: int = 1) -> Iterator[None]:
        """Count what goes on inside as work of a stage on so many frames or faces."""
        began = time.perf_counter()
        try:
            yield
        finally:
            self.seconds[stage] += time.perf_counter() - began
            self.count[stage] += count

    def through(self, items: Iterable[Item], stage: Stage) -> Iterator[Item]:
        """Yield items, each of which a stage makes."""
        source = iter(items)
        while True:
            with self.during(stage, 0):
                item = next(source, _END)
            if item is _END:
                return
            self.count[stage] += 1
            yield item  # type: ignore[misc]

    def lines(self) -> list[str]:
        """Return a table with a line a stage, and how well the stages overlap."""
        whole, total = time.perf_counter() - self.began, sum(self.seconds.values()) or 1.0
        lines = [f"{'stage':8}{'seconds':>9}{'a second':>10}{'share':>7}"]
        for stage in STAGES:
            seconds, count = self.seconds[stage], self.count[stage]
            each = f"{count / seconds:.1f}" if seconds else "-"
            lines.append(f"{stage:8}{seconds:9.2f}{each:>10}{seconds / total:7.0%}")
        slowest = max(STAGES, key=self.seconds.__getitem__)
        rate, share = self.count["decode"] / whole, self.seconds[slowest] / whole
        lines.append(f"{'all':8}{whole:9.2f}{rate:10.1f}")
        lines.append(f"the slowest stage, {slowest}, was at work {share:.0%} of the time")
        return lines
