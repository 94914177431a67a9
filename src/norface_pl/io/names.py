"""File names that every file system takes."""

import hashlib
import re
from collections.abc import Sequence
from pathlib import PurePath

MAX_BYTES = 150
"""Of a stem. File systems take 255 for a name; ends such as ``__face12.png`` need room."""

# What Windows forbids, control characters, and bytes that are not UTF-8 (lone surrogates).
_FORBIDDEN = re.compile(r'[<>:"/\\|?*\x00-\x1f\x7f\ud800-\udfff]')
_DEVICES = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\.|$)", re.IGNORECASE)


def file_stem(below: PurePath) -> str:
    """Return a path without its suffix as one word that can be a file name everywhere.

    A name that is too long, or has characters that some system forbids, is cut or cleaned and gets
    a hash of the whole, so that two such names stay two.
    """
    whole = "__".join(below.with_suffix("").parts)
    clean = _FORBIDDEN.sub("_", whole)
    clean = clean.encode()[:MAX_BYTES].decode(errors="ignore").rstrip(" .")
    if _DEVICES.match(clean):
        clean = f"_{clean}"
    if clean == whole:
        return whole
    digest = hashlib.sha256(whole.encode("utf-8", "surrogatepass")).hexdigest()
    return f"{clean}-{digest[:8]}"


def distinct(names: Sequence[str]) -> list[str]:
    """Return names of which no two are the same: those that were there already get a number."""
    found: dict[str, None] = {}
    for name in names:
        number, free = 1, name
        while free in found:
            number += 1
            free = f"{name}_{number}"
        found[free] = None
    return list(found)


def is_file_name(name: str) -> bool:
    """Tell whether a word can be the name of a file."""
    return name not in {"", ".", ".."} and re.search(r"[/\\\0]", name) is None


def restored(text: str) -> str:
    r"""Return the file name that `norface_pl.errors.printable` wrote with ``\udcXX`` for a byte."""
    return re.sub(r"\\udc([89a-f][0-9a-f])", lambda byte: chr(0xDC00 | int(byte[1], 16)), text)
