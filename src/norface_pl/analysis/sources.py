"""What a user gives to be analyzed: pictures, films and cameras, one by one."""

import glob
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

from norface_pl.errors import NorfaceError, printable
from norface_pl.faces.extract import unique_stems
from norface_pl.io import videos
from norface_pl.io.images import SUFFIXES, Picture
from norface_pl.io.walk import Walk, walk

One = str | Path | int | NDArray[np.uint8] | Image.Image
Given = One | Sequence[One]
Content = Path | int | Picture
_KNOWN = SUFFIXES | videos.SUFFIXES


@dataclass(frozen=True, eq=False)
class Source:
    """One picture, film or camera.

    Attributes:
        name: in the table.
        stem: of the files that are written of it, unique.
        content: a file, the number of a camera, or an (H, W, 3) RGB uint8 picture.
    """

    name: str
    stem: str
    content: Content

    @property
    def moving(self) -> bool:
        """Whether it has frames: a film or a camera."""
        if isinstance(self.content, Path):
            return self.content.suffix.lower() in videos.SUFFIXES
        return isinstance(self.content, int)


@dataclass(frozen=True)
class Found:
    """All that was given.

    Attributes:
        sources: in order.
        folders: that were looked through.
        left: what lies in folders and was not taken, and why.
    """

    sources: list[Source]
    folders: list[Path] = field(default_factory=list)
    left: Walk = field(default_factory=Walk)


def find_sources(given: Given) -> Found:
    """Return what a path, a glob, a folder, a film, a camera, a picture, or several of them hold.

    Args:
        given: text that is the number of a camera is one where no file has that name.

    Raises:
        NorfaceError: a path does not exist, a folder holds no pictures, or an array is none.
    """
    left, found, folders = Walk(), list[tuple[Content, Path]](), list[Path]()
    several = isinstance(given, Sequence) and not isinstance(given, str)
    for one in cast(Sequence[One], given if several else [given]):
        if isinstance(one, int) or _is_camera(one):
            number = int(cast(str, one))
            found.append((number, Path(f"camera_{number}")))
        elif isinstance(one, str | Path):
            for path in _matching(one):
                files = walk(path, _KNOWN, "a picture or a film")
                left.others.update(files.others)
                left.closed.extend(files.closed)
                root = path.parent
                if path.is_dir():
                    root = path
                    folders.append(path)
                found += [(file, file.relative_to(root)) for file in files.files]
        else:
            found += [(p, Path(f"picture_{at}")) for at, p in enumerate(_pictures(one), len(found))]
    if not found:
        raise NorfaceError("there is nothing to analyze; give a picture, a film or a folder")
    stems = unique_stems([below for _, below in found])
    sources = [
        Source(printable(content) if isinstance(content, Path) else stem, stem, content)
        for (content, _), stem in zip(found, stems, strict=True)
    ]
    return Found(sources, folders, left)


def _is_camera(given: object) -> bool:
    """Tell whether a text is the number of a camera."""
    return isinstance(given, str) and given.isdecimal() and not Path(given).exists()


def _matching(given: str | Path) -> list[Path]:
    """Return the files and folders that a path or a pattern names."""
    path, text = Path(given), str(given)
    if path.exists() or not glob.has_magic(text):
        return [path]
    # Of the module, since a path cannot tell a pattern below it from its own letters.
    found = sorted(map(Path, glob.glob(text, recursive=True)))  # noqa: PTH207
    # What lies beside the pictures that a pattern means is no mistake.
    found = [one for one in found if one.is_dir() or one.suffix.lower() in _KNOWN]
    if not found:
        raise NorfaceError(f"no picture, film or folder matches {text}; check the pattern")
    return found


def _pictures(given: object) -> list[Picture]:
    """An array, or several stacked ones, or a PIL image, as RGB uint8 pictures."""
    if isinstance(given, Image.Image):
        given = np.asarray(ImageOps.exif_transpose(given).convert("RGB"))
    if not isinstance(given, np.ndarray):
        raise NorfaceError(
            f"a {type(given).__name__} cannot be analyzed; give a path, the number of a camera, "
            "an RGB array or a PIL image"
        )
    if given.dtype != np.uint8 or given.ndim not in (3, 4) or given.shape[-1] != 3:
        raise NorfaceError(
            f"an array of {given.dtype} {given.shape} is no picture; give RGB uint8 of "
            "(H, W, 3) or (N, H, W, 3)"
        )
    return [given] if given.ndim == 3 else list(given)
