"""The tables of an ablation from the JSON of its runs: every row beside a row of reference."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from norface_pl.errors import NorfaceError
from norface_pl.evaluation.forest import Bar, forest
from norface_pl.evaluation.formats import write_tables
from norface_pl.evaluation.heading import (
    commits,
    completeness,
    differences,
    independence,
    load_records,
    people_by_part,
)
from norface_pl.evaluation.paired import DRAWS, Comparison, by_seed, compare, holm, main_score
from norface_pl.evaluation.readings_report import ReadingsReport
from norface_pl.evaluation.record import Record, record_path
from norface_pl.evaluation.rows import Row
from norface_pl.evaluation.runs import Run
from norface_pl.evaluation.tables import NAMES, NONE, TextTable, cell, factor, written
from norface_pl.evaluation.values import moments, values
from norface_pl.io.images import write_image
from norface_pl.metrics.tallies import TALLIES
from norface_pl.metrics.tally import Tally
from norface_pl.types import Task

VERDICTS = (
    "intervals draw test people and average seeds, which are not drawn; the p-values of a table "
    "are two-sided and corrected for its number of comparisons (Holm), a verdict needs 0.05"
)


@dataclass(frozen=True)
class Ablation:
    """What is written of one task of an ablation.

    Attributes:
        reference: name of the row that all are compared with.
        runs: every row with every seed, as those of the task.
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

    @property
    def folder(self) -> Path:
        """Folder of tables and pictures."""
        return self.runs[0].tables(self.out)

    def records(self) -> list[Record]:
        """Return what is finished; see `load_records`."""
        return load_records(self.name, self.task, self.runs, self.out, self.results)

    def write(self) -> list[TextTable]:
        """Write results.md, .tex, .csv and differences.png; return the tables.

        Raises:
            NorfaceError: see `load_records`.
        """
        records = self.records()
        made, heading = self.tables(records), self.heading(records)
        scores = values(records, self.folds)
        write_tables(self.folder, "results", self.name, heading, made, scores, heading)
        if bars := self.bars(records):
            score = NAMES[TALLIES[self.task].main]
            title = f"{score}, difference to {self.reference}, 95 % of people"
            write_image(self.folder / "differences.png", forest(title, bars))
        return made

    def tables(self, records: Sequence[Record]) -> list[TextTable]:
        """Return all rows beside the reference, and pairs of rows that belong together."""
        tallies, shown = self._tallies(records), {row.name: row.shown for row in self.rows}
        sizes = {record.run.row: record.parameters for record in records}
        score = TALLIES[self.task].main
        columns = ["difference", f"95 % of {DRAWS} draws of people", "p (Holm)", "verdict"]
        title = f"{NAMES[score]}, selected epoch, and difference to: {shown[self.reference]}"
        header = ["row", "thousand parameters", "seeds", NAMES[score], *columns]
        beside = TextTable(title, header)
        pairs = TextTable("Pairs of rows", ["row", "compared with", *columns])
        to_all: list[Comparison | None] = []
        to_one: list[Comparison | None] = []
        for row in self.rows:
            if not (ours := tallies[row.name]):
                continue
            other = tallies[self.reference] if row.name != self.reference else {}
            size, mean = sizes[row.name] / 1000, moments(map(main_score, ours.values()))
            beside.rows.append([row.shown, f"{size:.0f}", str(len(ours)), cell(score, *mean)])
            to_all.append(compare(ours, other))
            if row.against is not None and tallies[row.against]:
                pairs.rows.append([row.shown, shown[row.against]])
                to_one.append(compare(ours, tallies[row.against]))
        for table, found in ((beside, to_all), (pairs, to_one)):
            for cells, more in zip(table.rows, _compared(score, found), strict=True):
                cells += more
        return [beside, pairs] if pairs.rows else [beside]

    def bars(self, records: Sequence[Record]) -> list[Bar]:
        """Return the differences to the reference for a picture, shares in percent."""
        tallies, percent = self._tallies(records), factor(TALLIES[self.task].main)
        found = []
        for row in self.rows:
            other = compare(tallies[row.name], tallies[self.reference])
            if other is not None and row.name != self.reference:
                ends = (percent * x for x in (other.difference, other.low, other.high))
                found.append(Bar(row.shown, *ends))
        return found

    def heading(self, records: Sequence[Record]) -> list[str]:
        """Return what has to be known to read the tables."""
        lines = completeness(self.task, self.runs, records) + independence(records)
        lines += differences(records)
        return [*lines, VERDICTS, *people_by_part(records), commits(records)]

    def _tallies(self, records: Sequence[Record]) -> dict[str, dict[int, Tally]]:
        return {row.name: by_seed(row.name, self.folds, records) for row in self.rows}


def _compared(score: str, found: Sequence[Comparison | None]) -> list[list[str]]:
    """Write the four cells of every comparison of a table; verdicts hold for all of them."""
    corrected = iter(holm([one.p for one in found if one is not None]))
    return [[NONE] * 4 if one is None else _cells(score, one, next(corrected)) for one in found]


def _cells(score: str, found: Comparison, p: float) -> list[str]:
    low, high, mean = (written(score, x, "+") for x in (found.low, found.high, found.difference))
    spread = "" if np.isnan(found.deviation) else f" ± {written(score, found.deviation)}"
    return [mean + spread, f"[{low}, {high}]", f"{p:.3f}", found.judged(p)]


def ablation_reports(
    name: str,
    tasks: Sequence[Task],
    rows: Sequence[Row],
    reference: str | None,
    runs: Sequence[Run],
    out: Path,
    results: Path | None,
) -> list[Ablation | ReadingsReport]:
    """Return what is written of each task of the rows of stage 2, and of those of stage 1.

    Raises:
        NorfaceError: a row is compared with one that is not there.
    """
    found: list[Ablation | ReadingsReport] = []
    by_stage = {row.name: row.stage for row in rows}
    for stage in ("classifier", "normalizer"):
        own = [row for row in rows if row.stage == stage]
        its = [run for run in runs if by_stage[run.row] == stage]
        if own and stage == "classifier":
            for task in tasks:
                told = [run.by_task(tasks)[task] for run in its]
                found.append(Ablation(name, task, own, reference or "(none)", told, out, results))
        elif own:
            found.append(ReadingsReport(name, own, its, out, results))
    return found


def write_reports(reports: Sequence[Ablation | ReadingsReport]) -> list[TextTable]:
    """Write the tables of the stages that have finished runs.

    Raises:
        NorfaceError: none has.
    """
    begun = [
        report
        for report in reports
        if any(record_path(run, report.out, report.results).is_file() for run in report.runs)
    ]
    return [table for report in begun or reports for table in report.write()]
