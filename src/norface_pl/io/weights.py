"""Weight files that this project was tried with: where to get them, and where they lie here."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Literal

import yaml

from norface_pl.errors import NorfaceError

VARIABLE = "NORFACE_WEIGHTS"
"""Environment variable with a folder of weight files."""


DETECTORS = ("retinaface_mobile0.25", "yunet", "retinaface_resnet50")
"""Face detectors of the registry, in the order in which they are taken where several are there."""


@dataclass(frozen=True)
class WeightFile:
    """An entry of the registry.

    Attributes:
        name: on the command line.
        file: its name on disk.
        url: where it is published.
        bytes: its size; None where it is not known.
        sha256: of the only version that is known to work.
        licence: of the repository that it comes from.
        source: who trained and published it.
        use: what it is.
    """

    name: str
    file: str
    url: str
    bytes: int | None
    sha256: str
    licence: str
    source: str
    use: Literal["face detector", "expression teacher"] = "face detector"


@cache
def registry() -> Mapping[str, WeightFile]:
    """Return all known weight files by name."""
    text = (files("norface_pl.io") / "weights.yaml").read_text(encoding="utf-8")
    return {name: WeightFile(name, **entry) for name, entry in yaml.safe_load(text).items()}


def known_weights(name: str) -> WeightFile:
    """Return the registry's entry of a name."""
    if name not in registry():
        raise NorfaceError(f"there are no weights {name!r}; known are {', '.join(registry())}")
    return registry()[name]


def is_known(sha256: str) -> bool:
    """Tell whether a file with this hash is one of the registry."""
    return any(entry.sha256 == sha256 for entry in registry().values())


def how_to_get() -> str:
    """Return which detectors work, and where their authors publish them, in a clause."""
    detectors = (entry for entry in registry().values() if entry.use == "face detector")
    known = ", ".join(f"{entry.file} ({entry.url})" for entry in detectors)
    return f"fetch one of these with `norface weights fetch` and pass it with --weights: {known}"


def cache_folder() -> Path:
    """Return the user's own folder for weight files, which need not exist."""
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base, "norface_pl", "weights")


def folders() -> list[Path]:
    """Return where weight files are looked for, in this order."""
    given = os.environ.get(VARIABLE)
    return [*([Path(given)] if given else []), cache_folder()]


def locate(name: str) -> Path | None:
    """Return where a weight file lies on this machine, or None."""
    entry = known_weights(name)
    return next((path for f in folders() if (path := f / entry.file).is_file()), None)


def is_there(name: str, given: Path | None = None) -> bool:
    """Tell whether a weight file of the registry lies on this machine, or where it is given."""
    if given is None:
        return locate(name) is not None
    file = known_weights(name).file
    return given.name == file or (given / file).is_file()


def find_weights(name: str, given: Path | None = None) -> Path:
    """Return a weight file; nothing is ever downloaded.

    Args:
        name: of the registry.
        given: a file, taken as it is, or a folder that holds the registry's file; None looks
            into $NORFACE_WEIGHTS, then into the user's cache.

    Raises:
        NorfaceError: unknown name, or no such file here: says which, from where, and where to.
    """
    entry = known_weights(name)
    if given is not None and given.is_file():
        return given
    found = locate(name) if given is None else given / entry.file
    if found is not None and found.is_file():
        return found
    # A path that looks like a file was mistyped; nothing can be put into it.
    folder = given if given is not None and not given.suffix else cache_folder()
    looked = [given] if given is not None else folders()
    raise NorfaceError(
        f"no weights of {name} at {' or '.join(map(str, looked))}: run `norface weights fetch "
        f"{name}`, or get {entry.file} from {entry.url} and put it into {folder}"
    )


def find_detector(given: Path | str | None = None) -> Path:
    """Return the weight file of a face detector; nothing is ever downloaded.

    Args:
        given: a name of the registry, or a file or folder; None takes the first of `DETECTORS`
            that lies on this machine.

    Raises:
        NorfaceError: no such file here: says which, from where, and where to.
    """
    if given is not None and str(given) in registry():
        return find_weights(str(given))
    if given is not None:
        return find_weights(DETECTORS[0], Path(given))
    return find_weights(next((name for name in DETECTORS if is_there(name)), DETECTORS[0]))
