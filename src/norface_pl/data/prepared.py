"""A prepared data set on disk: aligned faces, a manifest, a description."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import yaml
from numpy.typing import NDArray

from norface_pl.errors import NorfaceError
from norface_pl.io.images import read_image, scale_to

DESCRIPTION = "dataset.yaml"
MANIFEST = "manifest.parquet"
FAILURES = "failures.csv"
CONTACT_SHEET = "contact.jpg"
PICTURES = "images"
TEACHER = "teacher.parquet"
TEACHER_FAILURES = "teacher_failures.csv"


@dataclass(frozen=True, eq=False)
class PreparedFaces:
    """What `norface prepare` wrote.

    Attributes:
        folder: where it lies.
        manifest: a row per aligned face: the columns of `DataSource.listing`, and ``path`` below
            the folder, box, five landmarks, score, ``face`` (how the face was found).
        description: `dataset.yaml`: name, options, versions, counts and hashes.
    """

    folder: Path
    manifest: pd.DataFrame
    description: dict[str, Any]

    @classmethod
    def open(cls, folder: Path, name: str | None = None) -> "PreparedFaces":
        """Open the prepared faces of the data set ``name``; None takes any.

        Raises:
            NorfaceError: not prepared, not finished, of another data set, or damaged.
        """
        how = f"`norface prepare {name or 'NAME'} --root ... --out {folder}`"
        if not (folder / DESCRIPTION).is_file():
            state = "is not finished" if (folder / PICTURES).is_dir() else "was not prepared"
            raise NorfaceError(f"{folder} {state} (no {DESCRIPTION}): run {how}")
        try:
            description = yaml.safe_load((folder / DESCRIPTION).read_text(encoding="utf-8"))
            found = description["name"]
            manifest = pd.read_parquet(folder / MANIFEST)
        except (OSError, ValueError, KeyError, TypeError, yaml.YAMLError) as error:
            raise NorfaceError(f"{folder} is damaged ({error}): run {how} again") from error
        if name is not None and found != name:
            raise NorfaceError(f"{folder} holds {found}, {name} is wanted: run {how}")
        return cls(folder, manifest, description)

    @property
    def hash(self) -> str:
        """SHA-256 of the manifest, as written in the description."""
        return str(self.description["manifest_sha256"])

    def pictures(self, rows: NDArray[np.integer], size: int) -> "PictureFiles":
        """Return a reader of the faces of some rows at a size in pixels."""
        return PictureFiles(self.folder, self.manifest["path"].iloc[rows].tolist(), size)


class PictureFiles:
    """Square pictures in files, read when they are asked for.

    Args:
        folder: that the names are relative to.
        names: a file per picture.
        size: side that they are scaled to.
    """

    def __init__(self, folder: Path, names: Sequence[str], size: int) -> None:
        self.folder, self.size = folder, size
        # An array, not a list: loader processes share it without copying.
        self.names = np.array(names, dtype=np.str_)

    def __getitem__(self, indices: list[int], /) -> NDArray[np.uint8]:
        """Return the pictures at some places, (n, size, size, 3) RGB."""
        batch = np.empty((len(indices), self.size, self.size, 3), np.uint8)
        for place, index in enumerate(indices):
            batch[place] = scale_to(read_image(self.folder / str(self.names[index])), self.size)
        return batch
