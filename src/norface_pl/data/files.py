"""Writing files so that a killed process leaves either the whole file or none."""

import hashlib
import os
import threading
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


def sha256_file(path: Path) -> str:
    """Return the SHA-256 of a file in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
