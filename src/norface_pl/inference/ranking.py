"""Candidates for the target face from the best to the worst, and what is written of them."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from norface_pl.inference.candidates import Candidates, measure
from norface_pl.inference.failures import FAILURES, HEADER
from norface_pl.io.csv_table import write_csv, write_frame
from norface_pl.io.files import make_folder
from norface_pl.io.images import Picture, grid, write_image

FRONTAL = 10.0  # degrees; poses from five landmarks are good to several degrees
SHOWN, A_ROW = 12, 6


@dataclass(frozen=True)
class Ranking:
    """Faces from the best to the worst.

    Attributes:
        table: a row for each, with its number among the faces as index; see `ranked`.
    """

    faces: Candidates
    table: pd.DataFrame

    @classmethod
    def of(cls, faces: Candidates) -> "Ranking":
        """Measure and rank faces."""
        return cls(faces, ranked(measure(faces)))

    @property
    def best(self) -> pd.DataFrame:
        """The best face of each person: twelve frames of one clip would tell nothing."""
        return self.table.drop_duplicates("person")

    def write(self, out: Path, mean: bool) -> None:
        """Write rank.csv, failures.csv, best.png and target.png.

        The target is the best face of all, or the mean of everybody's best.
        """
        make_folder(out)
        write_frame(out / "rank.csv", self.table)
        write_csv(out / FAILURES, HEADER, self.faces.failures)
        shown = self._pictures(self.best.head(SHOWN))
        rows = [shown[at : at + A_ROW] for at in range(0, len(shown), A_ROW)]
        write_image(out / "best.png", grid(rows, cell=128))
        target = _mean(self._pictures(self.best)) if mean else shown[0]
        write_image(out / "target.png", target)

    def summary(self, out: Path) -> list[str]:
        """Return what is said of it, a line each."""
        measures = ", ".join(self.table.columns.drop(["name", "person", "score"]))
        return [
            f"{len(self.table)} faces of {len(self.best)} people, judged by {measures}",
            f"best: {self.best['name'].iloc[0]}; look at {out / 'best.png'}",
            f"use it with --model.target_image {out / 'target.png'}",
        ]

    def _pictures(self, rows: pd.DataFrame) -> list[Picture]:
        return list(self.faces.pictures[rows.index.tolist()])


def ranked(table: pd.DataFrame) -> pd.DataFrame:
    """Sort faces from the best.

    Faces within 10 degrees of frontal come first, and among them those with the least expression
    that labels tell: whatever the target shows, every redrawn face shows. Then counts ``score``,
    a face's worst measure: in each measure a face gets the share of the faces that are better, so
    that degrees and pixels compare. What is unknown counts as worst.
    """
    measures = table.columns.drop(["name", "person"])
    values = table[measures].fillna(np.inf)
    shares = (values.rank(method="min") - 1) / len(table)
    scored = table.assign(
        score=shares.max(axis=1),
        far=values["turned"] > FRONTAL if "turned" in values else False,
        shown=values.get("expression", 0.0),
        mean=shares.mean(axis=1),
    )
    best = scored.sort_values(["far", "shown", "score", "mean", "name"])
    return best[["name", "person", "score", *measures]]


def _mean(pictures: list[Picture]) -> Picture:
    return np.asarray(np.mean(pictures, axis=0).round(), np.uint8)
