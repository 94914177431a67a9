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

Report = Ablation | ReadingsReport


def ablation_reports(
    name: str,
    task: Task,
    rows: Sequence[Row],
    reference: str | None,
    runs: Sequence[Run],
    out: Path,
    results: Path | None,
) -> list[Report]:
    """Return what is written of the rows of stage 2 and of those of stage 1; see `Ablation`.

    Raises:
        NorfaceError: a row is compared with one that is not there.
    """
    first, second = (
        [row for row in rows if row.stage == stage] for stage in ("normalizer", "classifier")
    )
    names = {row.name for row in first}
    of_first = [run for run in runs if run.row in names]
    of_second = [run for run in runs if run.row not in names]
    found: list[Report] = []
    if second:
        compared = reference or "(none)"
        found.append(Ablation(name, task, second, compared, of_second, out, results))
    if first:
        found.append(ReadingsReport(name, first, of_first, out, results))
    return found


def write_reports(reports: Sequence[Report]) -> list[TextTable]:
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
