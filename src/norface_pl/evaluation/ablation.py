"""The tables of an ablation from the JSON of its runs: every row beside a row of reference."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from norface_pl.errors import NorfaceError
from norface_pl.evaluation.bootstrap import DRAWS
from norface_pl.evaluation.comparable import differences
from norface_pl.evaluation.forest import Bar, forest
from norface_pl.evaluation.formats import latex, markdown
from norface_pl.evaluation.heading import (
    completeness,
    independence,
    load_records,
    people_by_part,
    versions,
)
from norface_pl.evaluation.paired import Comparison, by_seed, compare, main_score
from norface_pl.evaluation.record import Record
from norface_pl.evaluation.rows import Row
from norface_pl.evaluation.runs import Run
from norface_pl.evaluation.tables import NAMES, NONE, PLAIN, TextTable, cell
from norface_pl.evaluation.values import values
from norface_pl.io.csv_table import write_frame
from norface_pl.io.files import make_folder, write_atomic
from norface_pl.io.images import write_image
from norface_pl.metrics.tallies import TALLIES
from norface_pl.metrics.tally import Tally
from norface_pl.types import Task


@dataclass(frozen=True)
class Ablation:
    """What is written of an ablation.

    Attributes:
        name: of the ablation.
        task: what was learned.
        rows: in their order.
        reference: name of the row that all are compared with.
        runs: every row with every seed.
        out: folder of the runs and of the tables.
        results: folder of the runs' records, if they are kept for good.
    """

    name: str
    task: Task
    rows: Sequence[Row]
    reference: str
    runs: Sequence[Run]
    out: Path
    results: Path | None = None

    def __post_init__(self) -> None:
        """Refuse a comparison with a row that is not there."""
        names = [row.name for row in self.rows]
        for asked in (self.reference, *(row.against for row in self.rows)):
            if asked is not None and asked not in names:
                raise NorfaceError(f"there is no row {asked} to compare with: {', '.join(names)}")

    @property
    def folds(self) -> list[int]:
        """Tested parts of the people; empty where there is one official split."""
        return sorted({run.fold for run in self.runs if run.fold is not None})

    def records(self) -> list[Record]:
        """Return what is finished; see `load_records`."""
        return load_records(self.name, self.task, self.runs, self.out, self.results)

    def write(self) -> list[TextTable]:
        """Write results.md, .tex, .csv and differences.png; return the tables.

        Raises:
            NorfaceError: see `load_records`.
        """
        records = self.records()
        made, lines = self.tables(records), self.heading(records)
        make_folder(self.out)
        heading = "".join(f"* {line}\n" for line in lines)
        text = "\n".join([f"# {self.name}\n", heading, *map(markdown, made)])
        write_atomic(self.out / "results.md", text.encode())
        remarks = "".join(f"% {line}\n" for line in lines)
        write_atomic(self.out / "results.tex", (remarks + "\n".join(map(latex, made))).encode())
        write_frame(self.out / "results.csv", values(records, self.folds))
        if bars := self.bars(records):
            title = (
                f"{NAMES[TALLIES[self.task].main]}, difference to {self.reference}, 95 % of people"
            )
            write_image(self.out / "differences.png", forest(title, bars))
        return made

    def tables(self, records: Sequence[Record]) -> list[TextTable]:
        """Return all rows beside the reference, and pairs of rows that belong together."""
        tallies = {row.name: by_seed(row.name, self.folds, records) for row in self.rows}
        sizes = {record.run.row: record.parameters for record in records}
        score = TALLIES[self.task].main
        found, pairs = [], []
        for row in self.rows:
            if not (ours := tallies[row.name]):
                continue
            size = f"{sizes[row.name] / 1000:.0f}"
            cells = [row.shown, size, str(len(ours)), _mean(score, ours)]
            same = row.name == self.reference
            found.append([*cells, *_cells(score, None if same else self._against(row, tallies))])
            if row.against is not None and tallies[row.against]:
                other = next(other for other in self.rows if other.name == row.against)
                differs = _cells(score, compare(ours, tallies[row.against]))
                pairs.append([row.shown, other.shown, *differs])
        columns = ["difference", f"95 % of {DRAWS} draws of people", "other side of 0", "verdict"]
        reference = next(row.shown for row in self.rows if row.name == self.reference)
        made = [
            TextTable(
                f"{NAMES[score]}, selected epoch, and difference to: {reference}",
                ["row", "thousand parameters", "seeds", NAMES[score], *columns],
                found,
            )
        ]
        if pairs:
            made.append(TextTable("Pairs of rows", ["row", "compared with", *columns], pairs))
        return made

    def bars(self, records: Sequence[Record]) -> list[Bar]:
        """Return the differences to the reference for a picture, shares in percent."""
        tallies = {row.name: by_seed(row.name, self.folds, records) for row in self.rows}
        factor = 1 if TALLIES[self.task].main in PLAIN else 100
        found = [(row, self._against(row, tallies)) for row in self.rows]
        return [
            Bar(row.shown, *(factor * x for x in (other.difference, other.low, other.high)))
            for row, other in found
            if other is not None and row.name != self.reference
        ]

    def heading(self, records: Sequence[Record]) -> list[str]:
        """Return what has to be known to read the tables."""
        lines = completeness(self.task, self.runs, records) + independence(records)
        lines += differences(records)
        return [*lines, *people_by_part(records), versions(records)]

    def _against(self, row: Row, tallies: Mapping[str, Mapping[int, Tally]]) -> Comparison | None:
        return compare(tallies[row.name], tallies[self.reference])


def _mean(score: str, tallies: Mapping[int, Tally]) -> str:
    found = [main_score(tally) for tally in tallies.values()]
    return cell(score, float(np.mean(found)), _deviation(found))


def _deviation(found: Sequence[float]) -> float:
    return float(np.std(found, ddof=1)) if len(found) > 1 else float("nan")


def _cells(score: str, found: Comparison | None) -> list[str]:
    """Write the four cells of a comparison."""
    if found is None:
        return [NONE] * 4
    factor, digits = (1, 3) if score in PLAIN else (100, 1)
    low, high, mean = (
        f"{factor * x:+.{digits}f}" for x in (found.low, found.high, found.difference)
    )
    spread = "" if np.isnan(found.deviation) else f" ± {factor * found.deviation:.{digits}f}"
    return [mean + spread, f"[{low}, {high}]", f"{100 * found.other_side:.1f} %", found.verdict]
