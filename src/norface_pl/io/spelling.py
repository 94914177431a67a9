"""Finds folders and files of a data set under every spelling that copies of it have.

Public readers of one data set name the same folder with and without an s, with blanks, hyphens or
underscores, in either case. Archives are unpacked into a folder of their own name. Names that
differ in letters are given as candidates; all other differences are ignored here.
"""

import re
import unicodedata
from collections.abc import Callable, Sequence
from pathlib import Path, PurePosixPath

from norface_pl.errors import NorfaceError
from norface_pl.io.files import visible


def find_path(root: Path, name: str) -> Path | None:
    """Return what lies at ``name`` below ``root``; None if nothing does.

    Case, blanks, hyphens and underscores do not matter, an exact name comes first. A folder may
    stand in one of its own name, as in ``AUCoding/AUCoding``; the inner one counts. Names with a
    leading dot are never found.

    Raises:
        NorfaceError: two names differ in nothing else.
    """
    here = [root]
    for part in PurePosixPath(name).parts:
        outer = [found for folder in here for found in _spelt(folder, part)]
        inner = [found / found.name for found in outer if (found / found.name).is_dir()]
        here = inner + outer
    return here[0] if here and here[0].exists() else None


def find_folder(root: Path, candidates: Sequence[str], name: str) -> Path:
    """Return the first of several folders below ``root`` that is there.

    Raises:
        NorfaceError: none is; says what was looked for and what was found instead.
    """
    return _first(root, candidates, name, Path.is_dir)


def find_file(root: Path, candidates: Sequence[str], name: str) -> Path:
    """Return the first of several files below ``root`` that is there.

    Raises:
        NorfaceError: none is; says what was looked for and what was found instead.
    """
    return _first(root, candidates, name, Path.is_file)


def _first(root: Path, candidates: Sequence[str], name: str, kind: Callable[[Path], bool]) -> Path:
    for found in (find_path(root, candidate) for candidate in candidates):
        if found is not None and kind(found):
            return found
    raise not_found(root, candidates, name)


def entries(folder: Path) -> list[str]:
    """Return the names of what people put into a folder, sorted; see `visible`."""
    return sorted(visible(folder))


def _spelt(folder: Path, name: str) -> list[Path]:
    if (folder / name).exists():
        return [folder / name]
    alike = [found for found in entries(folder) if _plain(found) == _plain(name)]
    if len(alike) > 1:
        raise NorfaceError(
            f"{folder} has {' and '.join(alike)}, which are spelt alike; keep the one that counts"
        )
    return [folder / found for found in alike]


def _plain(name: str) -> str:
    return re.sub(r"[\s_-]", "", unicodedata.normalize("NFC", name)).casefold()


def not_found(root: Path, candidates: Sequence[str], name: str) -> NorfaceError:
    """Return the error that says what was looked for and what is there."""
    if not root.is_dir():
        return NorfaceError(f"there is no folder {root}; give the folder of {name} with --root")
    there = entries(root)
    shown = ", ".join(there[:8]) + (", ..." if len(there) > 8 else "")
    return NorfaceError(
        f"{root} does not look like {name}: looked for {' or '.join(candidates)}, found "
        f"{shown or 'nothing'}; give the folder that holds it with --root"
    )
