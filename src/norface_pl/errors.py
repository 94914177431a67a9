"""The one error type that users are meant to read, and the sentence that any OSError becomes."""

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

# By name, since no system has all of them.
_REMEDIES = {
    "EACCES EPERM": "give yourself the permission, or choose another place",
    "ENOENT": "check the path",
    "ENOTDIR": "a file stands where a folder is wanted; check the path",
    "EISDIR": "a folder stands where a file is wanted; check the path",
    "EEXIST ENOTEMPTY": "something else stands there; choose another name",
    "EXDEV": "give a folder that lies on one disk",
    "ENOSPC EDQUOT": "free some space, or choose a folder on another disk",
    "EROFS ENOLCK EOPNOTSUPP": "choose a folder on another disk",
    "ENAMETOOLONG": "choose a shorter name or folder",
    "ELOOP": "a link leads back to itself; remove it",
    "ENOMEM": "close other programs, or use fewer processes and smaller batches",
    "EPIPE": "the program that reads the output, or a process of this one, has ended",
    "EMFILE ENFILE": "close other programs, or allow more open files (ulimit -n)",
    "EBUSY ETXTBSY": "close the program that uses it",
}
_UNKNOWN = "check the disk, or the connection to it"


class NorfaceError(Exception):
    """A mistake in the input: one sentence that says what is wrong, where, and what to do.

    The command line prints the sentence and exits with code 2 instead of showing a traceback.
    """

    def __init__(self, sentence: str) -> None:
        super().__init__(printable(sentence))


def printable(text: str | Path) -> str:
    r"""Return a text that can be printed and stored everywhere.

    A byte of a file name that is not UTF-8 becomes ``\udcXX``; `norface_pl.io.names.restored`
    leads back.
    """
    return str(text).encode("utf-8", "backslashreplace").decode("utf-8")


def refusal(error: OSError, doing: str = "use", path: Path | str | None = None) -> NorfaceError:
    """Return what went wrong with a file or folder: which, why, and what to do.

    Args:
        error: as the system raised it.
        doing: what was tried: read, write, enter.
        path: the file or folder; by default the one that the error names.
    """
    where: object = path if path is not None else error.filename
    reason = error.strerror or " ".join(str(error).split()) or type(error).__name__
    name = errno.errorcode.get(error.errno or 0, "unknown")
    remedy = next((text for names, text in _REMEDIES.items() if name in names.split()), _UNKNOWN)
    shown = os.fsdecode(where) if isinstance(where, bytes) else where
    what = f"cannot {doing} {shown}: " if where is not None else ""
    return NorfaceError(f"{what}{reason}; {remedy}")


@contextmanager
def told(doing: str = "use", path: Path | str | None = None) -> Iterator[None]:
    """Turn any OSError of the block into a `NorfaceError`; see `refusal`."""
    try:
        yield
    except OSError as error:
        raise refusal(error, doing, path) from error
