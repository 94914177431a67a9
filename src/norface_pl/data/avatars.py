"""Avatars of prepared faces on disk: a picture beside each, with the face's expression."""

from pathlib import Path

import pandas as pd

from norface_pl.data.prepared import PICTURES
from norface_pl.io.files import sha256_file, write_atomic
from norface_pl.io.stamp import stamp

AVATARS = "avatars"
AVATARS_STAMP = "avatars.txt"


def avatar_path(picture: str) -> str:
    """Return where the avatar of a picture lies, both below the prepared folder."""
    return str(Path(AVATARS, Path(picture).relative_to(PICTURES)).with_suffix(".jpg").as_posix())


def avatar_stamp(folder: Path) -> str | None:
    """Return the stamp of the avatars in a prepared folder; None where they are not whole."""
    try:
        return (folder / AVATARS_STAMP).read_text(encoding="utf-8").strip()
    except OSError:
        return None


def made_of(shapes: Path, rendering: int, size: int, readings: pd.DataFrame) -> str:
    """Return the stamp of the avatars that are drawn of what a teacher read.

    Args:
        shapes: ICT-FaceKit's shapes, packed.
        rendering: version of the pictures.
        size: side of the pictures in pixels.
        readings: the teacher's table.
    """
    facts = {"shapes": sha256_file(shapes), "rendering": rendering, "size": size}
    return stamp({**facts, "readings": str(readings.attrs.get("stamp"))})


def remove_stamp(folder: Path) -> None:
    """Say that the avatars of a prepared folder, if there are any, are no longer what they were."""
    (folder / AVATARS_STAMP).unlink(missing_ok=True)


def write_stamp(folder: Path, stamp: str) -> None:
    """Say that all avatars are there, and what they were made of."""
    write_atomic(folder / AVATARS_STAMP, stamp.encode())
