"""Writing pictures in threads while the network works on the next batch."""

from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import AbstractContextManager

from norface_pl.io.images import Picture


class BackgroundWriter(AbstractContextManager["BackgroundWriter"]):
    """Hand pictures to a writing function in threads, at most one batch behind.

    A context manager; leaving it waits for everything, and raises what a thread raised.

    Args:
        write: takes a name and a picture; must be safe to call from threads.
        threads: how many write at once.
    """

    def __init__(self, write: Callable[[str, Picture], object], threads: int = 2) -> None:
        self._write = write
        self._pool = ThreadPoolExecutor(threads)
        self._behind: list[Future[object]] = []

    def add(self, names: Sequence[str], pictures: Sequence[Picture]) -> None:
        """Queue a batch once the batch before it is written."""
        self._settle()
        pairs = zip(names, pictures, strict=True)
        self._behind = [self._pool.submit(self._write, name, picture) for name, picture in pairs]

    def _settle(self) -> None:
        wait(self._behind)
        for future in self._behind:
            future.result()

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        """Wait for the last batch, even when the block failed, so that no thread is left."""
        self._pool.shutdown(wait=True)
        if kind is None:
            self._settle()
