"""Text files as people save them: marked encodings, any line ends, commas or semicolons."""

import codecs
from collections.abc import Collection, Sequence
from pathlib import Path

import pandas as pd

from norface_pl.errors import NorfaceError, refusal, told

_UTF_16 = dict.fromkeys((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE), "utf-16")
_MARKS = {codecs.BOM_UTF8: "utf-8-sig", **_UTF_16}


def encoding_of(path: Path) -> str:
    """Return the encoding that a file is marked with; UTF-8 where it is not.

    Raises:
        NorfaceError: the file cannot be read, or is neither marked nor UTF-8. What else it may be
            is never guessed, since a wrong guess changes names without a word.
    """
    try:
        with path.open("rb") as content:
            start = content.read(4)
    except FileNotFoundError as error:
        raise NorfaceError(f"there is no file {path}; check the path") from error
    except OSError as error:
        raise refusal(error, "read", path) from error
    for mark, encoding in _MARKS.items():
        if start.startswith(mark):
            return encoding
    try:
        with told("read", path), path.open(encoding="utf-8") as text:
            while text.read(1 << 20):
                pass
    except UnicodeDecodeError as error:
        odd = error.object[error.start]
        raise NorfaceError(
            f"{path} is not UTF-8 text (it has the byte 0x{odd:02x}); save it as UTF-8, in Excel "
            'as "CSV UTF-8"'
        ) from error
    return "utf-8"


def read_text(path: Path) -> str:
    r"""Return the text of a file; ``\r\n`` and ``\r`` become ``\n``."""
    encoding = encoding_of(path)
    try:
        with told("read", path):
            return path.read_text(encoding=encoding)
    except UnicodeError as error:
        raise _no_text(path, encoding, error) from error


def read_cells(
    path: Path,
    columns: Collection[str] = (),
    headerless: Sequence[str] = (),
    separators: str = ",;\t",
) -> pd.DataFrame:
    """Read a CSV file as it stands: every cell a word without blanks around it, "" where empty.

    No word means "missing", so that a person called NA stays one.

    Args:
        path: the file, whose first row names the columns; columns without a name are left out.
        columns: those to read; none means all.
        headerless: names of the columns of a file whose first row does not hold the first of them.
        separators: what may stand between cells; taken is what the first row has most of.

    Raises:
        NorfaceError: not readable, no table, or two columns of one name.
    """
    encoding = encoding_of(path)
    separator = _separator(path, encoding, separators)
    names = _rows(path, encoding, separator, 1, None).iloc[0].tolist()
    header = not headerless or headerless[0] in names
    if not header and len(names) != len(headerless):
        raise NorfaceError(
            f"{path} has {len(names)} columns without names instead of {len(headerless)}, which "
            f"are {', '.join(headerless)}; get the file anew"
        )
    names = names if header else list(headerless)
    twice = [name for name in names if name and names.count(name) > 1]
    if twice:
        raise NorfaceError(f"{path} has two columns {twice[0]!r}; keep one")
    places = [at for at, name in enumerate(names) if name and (not columns or name in columns)]
    whole = len(places) == len(names)
    table = _rows(path, encoding, separator, None, None if whole else places).iloc[int(header) :]
    return table.set_axis([names[place] for place in places], axis="columns").reset_index(drop=True)


def _rows(
    path: Path, encoding: str, separator: str, count: int | None, places: list[int] | None
) -> pd.DataFrame:
    try:
        cells = pd.read_csv(
            path,
            sep=separator,
            header=None,
            nrows=count,
            usecols=places,
            dtype=str,
            keep_default_na=False,
            skipinitialspace=True,
            encoding=encoding,
        )
    except (OSError, ValueError) as error:
        reason = str(error).strip().splitlines()[0].rpartition("C error: ")[2]
        raise NorfaceError(f"{path} cannot be read as CSV: {reason}") from error
    # Rows that are too short end in what pandas calls missing.
    words: pd.DataFrame = cells.fillna("").apply(lambda column: column.str.strip())
    return words


def _separator(path: Path, encoding: str, separators: str) -> str:
    try:
        with path.open(encoding=encoding) as file:
            first = next((line for line in file if line.strip()), "")
    except UnicodeError as error:
        raise _no_text(path, encoding, error) from error
    return max(separators, key=first.count)


def _no_text(path: Path, encoding: str, error: UnicodeError) -> NorfaceError:
    return NorfaceError(f"{path} is no {encoding} text ({error}); get the file anew")
