"""Work on many pictures in several processes, one thread each."""

import multiprocessing
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from typing import Any

import cv2

from norface_pl.errors import NorfaceError


@contextmanager
def mapped(workers: int) -> Iterator[Callable[..., Any]]:
    """Yield a `map` that works in as many processes; 1 works in this one.

    Raises:
        NorfaceError: a process was ended from outside.
    """
    if workers == 1:
        yield map
        return
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, spawn, initializer=_one_thread) as pool:
        try:
            yield pool.map
        except BrokenProcessPool as error:
            raise NorfaceError(
                "a process of the teacher was ended, perhaps for want of memory: run this again, "
                "with fewer workers; what is done is kept"
            ) from error


def _one_thread() -> None:
    cv2.setNumThreads(1)
