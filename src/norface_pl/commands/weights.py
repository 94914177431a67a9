"""``norface weights list | fetch | check``: the weight files of face detectors."""

from pathlib import Path

import numpy as np
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TransferSpeedColumn
from rich.table import Table

from norface_pl.drawn.sampler import draw_portrait
from norface_pl.errors import NorfaceError
from norface_pl.faces.detectors import load_detector
from norface_pl.faces.landmarks import like_a_face
from norface_pl.io.download import download
from norface_pl.io.files import sha256_file
from norface_pl.io.weights import cache_folder, find_weights, known_weights, locate, registry

# A swapped pair of eyes is one eye distance away; good weights miss a drawn face by a quarter.
_FAR = 0.5


def list_weights() -> None:
    """Lists the known weight files and where they lie on this machine."""
    table = Table("name", "found at", "bytes", "licence", "from")
    for name, entry in registry().items():
        size = f"{entry.bytes:,}" if entry.bytes else ""
        table.add_row(name, str(locate(name) or "-"), size, entry.licence, entry.source)
    Console(highlight=False).print(table)


def fetch(name: str, to: Path | None = None) -> None:
    """Downloads a weight file, goes on after an interruption and checks the result.

    Args:
        name: Of the registry, see `norface weights list`.
        to: Folder; the user's cache when not given.
    """
    entry = known_weights(name)
    console = Console(highlight=False, soft_wrap=True)
    columns = TextColumn(entry.file), BarColumn(), DownloadColumn(), TransferSpeedColumn()
    with Progress(*columns, console=console) as bar:
        task = bar.add_task(entry.file, total=None)
        path = download(
            entry, to or cache_folder(), lambda done, of: bar.update(task, completed=done, total=of)
        )
    error = landmark_error(path)
    console.print(
        f"{path}: landmarks of a drawn face within {error:.2f} eye distances", markup=False
    )
    console.print(f"licence: {entry.licence}, from {entry.source}", markup=False)


def check(name: str | None = None, weights: Path | None = None) -> None:
    """Checks weight files: their hash, and the landmarks that they find on a drawn face.

    Args:
        name: Of the registry; all that are found when not given.
        weights: A file, or a folder with weight files; else the usual places are looked at.
    """
    names = [name] if name else [known for known in registry() if _is_there(known, weights)]
    if not names:
        place = f"at {weights}" if weights else "on this machine"
        raise NorfaceError(
            f"no known weight file is {place}: run `norface weights fetch NAME`, NAME one of "
            f"{', '.join(registry())}"
        )
    console = Console(highlight=False, soft_wrap=True)
    for known in names:
        path = find_weights(known, weights)
        same = sha256_file(path) == registry()[known].sha256
        error = landmark_error(path)
        console.print(
            f"{known}: {path}: SHA-256 {'as published' if same else 'of another file'}, "
            f"landmarks of a drawn face within {error:.2f} eye distances",
            markup=False,
        )


def _is_there(name: str, weights: Path | None) -> bool:
    if weights is None:
        return locate(name) is not None
    file = known_weights(name).file
    return weights.name == file or (weights / file).is_file()


def landmark_error(weights: Path) -> float:
    """Return how far landmarks of a drawn face are off, in eye distances.

    Raises:
        NorfaceError: the face is not found, or its landmarks lie elsewhere or in another order.
    """
    picture, points = draw_portrait()
    faces = load_detector(weights).detect(picture)
    if not faces:
        raise NorfaceError(f"{weights} finds no face in a drawn portrait; fetch the file again")
    found = faces[0].landmarks
    off = np.linalg.norm(found - points, axis=1).max() / np.linalg.norm(points[1] - points[0])
    if not like_a_face(found) or off > _FAR:
        raise NorfaceError(
            f"{weights} puts the landmarks of a drawn face in wrong places; fetch the file again"
        )
    return float(off)


COMMANDS = {"list": list_weights, "fetch": fetch, "check": check}
"""What stands behind ``norface weights``."""
