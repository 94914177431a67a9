"""A bounded number of things out of a stream of unknown length, evenly spread over it."""

from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class Thinned(Generic[T]):
    """Keeps the first of every ``step`` things; the step doubles whenever there are too many.

    Args:
        most: things that are kept at a time.
    """

    def __init__(self, most: int) -> None:
        self.most, self.step, self.seen = most, 1, 0
        self.kept: list[T] = []

    def add(self, make: Callable[[], T]) -> None:
        """Let one more thing pass, which is made only if it is kept."""
        if len(self.kept) == self.most and self.seen % self.step == 0:
            del self.kept[1::2]
            self.step *= 2
        if self.seen % self.step == 0:
            self.kept.append(make())
        self.seen += 1
