"""FER+ (Barsoum et al., ICMI 2016): the pictures of FER2013 with ten votes each.

Licence: MIT for the votes, ``fer2013new.csv`` from https://github.com/microsoft/FERPlus; the
pictures are those of FER2013.
"""

from pathlib import Path
from typing import ClassVar

import pandas as pd

from norface_pl.errors import NorfaceError
from norface_pl.io.pixel_rows import PixelRows
from norface_pl.io.spelling import find_file
from norface_pl.labels import FERPLUS_EXPRESSIONS
from norface_pl.sources.source import DataSource
from norface_pl.types import Task

from .fer2013 import SIDE, TABLE, FER2013DataModule, check_rows, pictures, read_rows

TABLES = ("fer2013new.csv", "FERPlus/fer2013new.csv", "FERPlus-master/fer2013new.csv")
"""In the repository itself, cloned or packed. Its rows are those of fer2013.csv, as its README
says; of icml_face_data.csv nobody says so."""
VOTES = [*FERPLUS_EXPRESSIONS, "unknown", "NF"]


class FERPlusSource(DataSource):
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

    def __init__(self, root: Path, incomplete: bool = False) -> None:
        self.root, self.incomplete = root, incomplete

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

    def reader(self) -> PixelRows:
        """Return what reads the pictures out of ``fer2013.csv``."""
        return PixelRows(self.root, "pixels", SIDE)


def _majority(votes: pd.DataFrame) -> "pd.Series[str]":
    several = votes.where(votes > 1, 0)
    return several.idxmax(axis=1).where(several.max(axis=1) > several.sum(axis=1) / 2, "")


class FERPlusDataModule(FER2013DataModule):
    """FER+ with the official parts of FER2013.

    Args:
        prepared: folder that `norface prepare ferplus` wrote.
        task: which labels the batches hold; only "expression" is there.
        balanced: draw every expression equally often in training.
        image_size: side of a face in pixels; prepared faces of another size are scaled.
        batch_size: faces per batch.
        num_workers: processes that read pictures.
        samples_per_epoch: faces of an epoch, drawn anew for each; null takes all.
        select_on_test: choose checkpoints on the test pictures, as published figures do.
        normalized: cache of normalized faces; batches then hold ``normalized``.
        seed: of the draw of batches.
    """

    source: ClassVar[type[DataSource]] = FERPlusSource
    expressions = FERPLUS_EXPRESSIONS

    def __init__(
        self,
        prepared: Path = Path("data/ferplus"),
        task: Task = "expression",
        balanced: bool = False,
        image_size: int = 224,
        batch_size: int = 64,
        num_workers: int = 4,
        samples_per_epoch: int | None = None,
        select_on_test: bool = False,
        normalized: Path | None = None,
        seed: int = 0,
    ) -> None:
        super().__init__(
            prepared,
            task,
            balanced,
            image_size,
            batch_size,
            num_workers,
            samples_per_epoch,
            select_on_test,
            normalized,
            seed,
        )
