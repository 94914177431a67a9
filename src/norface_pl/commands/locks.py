"""Locks between processes that share a folder."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from norface_pl.data.files import make_folder


@contextmanager
def locked(folder: Path, wait: bool) -> Iterator[bool]:
    """Keep other processes out of a folder; a process that dies keeps nobody out.

    Args:
        folder: need not exist; the lock lies beside it.
        wait: until the other process is done; otherwise yield False at once.
    """
    make_folder(folder.parent)
    with folder.with_name(f"{folder.name}.lock").open("w", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        except BlockingIOError:
            yield False
        else:
            yield True
