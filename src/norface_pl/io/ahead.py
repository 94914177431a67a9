"""Work that is done in a thread before its result is asked for."""

from collections import deque
from collections.abc import Generator, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

Item = TypeVar("Item")

_END = object()


def ahead(items: Iterable[Item], size: int) -> Iterator[Item]:
    """Yield items that a thread makes, up to ``size`` of them before they are asked for.

    What making one raises is raised here, in its place. Leaving early stops the thread, and closes
    a generator.
    """
    source = iter(items)
    try:
        with ThreadPoolExecutor(1) as pool:
            waiting = deque(pool.submit(next, source, _END) for _ in range(size))
            try:
                while (item := waiting.popleft().result()) is not _END:
                    waiting.append(pool.submit(next, source, _END))
                    yield item  # type: ignore[misc]
            finally:
                for future in waiting:
                    future.cancel()
    finally:
        if isinstance(source, Generator):
            source.close()
