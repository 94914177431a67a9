"""The one walk through a folder: which files are taken, which are not, and why."""

import os
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path

from norface_pl.errors import NorfaceError, refusal, told
from norface_pl.io.files import is_hidden

_SHOWN = 8


@dataclass(frozen=True)
class Walk:
    """What lies in a folder, at any depth.

    Attributes:
        files: of the kinds that were looked for, sorted.
        others: how many files of each other suffix were left out.
        closed: folders that could not be entered, and links that lead nowhere, with the reason.
    """

    files: list[Path] = field(default_factory=list)
    others: Counter[str] = field(default_factory=Counter)
    closed: list[tuple[Path, str]] = field(default_factory=list)

    def left_out(self) -> str:
        """Return how many files of which other kinds were left out; empty if none."""
        total = self.others.total()
        if not total:
            return ""
        kinds = sorted(self.others.items(), key=lambda item: (-item[1], item[0]))
        shown = ", ".join(f"{suffix} {count}" for suffix, count in kinds[:_SHOWN])
        more = ", ..." if len(kinds) > _SHOWN else ""
        what = "file of another kind" if total == 1 else "files of other kinds"
        return f"{total} {what} left out: {shown}{more}"

    def notes(self) -> list[str]:
        """Return a sentence for everything that was not taken."""
        return [*(reason for _, reason in self.closed), *filter(None, [self.left_out()])]


def walk(path: Path, suffixes: Collection[str], what: str) -> Walk:
    """Look for files by their suffix: a file itself, or all below a folder.

    Hidden files and folders, and those of systems, are passed over. Links are followed, but no
    folder is entered twice. A folder that can be reached without a link is reached so.

    Args:
        path: a file or a folder.
        suffixes: in small letters, with their dot.
        what: is looked for, with its article, for messages: "a picture".

    Raises:
        NorfaceError: nothing there, it cannot be entered, or it holds no such file.
    """
    known = " ".join(sorted(suffixes))
    with told("read", path):
        if path.is_file():
            if path.suffix.lower() not in suffixes:
                raise NorfaceError(f"{path} is not {what}; looked for one of {known}")
            return Walk([path])
        if not path.is_dir():
            raise NorfaceError(f"there is no file or folder {path}; check the path")
        os.scandir(path).close()
    found = _descend(path, suffixes)
    if not found.files:
        why = "".join(f"; {note}" for note in found.notes())
        raise NorfaceError(
            f"the folder {path} holds no {what.split(' ', 1)[1]}; looked for {known} in all of "
            f"it{why}"
        )
    found.files.sort()
    return found


def _descend(root: Path, suffixes: Collection[str]) -> Walk:
    found, entered = Walk(), set[str]()
    folders, links = [root], list[Path]()
    while folders or links:
        folder = folders.pop() if folders else links.pop(0)
        if (real := os.path.realpath(folder)) in entered:
            continue
        entered.add(real)
        try:
            with os.scandir(folder) as content:
                entries = sorted(content, key=lambda entry: entry.name)
        except OSError as error:
            found.closed.append((folder, str(refusal(error, "enter", folder))))
            continue
        for entry in entries:
            path = Path(entry.path)
            try:
                if is_hidden(entry.name):
                    continue
                if entry.is_dir():
                    (links if entry.is_symlink() else folders).append(path)
                elif path.suffix.lower() not in suffixes:
                    found.others[path.suffix.lower() or "no suffix"] += 1
                # A link that leads nowhere is a picture that cannot be read; a pipe is none.
                elif entry.is_file() or entry.is_symlink():
                    found.files.append(path)
            except OSError as error:
                found.closed.append((path, str(refusal(error, "read", path))))
    return found
