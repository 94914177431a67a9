"""Writing files so that a killed process leaves either the whole file or none."""

import hashlib
import json
import os
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from norface_pl.errors import NorfaceError, refusal, told

TEMPORARY = ".partial"
UNFINISHED = "unfinished"
"""Folder in that of the results, for those of an attempt that did not end well."""

# What systems, file managers and archives put into folders, in small letters.
_SYSTEM = frozenset(
    {
        *("$recycle.bin", "system volume information", "thumbs.db", "ehthumbs.db", "desktop.ini"),
        *("__macosx", "lost+found", "@eadir", "#recycle", "#snapshot"),
    }
)


def is_hidden(name: str) -> bool:
    """Tell whether a file or folder is hidden or the system's own, and so never anybody's data."""
    return name.startswith(".") or name.lower() in _SYSTEM


def visible(folder: Path) -> set[str]:
    """Return the names of what people put into a folder; empty where there is no folder."""
    with told("read", folder):
        if not folder.is_dir():
            return set()
        return {entry.name for entry in folder.iterdir() if not is_hidden(entry.name)}


def write_atomic(path: Path, content: bytes) -> None:
    """Write a file under a temporary name beside it, then rename it over the final one."""
    # Not the name itself, which may be as long as the file system allows.
    name = hashlib.sha256(os.fsencode(path.name)).hexdigest()[:12]
    temporary = path.with_name(f"{name}-{os.getpid()}-{threading.get_ident()}{TEMPORARY}")
    try:
        temporary.write_bytes(content)
        temporary.replace(path)
    except OSError as error:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)
        raise refusal(error, "write", path) from error


def write_json(path: Path, content: object) -> None:
    """Write a JSON file, whole or not at all."""
    write_atomic(path, (json.dumps(content, indent=2) + "\n").encode())


def make_folder(path: Path) -> Path:
    """Create a folder with its parents and return it."""
    with told("create the folder", path):
        path.mkdir(parents=True, exist_ok=True)
    return path


@contextmanager
def staged_folder(out: Path, mark: str) -> Iterator[Path]:
    """Yield a folder whose entries replace those of ``out`` when the block succeeds.

    It lies in ``out``, which may be a link or another disk. Where the block fails, or the process
    is killed, it stays as ``out/unfinished`` with what was done until then, and the results of an
    earlier run stay as they are.

    Args:
        out: where results go; entries of an earlier run are replaced one by one.
        mark: name of an entry that shows that a folder holds results of the same kind.

    Raises:
        NorfaceError: ``out`` is a file, cannot be written, or holds something else.
    """
    if out.is_file():
        raise NorfaceError(f"{out} is a file; choose an empty folder")
    stage, new = out / UNFINISHED, not out.exists()
    for folder, names in ((out, visible(out) - {UNFINISHED}), (stage, visible(stage))):
        if names and mark not in names:
            raise NorfaceError(
                f"{folder} holds other files ({min(names)}) and no earlier {mark}; choose an empty "
                "folder"
            )
    make_folder(out)
    with told("write in", out):
        _remove(stage)
        stage.mkdir()
    try:
        yield stage
        with told("replace earlier results in", out):
            # The mark comes last: as long as it is there, the rest can still be told as ours.
            for entry in sorted(stage.iterdir(), key=lambda entry: entry.name == mark):
                if entry.is_dir() or (out / entry.name).is_dir():
                    _remove(out / entry.name)
                entry.replace(out / entry.name)
            stage.rmdir()
    finally:
        if stage.exists() and not (stage / mark).exists():
            shutil.rmtree(stage, ignore_errors=True)
            if new:
                with suppress(OSError):
                    out.rmdir()


def _remove(path: Path) -> None:
    """Remove a file, a link or a folder with all that is in it, if it is there."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def sha256_file(path: Path) -> str:
    """Return the SHA-256 of a file in hexadecimal."""
    with told("read", path), path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
