"""Draws what a teacher read from prepared faces on the avatar: what stage 1 is to draw of them."""

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from norface_pl.data.avatars import (
    AVATARS,
    avatar_path,
    avatar_stamp,
    made_of,
    remove_stamp,
    write_stamp,
)
from norface_pl.data.prepared import PreparedFaces
from norface_pl.data.teacher import read_teacher, shapes_of
from norface_pl.errors import NorfaceError
from norface_pl.facekit.avatar import draw_avatar
from norface_pl.facekit.sampler import RENDERING
from norface_pl.facekit.shapes import load_shapes
from norface_pl.io.files import make_folder
from norface_pl.io.images import write_image
from norface_pl.progress import track
from norface_pl.teachers.processes import mapped

# Hidden, since it is no part of a prepared folder.
_WORK = ".avatars"
_CHUNK = 64


@dataclass(frozen=True, eq=False)
class Portrait:
    """An avatar to draw: its file, and the weights of its shapes by name."""

    file: Path
    weights: Mapping[str, float]


def draw_avatars(faces: PreparedFaces, shapes: Path, size: int, workers: int = 1) -> int | None:
    """Draw an avatar for every face that the teacher read; the same call again goes on.

    Args:
        faces: with a teacher's table that tells weights of shapes.
        shapes: ICT-FaceKit's shapes, packed.
        size: side of the pictures in pixels.
        workers: processes.

    Returns:
        The number of avatars; None if they were there already.

    Raises:
        NorfaceError: no teacher read the faces, or there is no file of shapes.
    """
    load_shapes(shapes)
    table = read_teacher(faces)
    if table is None:
        raise NorfaceError(
            f"avatars show what a teacher reads, and none has read {faces.folder}: give "
            "--teacher face_landmarker too"
        )
    read = shapes_of(table)
    if not read.names:
        raise NorfaceError(
            f"the teacher of {faces.folder} tells no shapes of an avatar: give "
            "--teacher face_landmarker"
        )
    wanted = made_of(shapes, RENDERING, size, table)
    if avatar_stamp(faces.folder) == wanted:
        _clean(faces.folder)
        return None
    work = make_folder(faces.folder / _WORK / wanted[:16])
    known = np.flatnonzero(~np.isnan(read.weights).any(1))
    portraits = [
        Portrait(work / avatar_path(faces.manifest["path"].iloc[row]), named(read.names, weights))
        for row, weights in zip(known.tolist(), read.weights[known], strict=True)
    ]
    missing = [each for each in portraits if not each.file.is_file()]
    chunks = [missing[first : first + _CHUNK] for first in range(0, len(missing), _CHUNK)]
    with mapped(max(1, min(workers, len(chunks)))) as run:
        for _ in track(run(partial(_draw, shapes, size), chunks), "avatars", total=len(chunks)):
            pass
    # Whatever happens in between, no stamp stands beside pictures of another.
    remove_stamp(faces.folder)
    shutil.rmtree(faces.folder / AVATARS, ignore_errors=True)
    (work / AVATARS).rename(faces.folder / AVATARS)
    write_stamp(faces.folder, wanted)
    _clean(faces.folder)
    return len(portraits)


def named(names: Sequence[str], weights: NDArray[np.floating]) -> dict[str, float]:
    """Return the weights of the shapes that take part, by name."""
    return {n: float(w) for n, w in zip(names, weights, strict=True) if abs(w) > 1e-3}


def _draw(shapes: Path, size: int, portraits: Sequence[Portrait]) -> None:
    for each in portraits:
        make_folder(each.file.parent)
        write_image(each.file, draw_avatar(shapes, each.weights, size))


def _clean(folder: Path) -> None:
    shutil.rmtree(folder / _WORK, ignore_errors=True)
