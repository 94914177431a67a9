"""What a command could not take: listed in a file, and on the screen."""

from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from norface_pl.errors import printable
from norface_pl.io.walk import Walk

FAILURES = "failures.csv"

Failure = tuple[Path, str]
"""A file or folder, and why it was left out."""

HEADER = ("file", "reason")


def tell_failures(console: Console, failures: Sequence[Failure], found: Walk | None) -> None:
    """Print a line for each failure, and what kinds of files were left out."""
    for path, reason in failures:
        console.print(f"failed: {printable(path)}: {reason}", markup=False)
    if found is not None and (left_out := found.left_out()):
        console.print(left_out, markup=False)
