"""Faces in batches."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TypeVar

Item = TypeVar("Item")


def in_lists(items: Iterable[Item], size: int) -> Iterator[list[Item]]:
    """Yield lists of ``size`` items, the last one with what is left."""
    left = iter(items)
    while batch := list(islice(left, size)):
        yield batch
