"""Photographed people for measuring: prepared pictures, and what a teacher reads from pictures."""

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd
import torch
from numpy.typing import NDArray
from torch import Tensor
from torchmetrics.functional.classification import binary_auroc

from norface_pl.data.avatars import avatar_path, avatar_stamp
from norface_pl.data.prepared import TEACHER, PictureFiles, PreparedFaces
from norface_pl.data.teacher import logits_of, read_teacher
from norface_pl.errors import NorfaceError
from norface_pl.io.images import read_image
from norface_pl.sources.source import LANDMARKS
from norface_pl.teachers.teacher import Expression, ExpressionTeacher

EMOTIONS = ("neutral", "happiness", "surprise", "anger", "sadness")
"""Those that LFW's table has of more than a handful of people."""


@dataclass(frozen=True, eq=False)
class Seen:
    """What a teacher reads from N pictures, NaN where it reads nothing.

    Attributes:
        logits: (N, C).
        pose: (N, 3) yaw, pitch and roll in degrees.
        landmarks: (N, 5, 2) in pixels of the pictures.
    """

    logits: Tensor
    pose: Tensor
    landmarks: NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Photographs:
    """Pictures of people.

    Attributes:
        images: (N, 3, S, S) uint8.
        person: (N,) who it is, from 0.
        emotion: (N,) place in `EMOTIONS`, -1 where unknown or another.
        seen: what the teacher read when they were prepared.
    """

    images: Tensor
    person: Tensor
    emotion: Tensor
    seen: Seen

    def pick(self, rows: Tensor) -> "Photographs":
        """Return those of which ``rows`` (N,) is true."""
        seen = Seen(self.seen.logits[rows], self.seen.pose[rows], self.seen.landmarks[rows.numpy()])
        return Photographs(self.images[rows], self.person[rows], self.emotion[rows], seen)


def rows_of(faces: PreparedFaces, part: str) -> NDArray[np.intp]:
    """Return the rows of the pictures of a part that the teacher could read.

    Raises:
        NorfaceError: no teacher's table, or nobody of that part.
    """
    found, manifest = read_teacher(faces), faces.manifest
    if found is None:
        raise NorfaceError(f"{faces.folder} has no {TEACHER}: prepare it with --teacher")
    rows = np.flatnonzero((manifest["part"] == part) & found["presence"].notna())
    if not len(rows):
        raise NorfaceError(
            f"{faces.folder} has nobody of the part {part}: prepare it with the --table that "
            "`python -m experiments.lfw` writes"
        )
    return rows


def load_photographs(faces: PreparedFaces, part: str, size: int) -> Photographs:
    """Read the pictures of a part that the teacher could read, at a side of ``size`` pixels.

    Raises:
        NorfaceError: as `rows_of` does.
    """
    rows, found = rows_of(faces, part), read_teacher(faces)
    assert found is not None
    table, seen = faces.manifest.iloc[rows], found.iloc[rows]
    side = read_image(faces.folder / table["path"].iloc[0]).shape[0]
    points = seen[list(LANDMARKS)].to_numpy(np.float64).reshape(-1, 5, 2)
    pose = seen[["yaw", "pitch", "roll"]].to_numpy(np.float32, copy=True)
    emotions = table["expression"].map(dict(zip(EMOTIONS, range(len(EMOTIONS)), strict=True)))
    return Photographs(
        _pictures(faces.pictures(rows, size)),
        torch.from_numpy(pd.factorize(table["subject"])[0]),
        torch.tensor(emotions.fillna(-1).astype(int).tolist()),
        Seen(
            torch.from_numpy(logits_of(seen)),
            torch.from_numpy(pose),
            (points + 0.5) * (size / side) - 0.5,
        ),
    )


def load_avatars(faces: PreparedFaces, part: str, size: int) -> Tensor:
    """Read the avatars of the pictures of a part, as `load_photographs` reads these.

    Raises:
        NorfaceError: as `rows_of` does, or there are no avatars.
    """
    paths = faces.manifest["path"].iloc[rows_of(faces, part)]
    if avatar_stamp(faces.folder) is None:
        raise NorfaceError(f"{faces.folder} has no avatars: prepare it with --avatar")
    return _pictures(PictureFiles(faces.folder, [avatar_path(path) for path in paths], size))


def _pictures(files: PictureFiles) -> Tensor:
    images = torch.from_numpy(files[list(range(len(files.names)))])
    return images.permute(0, 3, 1, 2).contiguous()


def see(teacher: ExpressionTeacher, images: Tensor) -> Seen:
    """Let a teacher read pictures (N, 3, S, S) uint8."""
    logits = np.full((len(images), len(teacher.channels)), np.nan, np.float32)
    pose, landmarks = (
        np.full((len(images), 3), np.nan, np.float32),
        np.full((len(images), 5, 2), np.nan),
    )
    for place, picture in enumerate(images.permute(0, 2, 3, 1).contiguous().numpy()):
        (found,) = teacher.read([picture])
        if isinstance(found, Expression):
            logits[place], pose[place] = found.logits, found.pose
            landmarks[place] = found.landmarks
    return Seen(torch.from_numpy(logits), torch.from_numpy(pose), landmarks)


def auc(score: Tensor, truth: Tensor) -> float:
    """Return how well a score tells faces apart, of those that have one; NaN where none differ."""
    known = score.isfinite()
    # Ranks: scores outside of [0, 1] go through a sigmoid there, which makes large ones equal.
    rank, truth = score[known].unique(return_inverse=True)[1].double(), truth[known].long()
    both = 0 < int(truth.sum()) < len(truth)
    return float(binary_auroc(rank / len(rank), truth)) if both else math.nan
