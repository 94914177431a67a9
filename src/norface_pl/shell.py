"""What a shell does to a command line, and what a terminal does to a text."""

import io
import os
import re
import sys
import warnings
from collections.abc import Sequence
from pathlib import Path

# A home folder: at the start of an argument, or of the value of an option.
_HOME = re.compile(r"^(--[^=\s]+=|)~(?=[/\\]|$)")


def expanded(argv: Sequence[str]) -> list[str]:
    """Return arguments with ``~`` as the home folder, also behind ``--option=``.

    Most shells leave it there, and those of Windows leave it everywhere.
    """
    return [_HOME.sub(lambda found: f"{found[1]}{Path.home()}", argument) for argument in argv]


def print_any_name() -> None:
    """Let names of files be printed that the terminal, or the file behind it, cannot show."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def warn_plainly() -> None:
    """Let a warning be its sentence, without the line of code that gave it."""
    warnings.formatwarning = lambda message, *_, **__: f"warning: {message}\n"


def reader_left() -> bool:
    """Tell whether whoever read the output, such as ``head``, has enough of it; nothing follows."""
    try:
        # One more character: where nothing is buffered, there is nothing left to flush.
        print(flush=True)
    except BrokenPipeError:
        # What is still to be written goes nowhere, so that Python ends without a word as well.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return True
    return False
