"""Writing files so that a killed process leaves either the whole file or none."""

import hashlib
import os
import shutil
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from norface_pl.errors import NorfaceError

TEMPORARY = ".partial"


def write_atomic(path: Path, content: bytes) -> None:
    """Write a file under a temporary name beside it, then rename it over the final one.

    Raises:
        NorfaceError: the file cannot be written (no permission, disk full, no such folder).
    """
    temporary = path.with_name(f"{path.name}.{os.getpid()}-{threading.get_ident()}{TEMPORARY}")
    try:
        temporary.write_bytes(content)
        temporary.replace(path)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise NorfaceError(f"cannot write {path}: {error.strerror or error}") from error


def make_folder(path: Path) -> Path:
    """Create a folder with its parents and return it.

    Raises:
        NorfaceError: a file is in the way or there is no permission.
    """
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise NorfaceError(f"cannot create the folder {path}: {error.strerror or error}") from error
    return path


@contextmanager
def staged_folder(out: Path, mark: str) -> Iterator[Path]:
    """Yield a temporary folder whose entries replace those of ``out`` when the block succeeds.

    Args:
        out: where results go; entries of an earlier run are replaced one by one.
        mark: name of an entry that shows that ``out`` holds earlier results of the same kind.

    Raises:
        NorfaceError: ``out`` is a file, cannot be created, or holds something else.
    """
    if out.is_file() or (out.is_dir() and any(out.iterdir()) and not (out / mark).exists()):
        raise NorfaceError(f"{out} holds other files and no earlier {mark}; choose an empty folder")
    make_folder(out.parent)
    try:
        stage = Path(tempfile.mkdtemp(prefix=f".{out.name}-", suffix=TEMPORARY, dir=out.parent))
    except OSError as error:
        raise NorfaceError(f"cannot write in {out.parent}: {error.strerror or error}") from error
    try:
        yield stage
        make_folder(out)
        for entry in stage.iterdir():
            old = out / entry.name
            if old.is_dir():
                shutil.rmtree(old)
            entry.replace(old)
    finally:
        shutil.rmtree(stage, ignore_errors=True)


def sha256_file(path: Path) -> str:
    """Return the SHA-256 of a file in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
