"""Which pictures of a listing are there, and which of them are copies of test pictures."""

import warnings
from pathlib import Path, PurePosixPath

import pandas as pd

from norface_pl.errors import NorfaceError
from norface_pl.io.files import sha256_file
from norface_pl.io.spelling import entries


def mark_missing(listing: pd.DataFrame, root: Path, name: str, incomplete: bool) -> pd.DataFrame:
    """Return a listing in which ``source`` is empty where there is no such file.

    Names may differ in case, such as ``.JPG``. Each folder is listed once, since asking for every
    file of a large data set takes long. Missing pictures of a data set that is not said to be
    incomplete are a `NorfaceError`.
    """
    there: dict[PurePosixPath, dict[str, str]] = {}

    def spelt(source: str) -> str:
        path = PurePosixPath(source)
        if path.parent not in there:
            names = entries(root / path.parent)
            there[path.parent] = {name.casefold(): name for name in names}
            there[path.parent] |= {name: name for name in names}
        found = there[path.parent].get(path.name) or there[path.parent].get(path.name.casefold())
        return path.with_name(found).as_posix() if found else ""

    found = listing["source"].map(spelt).astype(object)
    absent = listing["source"][found == ""]
    if len(absent) and (not incomplete or len(absent) == len(listing)):
        raise NorfaceError(
            f"{len(absent)} of the {len(listing)} pictures of {name} are not there, the first is "
            f"{root / absent.iloc[0]}; unpack the rest, or prepare what is there with "
            "--incomplete=true"
        )
    return listing.assign(source=found)


def mark_duplicates(listing: pd.DataFrame, root: Path, name: str) -> pd.DataFrame:
    """Add ``duplicate_of``: of a training picture, the key of a test picture of the same bytes.

    Warns once with their number and the first pair.
    """
    there = listing[listing["source"] != ""]
    size = there["source"].map(lambda source: (root / source).stat().st_size)
    tested = there["part"] == "test"
    # Only files of one size can be alike, so few have to be read.
    alike = size.isin(size[tested]) & size.isin(size[~tested])
    content = there["source"][alike].map(lambda source: sha256_file(root / source))
    first = there["key"].reindex(content[tested[alike]].index)
    originals = pd.Series(first.to_numpy(), content[tested[alike]]).groupby(level=0).first()
    copies = content[~tested[alike]].map(originals).dropna()
    if len(copies):
        warnings.warn(
            f"{len(copies)} training pictures of {name} are copies of test pictures, the first is "
            f"{listing['key'][copies.index[0]]} of {copies.iloc[0]}; training leaves them out "
            "unless data.drop_duplicates is false",
            stacklevel=2,
        )
    return listing.assign(duplicate_of=copies.reindex(listing.index).astype(object).fillna(""))
