"""``norface weights list | fetch | check``: weight files of detectors and teachers."""

from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TransferSpeedColumn
from rich.table import Table

from norface_pl.errors import NorfaceError
from norface_pl.inference.detector_check import landmark_error
from norface_pl.io.download import download
from norface_pl.io.files import sha256_file
from norface_pl.io.weights import (
    WeightFile,
    cache_folder,
    find_weights,
    is_there,
    known_weights,
    locate,
    registry,
)


def list_weights() -> None:
    """Lists the known weight files and where they lie on this machine."""
    table = Table("name", "is a", "found at", "bytes", "licence", "from")
    for name, entry in registry().items():
        size = f"{entry.bytes:,}" if entry.bytes else ""
        place = str(locate(name) or "-")
        table.add_row(name, entry.use, place, size, entry.licence, entry.source)
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
    console.print(f"{path}: {_work(entry, path)}", markup=False)
    console.print(f"licence: {entry.licence}, from {entry.source}", markup=False)


def check(name: str | None = None, weights: Path | None = None) -> None:
    """Checks weight files: their hash, and the landmarks that detectors find on a drawn face.

    Args:
        name: Of the registry; all that are found when not given.
        weights: A file, or a folder with weight files; else the usual places are looked at.
    """
    names = [name] if name else [known for known in registry() if is_there(known, weights)]
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
        console.print(
            f"{known}: {path}: SHA-256 {'as published' if same else 'of another file'}, "
            f"{_work(registry()[known], path)}",
            markup=False,
        )


def _work(entry: WeightFile, path: Path) -> str:
    """Say what a file is, or how well a detector works."""
    if entry.use != "face detector":
        return entry.use
    return f"landmarks of a drawn face within {landmark_error(path):.2f} eye distances"


COMMANDS = {"list": list_weights, "fetch": fetch, "check": check}
"""What stands behind ``norface weights``."""
