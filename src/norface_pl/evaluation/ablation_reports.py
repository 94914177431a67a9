"""The tables of an ablation whose rows may train either stage."""

from collections.abc import Sequence
from pathlib import Path

from norface_pl.evaluation.ablation import Ablation
from norface_pl.evaluation.readings_report import ReadingsReport
from norface_pl.evaluation.record import record_path
from norface_pl.evaluation.rows import Row
from norface_pl.evaluation.runs import Run
from norface_pl.evaluation.tables import TextTable
from norface_pl.types import Task


def ablation_reports(
    name: str,
    task: Task,
    rows: Sequence[Row],
    reference: str | None,
    runs: Sequence[Run],
    out: Path,
    results: Path | None,
) -> list[Ablation | ReadingsReport]:
    """Return what is written of the rows of stage 2 and of those of stage 1.

    Args:
        name: of the ablation.
        task: what stage 2 learns.
        rows: in their order.
        reference: name of the row that all classifiers are compared with.
        runs: every row with every seed.
        out: folder of the runs and of the tables.
        results: folder of the runs' records, if they are kept for good.

    Raises:
        NorfaceError: a row is compared with one that is not there.
    """
    first, second = (
        [row for row in rows if row.stage == stage] for stage in ("normalizer", "classifier")
    )
    found: list[Ablation | ReadingsReport] = []
    if second:
        own = _of(second, runs)
        found.append(Ablation(name, task, second, reference or "(none)", own, out, results))
    if first:
        found.append(ReadingsReport(name, first, _of(first, runs), out, results))
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


def _of(rows: Sequence[Row], runs: Sequence[Run]) -> list[Run]:
    names = {row.name for row in rows}
    return [run for run in runs if run.row in names]
