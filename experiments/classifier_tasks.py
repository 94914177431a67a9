"""All tasks in one model beside one model a task, from the records of both."""

from collections.abc import Mapping, Sequence

from experiments.classifier_checks import CALLED, SINGLE
from experiments.shared import written
from norface_pl.evaluation.paired import by_seed, compare, main_score
from norface_pl.evaluation.record import Record
from norface_pl.evaluation.tables import NAMES, TextTable, cell, with_range
from norface_pl.evaluation.values import moments
from norface_pl.metrics.tallies import TALLIES
from norface_pl.types import Task

ALL = "synthetic_all"
ROWS = {"both": "Both pictures", "normalized": "Redrawn faces", "original": "Originals"}
HEADER = ["task", "one model a task", "all tasks in one", "difference [95 % of people]", "holds"]
HOLDS = """\
*Holds*: one model of all tasks is better than the single one, or less than 1 SD below it (over the
seeds of the single one).
"""
TIME = """\
Trainings here shared a machine with other work, so their seconds do not compare. What a step of one
model of three tasks takes beside steps of three models, in turn in one run, is in
[speed.md](speed.md).
"""
NOTHING = "Not run yet: `make evidence-classifier` makes it.\n"


def all_at_once(records: Mapping[str, Sequence[Record]]) -> list[str]:
    """Return the section of the page."""
    tables = [table for row in ROWS if (table := _table(row, records)).rows]
    parts = [*map(written, tables), HOLDS, TIME] if tables else [NOTHING]
    return ["## All tasks in one model\n", *parts]


def _table(row: str, records: Mapping[str, Sequence[Record]]) -> TextTable:
    """Return a line for each task, or none as long as a training of one is missing."""
    table = TextTable(ROWS[row], HEADER)
    for task, protocol in SINGLE.items():
        single = [record for record in records[protocol] if record.run.row == row]
        joint = [r for r in records[ALL] if r.task == task and r.run.row == row]
        if not single or not joint:
            return TextTable(ROWS[row], HEADER)
        table.rows.append(_line(row, task, single, joint))
    return table


def _line(row: str, task: Task, single: Sequence[Record], joint: Sequence[Record]) -> list[str]:
    score = TALLIES[task].main
    theirs, ours = by_seed(row, [], single), by_seed(row, [], joint)
    means = [moments([main_score(tally) for tally in part.values()]) for part in (theirs, ours)]
    found = compare(ours, theirs)
    gain = "–" if found is None else with_range(score, found.difference, found.low, found.high, "+")
    (mean, deviation), (reached, _) = means
    holds = "yes" if reached >= mean - deviation else "**no**"
    return [f"{CALLED[task]} ({NAMES[score]})", *(cell(score, *m) for m in means), gain, holds]
