"""What a data set looks like as it was distributed: one row per picture, labels as they stand."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

import pandas as pd

from norface_pl.errors import NorfaceError
from norface_pl.io.frames import FrameReader
from norface_pl.sources.people import spelt_alike

REQUIRED = ("key", "source", "subject", "sequence", "frame", "part")
BOX = ("left", "top", "right", "bottom")
LANDMARKS = tuple(
    f"{point}_{axis}"
    for point in ("eye_left", "eye_right", "nose", "mouth_left", "mouth_right")
    for axis in ("x", "y")
)
NOT_CODABLE = 9
"""What AU coders write where they could not see; kept as it is in the listing and the manifest."""


class DataSource(ABC):
    """Reads the folders of a data set as its authors distribute them.

    Constructor arguments of a subclass are its options on the command line of `norface prepare`:
    ``root`` first, all typed, described in its docstring.
    """

    name: ClassVar[str]
    """Word on the command line: ``norface prepare <name>``."""

    root: Path

    notes: Sequence[str] = ()
    """What `listing` left out that a user may miss, a sentence each."""

    @abstractmethod
    def listing(self) -> pd.DataFrame:
        """Return one row per picture that has a label, in an order that never changes.

        Columns:
            key: str, unique, usable as a file name without its suffix.
            source: str, POSIX path below ``root`` of the picture; of a frame of a video
                ``path#index`` with its index from 0; empty when the picture is not there.
            subject: str, the data set's own name of the person; empty when unknown.
            sequence: str, unique recording, usable as a folder name; its rows stand together in
                the order of time. Empty for single pictures.
            frame: int, the number under which the labels know the picture; 0 for single ones.
            part: str, the fixed part that folds are made of ("1", "2", ...) or the official split
                ("train", "val", "test"); empty when there is none.
            AU<n>: occurrence 0, 1 or 9 (not codable).
            AU<n>_intensity: 0 to 5, or 9.
            expression: str, one of `norface_pl.labels.EMOTIONS`; empty for none of them.
            valence, arousal: float in [-1, 1], NaN where undefined.
            left, top, right, bottom: box of the face in pixels, if the data set gives one.
            eye_left_x ... mouth_right_y: landmarks in pixels, if the data set gives them.

        Any other column is kept in the manifest as it is.

        Raises:
            NorfaceError: wrong root, half-unpacked data set, missing or impossible labels.
        """

    def reader(self) -> FrameReader:
        """Return what reads the pictures that ``source`` names."""
        return FrameReader(self.root)


def check_listing(listing: pd.DataFrame, name: str) -> pd.DataFrame:
    """Return a listing after checking what every data set owes.

    Raises:
        NorfaceError: no rows, a column missing, keys that repeat or cannot be file names, a
            sequence whose rows do not stand together, or a person who is spelt in two ways.
    """
    absent = [column for column in REQUIRED if column not in listing.columns]
    if absent:
        raise NorfaceError(f"the listing of {name} lacks the columns {', '.join(absent)}")
    if listing.empty:
        raise NorfaceError(f"no labelled picture of {name} was found; check --root")
    repeated = listing["key"][listing["key"].duplicated()]
    if len(repeated):
        raise NorfaceError(
            f"{name} names {len(repeated)} pictures twice, the first is {repeated.iloc[0]!r}; "
            "rename or remove one of them"
        )
    if alike := spelt_alike(listing["subject"].unique()):
        raise NorfaceError(
            f"{name} has the subjects {' and '.join(map(repr, alike[0]))}; if that is one person, "
            "the person would train and be tested: spell everybody one way, and two people so that "
            "they differ in more than case, blanks and leading zeros"
        )
    sequences = listing["sequence"]
    starts = sequences[(sequences != sequences.shift()) & (sequences != "")]
    for what, names in (("picture", listing["key"]), ("sequence", starts)):
        bad = names[names.str.contains(r"[/\\\0]") | names.isin(["", ".", ".."])]
        if len(bad):
            raise NorfaceError(f"the {what} name {bad.iloc[0]!r} of {name} cannot be a file name")
    if starts.duplicated().any():
        torn = starts[starts.duplicated()].iloc[0]
        raise NorfaceError(f"the frames of {torn} in {name} do not stand together in its listing")
    return listing.reset_index(drop=True)
