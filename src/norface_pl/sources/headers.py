"""What the columns of a user's table mean, where their names leave no doubt."""

import re
from collections.abc import Sequence
from pathlib import Path

from norface_pl.errors import NorfaceError
from norface_pl.labels import au_name
from norface_pl.sources.source import BOX, LANDMARKS

WORDS = frozenset({"path", "subject", "sequence", "part", "expression"})
NUMBERS = frozenset({"frame", "valence", "arousal", *BOX, *LANDMARKS})
OCCURRENCE, INTENSITY = r"AU\d+", r"AU\d+_intensity"
AU_COLUMNS = f"{OCCURRENCE}|{INTENSITY}"
_OURS = frozenset({"key", "source", "place", "score", "face", "reason", "action", "detail"})
# OpenFace calls the intensity of an action unit AU01_r and its occurrence AU01_c.
_AU = re.compile(r"au[\s_-]?0*(\d+)(?:[\s_-](intensity|r|c))?")


def name_columns(given: Sequence[str], path: Path) -> tuple[list[str], list[str]]:
    """Return the columns' names as this project knows them, and what has to be said about it.

    Case, blanks around a name and leading zeros of an action unit do not matter, and names of
    OpenFace are understood. Any other name stays as it is. Two columns that mean the same, and a
    name that `norface prepare` writes, are a `NorfaceError`.
    """
    if taken := [name for name in given if name.strip() in _OURS]:
        raise NorfaceError(
            f"{path} has a column {taken[0].strip()}, as norface writes one itself; rename it"
        )
    names = [_known(name) or name.strip() for name in given]
    for place, name in enumerate(names):
        if name in names[:place]:
            first, second = given[names.index(name)], given[place]
            raise NorfaceError(f"{path} has {name} twice, as {first!r} and {second!r}; keep one")
    pairs = list(zip(given, names, strict=True))
    renamed = [f"{old.strip()} is read as {new}" for old, new in pairs if old.strip() != new]
    unused = ", ".join(name for old, name in pairs if _known(old) is None)
    remarks = (", ".join(renamed), f"kept and not used: {unused}" if unused else "")
    return names, list(filter(None, remarks))


def _known(name: str) -> str | None:
    plain = name.strip().lower()
    if plain in WORDS | NUMBERS:
        return plain
    unit = _AU.fullmatch(plain)
    if unit is None:
        return None
    return au_name(int(unit[1])) + ("_intensity" if unit[2] in ("intensity", "r") else "")
