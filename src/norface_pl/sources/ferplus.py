"""FER+ (Barsoum et al., ICMI 2016): the pictures of FER2013 with ten votes each.

Licence: MIT for the votes, ``fer2013new.csv`` from https://github.com/microsoft/FERPlus; the
pictures are those of FER2013.
"""

import pandas as pd

from norface_pl.errors import NorfaceError
from norface_pl.io.spelling import find_file
from norface_pl.labels import FERPLUS_EXPRESSIONS
from norface_pl.sources.fer2013 import TABLE, FER2013Source, check_rows, pictures, read_rows

TABLES = ("fer2013new.csv", "FERPlus/fer2013new.csv", "FERPlus-master/fer2013new.csv")
"""In the repository itself, cloned or packed. Its rows are those of fer2013.csv, as its README
says; of icml_face_data.csv nobody says so."""
VOTES = [*FERPLUS_EXPRESSIONS, "unknown", "NF"]


class FERPlusSource(FER2013Source):
    """Reads ``fer2013new.csv`` beside ``fer2013.csv``; ``--detector none`` takes the faces whole.

    A picture has the expression with more than half of its votes after single votes are taken
    away, as in the authors' training mode "majority"; pictures without one are left out, and so
    are those whose majority says unknown or no face, and those without a name. All votes stay as
    columns ``votes_<expression>``, ``votes_unknown`` and ``votes_NF``.

    Args:
        root: folder with both files.
        incomplete: take the rows that are there, instead of asking for all 35,887.
    """

    name = "ferplus"

    def listing(self) -> pd.DataFrame:
        """Return one row per picture with an expression; see `DataSource.listing`."""
        path = find_file(self.root, TABLES, "FER+")
        votes_of = read_rows(path, ["Usage", "Image name", *VOTES])
        original = find_file(self.root, TABLE, "FER+")
        usage = read_rows(original, ["Usage"])["Usage"]
        if usage.tolist() != votes_of["Usage"].tolist():
            raise NorfaceError(
                f"the rows of {path} ({len(votes_of)}) are not those of {original} ({len(usage)}), "
                "by number or by Usage; get both files as they were published"
            )
        votes = votes_of[VOTES].apply(pd.to_numeric, errors="coerce")
        for name in VOTES:
            check_rows(path, votes_of[name], votes[name].between(0, 10), "0 to 10 votes")
        named = votes_of["Image name"].str.strip() != ""
        rows = pictures(original, usage, self.root, self.incomplete)
        rows = rows.join(votes.astype("int64").add_prefix("votes_"))
        rows["expression"] = _majority(votes)
        kept = named & rows["expression"].isin(list(FERPLUS_EXPRESSIONS))
        return rows[kept].reset_index(drop=True)


def _majority(votes: pd.DataFrame) -> "pd.Series[str]":
    several = votes.where(votes > 1, 0)
    return several.idxmax(axis=1).where(several.max(axis=1) > several.sum(axis=1) / 2, "")
