"""The pictures of a recorded sequence: a folder of numbered files, or a video."""

import os
import re
from collections.abc import Iterable, Sequence
from pathlib import Path

from norface_pl.errors import NorfaceError
from norface_pl.io.frames import frame_of_video
from norface_pl.io.images import SUFFIXES
from norface_pl.io.spelling import entries, find_path


def numbered_pictures(folder: Path) -> dict[int, str]:
    """Return the file name of every picture by the number that its name ends with.

    Zero padding differs between releases and even between sequences, so names are never guessed.

    Raises:
        NorfaceError: two files have one number.
    """
    found: dict[int, str] = {}
    for name in entries(folder):
        number = re.search(r"\d+$", Path(name).stem)
        if number is None or Path(name).suffix.lower() not in SUFFIXES:
            continue
        other = found.setdefault(int(number[0]), name)
        if other != name:
            raise NorfaceError(
                f"{folder} has frame {int(number[0])} twice, {other} and {name}; remove one of them"
            )
    return found


def find_pictures(base: Path, choices: Sequence[str]) -> Path | None:
    """Return the first of several names below a folder that is a video, or has numbered pictures.

    Names are spelt as `find_path` allows.
    """
    for choice in choices:
        path = find_path(base, choice)
        if path is not None and (numbered_pictures(path) if path.is_dir() else path.is_file()):
            return path
    return None


def sources(root: Path, path: Path, numbers: Iterable[int]) -> list[str]:
    """Return the names of pictures below ``root``, "" for those that are not there.

    Args:
        root: what names are relative to.
        path: a folder of numbered pictures, or a video.
        numbers: of the pictures in the folder; from 0 in a video, which is not opened.
    """
    # Pictures may lie beside the labels, on another disk for example.
    below = Path(os.path.relpath(path, root)).as_posix()
    if not path.is_dir():
        return [frame_of_video(below, number) for number in numbers]
    found = numbered_pictures(path)
    return [f"{below}/{found[number]}" if number in found else "" for number in numbers]


def first_number(folders: Sequence[Path], chosen: int | None) -> int:
    """Tell whether pictures that were taken out of videos are counted from 0 or from 1.

    Args:
        folders: of the pictures, one a video.
        chosen: 0 or 1 as the user says; None reads it off the names.

    Raises:
        NorfaceError: names do not tell, or tell something else than was chosen.
    """
    first = {folder: min(numbered_pictures(folder)) for folder in folders}
    low, high = min(first, key=lambda at: first[at]), max(first, key=lambda at: first[at])
    numbers = set(first.values())
    if chosen is None:
        if numbers in ({0}, {1}):
            return numbers.pop()
        raise NorfaceError(
            f"pictures begin with number {first[low]} in {low} and with {first[high]} in {high}; "
            "say with --first_frame 0 or 1 from which number they were counted"
        )
    # Single pictures may be absent, a whole data set does not lack the first of every video.
    if chosen != first[low] and first[low] in (0, 1):
        raise NorfaceError(
            f"first_frame is {chosen}, but pictures begin with number {first[low]} in {low}; "
            "leave it out, or extract them anew"
        )
    return chosen


def refuse_absent(
    absent: Sequence[str], total: int, what: str, where: str, incomplete: bool
) -> None:
    """Stop where something is missing, unless that is on purpose; stop where all of it is.

    Args:
        absent: names of what is missing.
        total: number of what should be there.
        what: it is, in the plural.
        where: it was looked for.
        incomplete: whether the copy is known to be incomplete.

    Raises:
        NorfaceError: says how many are missing, and the first.
    """
    if not absent or (incomplete and len(absent) < total):
        return
    advice = "" if incomplete else ", or take what is there with --incomplete true"
    raise NorfaceError(
        f"{len(absent)} of {total} {what} are missing, the first is {absent[0]}, looked for in "
        f"{where}; unpack all of the data set{advice}"
    )
