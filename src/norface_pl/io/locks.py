"""Locks between processes that share a folder."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from norface_pl.errors import refusal
from norface_pl.io.files import make_folder


@contextmanager
def locked(folder: Path, wait: bool) -> Iterator[bool]:
    """Keep other processes out of a folder; a process that dies keeps nobody out.

    Args:
        folder: need not exist; the lock lies beside it.
        wait: until the other process is done; otherwise yield False at once.
    """
    make_folder(folder.parent)
    lock = FileLock(folder.with_name(f"{folder.name}.lock"))
    try:
        with warnings.catch_warnings():
            # That this file system has no locks of its own, so that a file stands for one.
            warnings.filterwarnings("ignore", "flock not supported")
            lock.acquire(timeout=-1 if wait else 0)
    except Timeout:
        yield False
        return
    except OSError as error:
        raise refusal(error, "lock", folder) from error
    try:
        yield True
    finally:
        lock.release()
