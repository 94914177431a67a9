"""FER2013 (Goodfellow et al., ICONIP 2013): grey faces of 48 pixels in one CSV file.

Licence: of the Kaggle challenge, https://www.kaggle.com/c/challenges-in-representation-learning-
facial-expression-recognition-challenge, where to get ``fer2013.csv``.
"""

from pathlib import Path

import pandas as pd

from norface_pl.errors import NorfaceError
from norface_pl.io.frames import frame_of_video
from norface_pl.io.pixel_rows import PixelRows
from norface_pl.io.spelling import find_file
from norface_pl.io.text import encoding_of, read_cells
from norface_pl.labels import FER2013_EXPRESSIONS
from norface_pl.sources.source import DataSource

TABLE = ("fer2013.csv", "fer2013/fer2013.csv")
"""As the challenge packed it in fer2013.tar.gz."""
LATER_TABLE = "icml_face_data.csv"
"""What Kaggle added to the challenge: the same rows with their Usage, blanks before the names."""
PARTS = {"Training": "train", "PublicTest": "val", "PrivateTest": "test"}
COUNTS = {"Training": 28_709, "PublicTest": 3_589, "PrivateTest": 3_589}
SIDE = 48


class FER2013Source(DataSource):
    """Reads ``fer2013.csv`` or ``icml_face_data.csv``.

    Its faces are cropped tightly: ``--detector none`` takes them whole.

    Args:
        root: folder with ``fer2013.csv`` or ``icml_face_data.csv``.
        incomplete: take the rows that are there, instead of asking for all 35,887.
    """

    name = "fer2013"

    def __init__(self, root: Path, incomplete: bool = False) -> None:
        self.root, self.incomplete = root, incomplete

    def listing(self) -> pd.DataFrame:
        """Return one row per picture; see `DataSource.listing`."""
        path = find_file(self.root, (*TABLE, LATER_TABLE), "FER2013")
        table = read_rows(path, ["emotion", "Usage"])
        emotion = pd.to_numeric(table["emotion"], errors="coerce")
        check_rows(path, table["emotion"], emotion.isin(range(len(FER2013_EXPRESSIONS))), "0 to 6")
        rows = pictures(path, table["Usage"], self.root, self.incomplete)
        rows["expression"] = [FER2013_EXPRESSIONS[int(number)] for number in emotion]
        return rows

    def reader(self) -> PixelRows:
        """Return what reads the pictures out of the CSV file."""
        return PixelRows(self.root, "pixels", SIDE)


def read_rows(path: Path, columns: list[str]) -> pd.DataFrame:
    """Read some columns of a CSV file as text; a `NorfaceError` where they are not there."""
    table = read_cells(path, columns)
    absent = [name for name in columns if name not in table.columns]
    if absent:
        raise NorfaceError(f"{path} lacks the columns {', '.join(absent)}; get the file anew")
    return table


def check_rows(path: Path, values: "pd.Series[str]", good: "pd.Series[bool]", wanted: str) -> None:
    """Raise a `NorfaceError` about the first value of a column that is not what it may be."""
    if not good.all():
        row = int((~good).to_numpy().argmax())
        raise NorfaceError(
            f"row {row} of {path} has the {values.name} {values.iloc[row]!r} instead of {wanted}; "
            "get the file anew"
        )


def pictures(path: Path, usage: "pd.Series[str]", root: Path, incomplete: bool) -> pd.DataFrame:
    """List the pictures of ``fer2013.csv``, a row per row of it, with their official part.

    An unknown part, and too many or too few pictures of one, are a `NorfaceError`.
    """
    if encoding_of(path) == "utf-16":
        raise NorfaceError(f"{path} is saved as UTF-16; save it as UTF-8, or get the file anew")
    check_rows(path, usage, usage.isin(list(PARTS)), " or ".join(PARTS))
    found = {name: int((usage == name).sum()) for name in PARTS}
    if found != COUNTS and not incomplete:
        there, wanted = (
            ", ".join(f"{name} {count}" for name, count in counts.items())
            for counts in (found, COUNTS)
        )
        raise NorfaceError(
            f"{path} has the rows {there} instead of {wanted}; get the file anew, or take what is "
            "there with --incomplete=true"
        )
    below, numbers = path.relative_to(root).as_posix(), range(len(usage))
    rows = pd.DataFrame({"key": [f"fer{number:07d}" for number in numbers]})
    rows["source"] = [frame_of_video(below, number) for number in numbers]
    return rows.assign(subject="", sequence="", frame=0, part=usage.map(PARTS))
