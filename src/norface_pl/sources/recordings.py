"""The pictures of a recorded sequence: a folder of numbered files, or a video."""

import os
import re
from collections.abc import Container, Hashable, Mapping, Sequence
from pathlib import Path
from typing import TypeVar

import pandas as pd

from norface_pl.errors import NorfaceError
from norface_pl.io.frames import frame_of_video
from norface_pl.io.images import SUFFIXES
from norface_pl.io.spelling import entries, find_path

Key = TypeVar("Key", bound=Hashable)


def numbered_pictures(folder: Path) -> dict[int, str]:
    """Return the file name of every picture by the number that its name ends with.

    Zero padding differs between releases and even between sequences, so names are never guessed.
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


def find_recordings(base: Path, choices: Mapping[Key, Sequence[str]]) -> dict[Key, Path]:
    """Return of each sequence the first of its names that is a video, or has numbered pictures.

    Names are below ``base`` and spelt as `find_path` allows; of some sequences nothing is there.
    """
    found = {}
    for key, names in choices.items():
        for path in (path for name in names if (path := find_path(base, name)) is not None):
            if numbered_pictures(path) if path.is_dir() else path.is_file():
                found[key] = path
                break
    return found


def frames(
    root: Path, path: Path, labels: pd.DataFrame, shift: int, subject: str, sequence: str, part: str
) -> pd.DataFrame:
    """Return the rows of a sequence as `DataSource.listing` wants them.

    ``path`` is a folder of numbered pictures, or a video, which is not opened. ``labels`` have
    ``frame``, which is larger by ``shift`` than the number of the picture, from 0 in a video.
    """
    # Pictures may lie beside the labels, on another disk for example.
    below = Path(os.path.relpath(path, root)).as_posix()
    frame = labels["frame"]
    if path.is_dir():
        found = numbered_pictures(path)
        # Those that are not there have no name.
        names = [f"{below}/{found[at]}" if at in found else "" for at in frame - shift]
    else:
        names = [frame_of_video(below, number) for number in frame - shift]
    rows = pd.DataFrame({"key": sequence + "_" + frame.astype(str), "source": names})
    rows = rows.assign(subject=subject, sequence=sequence, frame=frame, part=part)
    return rows.join(labels.drop(columns="frame"))


def first_number(folders: Sequence[Path], chosen: int | None) -> int:
    """Tell whether pictures that were taken out of videos are counted from 0 or from 1.

    Each video has a folder. None is chosen where the names of the pictures have to tell. A
    `NorfaceError` says where they do not, or tell something else than was chosen.
    """
    first = {folder: min(numbered_pictures(folder)) for folder in folders}
    low, high = min(first, key=first.__getitem__), max(first, key=first.__getitem__)
    if chosen is None:
        if first[low] == first[high] and first[low] in (0, 1):
            return first[low]
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
    names: Mapping[Key, str], found: Container[Key], what: str, where: Path, incomplete: bool
) -> None:
    """Stop where some names are not found, unless that is on purpose, and where none is.

    The `NorfaceError` says how many are missing, and the first.
    """
    absent = [name for key, name in names.items() if key not in found]
    if not absent or (incomplete and len(absent) < len(names)):
        return
    advice = "" if incomplete else ", or take what is there with --incomplete true"
    raise NorfaceError(
        f"{len(absent)} of {len(names)} {what} are missing, the first is {absent[0]}, looked for "
        f"in {where}; unpack all of the data set{advice}"
    )
