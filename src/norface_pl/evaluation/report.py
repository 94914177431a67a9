"""Writes the tables and pictures of a protocol from the JSON of its runs, and from nothing else."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from norface_pl.evaluation.formats import write_tables
from norface_pl.evaluation.heading import (
    commits,
    completeness,
    independence,
    load_records,
    people_by_part,
)
from norface_pl.evaluation.paired import people_table
from norface_pl.evaluation.published import ORIGINS, WARNING, PublishedScores
from norface_pl.evaluation.record import PEER_WARNING, Record
from norface_pl.evaluation.reliability import reliability_picture, reliability_table
from norface_pl.evaluation.run_data import RunData
from norface_pl.evaluation.runs import Run
from norface_pl.evaluation.tables import NAMES, TextTable, confusion, confusions, factor, tables
from norface_pl.evaluation.values import joined, over_seeds, values
from norface_pl.io.images import Picture, write_image
from norface_pl.io.plots import bars, matrix
from norface_pl.metrics.occurrence_tally import BINS
from norface_pl.metrics.tallies import TALLIES
from norface_pl.types import Task


@dataclass(frozen=True)
class ProtocolReport:
    """What is written of one task of a protocol.

    Attributes:
        folds: tested parts; empty for one official split.
        runs: all that the protocol asks for, as those of the task.
        results: folder of the runs' records, if they are kept for good.
    """

    name: str
    task: Task
    folds: Sequence[int]
    runs: Sequence[Run]
    published: Sequence[PublishedScores]
    out: Path
    results: Path | None = None

    @property
    def folder(self) -> Path:
        """Folder of tables and pictures."""
        return self.runs[0].tables(self.out)

    def write(self) -> list[TextTable]:
        """Write results.md, .tex, .csv and pictures of all runs that are finished.

        Returns:
            The tables.

        Raises:
            NorfaceError: no run is finished, or one is damaged or of another protocol.
        """
        records = load_records(self.name, self.task, self.runs, self.out, self.results)
        labels = records[0].selected.tally.labels
        found = {record.run.row for record in records}
        inputs = list(dict.fromkeys(run.row for run in self.runs if run.row in found))
        table = values(records, self.folds)
        made = tables(self.task, labels, inputs, self.folds, table, self.published)
        if (drawn := people_table(self.task, inputs, self.folds, records)) is not None:
            made.insert(1, drawn)
        counted = confusions(records)
        made += [
            confusion(labels, faces, f"Faces, {name}, selected epochs of all runs")
            for name, faces in counted.items()
        ]
        if (said := reliability_table(records)) is not None:
            made.append(said)
        heading = self.heading(records)
        write_tables(self.folder, "results", self.name, heading, made, table, heading)
        if said is not None:
            write_image(self.folder / "reliability.png", reliability_picture(self.name, records))
        write_image(self.folder / "labels.png", self._bars(labels, inputs, table))
        for name, faces in counted.items():
            write_image(self.folder / f"confusion_{name}.png", matrix(name, labels, faces))
        return made

    def heading(self, records: Sequence[Record]) -> list[str]:
        """Return what has to be known to read the tables."""
        lines = completeness(self.task, self.runs, records) + independence(records)
        if len({record.recipe for record in records}) > 1:
            lines.append("NOT COMPARABLE: runs were made with different configurations")
        lines += people_by_part(records)
        if any(record.peer for record in records):
            lines.append(f"† peer-style best: {PEER_WARNING}")
        if self.task == "au_detection" and len(self.folds) > 1:
            lines.append(f"pooled AUC is read from {BINS} steps of the scores")
        if self.published:
            lines.append(WARNING)
            used = {other.origin for other in self.published}
            lines += [f"[{mark}] {text}" for mark, text in ORIGINS.items() if mark in used]
        return [*lines, commits(records)]

    def _bars(self, labels: Sequence[str], inputs: Sequence[str], table: pd.DataFrame) -> Picture:
        score = "recall" if self.task == "expression" else TALLIES[self.task].main
        percent, fold = factor(score), joined(self.folds)[0]
        series = {}
        for name in inputs:
            found = [over_seeds(table, name, fold, "selected", score, label) for label in labels]
            series[name] = [(percent * mean, percent * deviation) for mean, deviation in found]
        return bars(f"{self.name}: {NAMES[score]}, selected epoch", labels, series, percent)


def protocol_reports(
    name: str,
    data: RunData,
    runs: Sequence[Run],
    published: Sequence[PublishedScores],
    out: Path,
    results: Path | None,
) -> list[ProtocolReport]:
    """Return what is written of each task; published figures stand beside those of their score."""
    found = []
    for task in data.tasks:
        own = [run.by_task(data.tasks)[task] for run in runs]
        beside = [other for other in published if TALLIES[task].main in other.mean]
        report = ProtocolReport(name, task, data.folds, own, beside, out, results)
        found.append(report)
    return found
