"""What a teacher read from prepared faces: a table beside their manifest."""

from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from norface_pl.data.prepared import TEACHER, PreparedFaces
from norface_pl.errors import NorfaceError

LOGIT = "logit_"
"""Columns of logits are called so, with the name of their channel behind it."""
SHAPE = "shape_"
"""Columns of weights of an avatar's shapes are called so, with the name of the shape behind it."""


class ShapeWeights(NamedTuple):
    """Weights of an avatar's shapes: their S names, and (N, S), NaN where nothing was read."""

    names: list[str]
    weights: NDArray[np.float32]


def read_teacher(faces: PreparedFaces) -> pd.DataFrame | None:
    """Return the teacher's table, a row per row of the manifest; None where there is none.

    Columns:
        key: of the manifest.
        presence: probability of a face, NaN as all that follows where nothing was read.
        yaw, pitch, roll: of the head in degrees.
        eye_left_x ... mouth_right_y: landmarks in pixels of the prepared picture.
        logit_<name>: of each channel.
        shape_<name>: weight of each shape of an avatar with the expression, if the teacher tells.

    Raises:
        NorfaceError: it is damaged, or belongs to other faces.
    """
    path = faces.folder / TEACHER
    if not path.is_file():
        return None
    again = "run `norface prepare` with --teacher again, or remove the file"
    try:
        table = pd.read_parquet(path)
        known = table["key"].tolist()
    except (OSError, ValueError, KeyError) as error:
        raise NorfaceError(f"{path} is damaged ({error}): {again}") from error
    if known != faces.manifest["key"].tolist() or table.attrs.get("faces") != faces.hash:
        raise NorfaceError(f"{path} belongs to other faces than the manifest beside it: {again}")
    return table


def teacher_stamp(folder: Path) -> str | None:
    """Return the stamp of the table in a folder; None where there is none that can be read."""
    try:
        stamp = pd.read_parquet(folder / TEACHER, columns=["key"]).attrs.get("stamp")
    except (OSError, ValueError, KeyError):
        return None
    return None if stamp is None else str(stamp)


def channels_of(table: pd.DataFrame) -> list[str]:
    """Return the names of the channels of a teacher's table."""
    return [name.removeprefix(LOGIT) for name in table.columns if name.startswith(LOGIT)]


def logits_of(table: pd.DataFrame) -> NDArray[np.float32]:
    """Return the logits (N, C) of a teacher's table, NaN where nothing was read."""
    names = [LOGIT + name for name in channels_of(table)]
    # A copy: torch wants to write where it reads.
    return table[names].to_numpy(np.float32, copy=True)


def shapes_of(table: pd.DataFrame) -> ShapeWeights:
    """Return the weights of shapes in a teacher's table."""
    names = [name for name in table.columns if name.startswith(SHAPE)]
    weights = table[names].to_numpy(np.float32, copy=True)
    return ShapeWeights([name.removeprefix(SHAPE) for name in names], weights)
