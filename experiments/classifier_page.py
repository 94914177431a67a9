"""docs/results/classifier.md and its pictures, from the records of the runs alone."""

from collections.abc import Sequence
from functools import cached_property
from itertools import chain
from pathlib import Path

from experiments.classifier_checks import CALLED, CHECKS, HEADER, TIMES
from experiments.classifier_plan import INPUTS, STEPS, Plan, Step
from experiments.classifier_tasks import all_at_once
from experiments.shared import beginning, config, written
from norface_pl.evaluation.ablation import Ablation
from norface_pl.evaluation.forest import forest
from norface_pl.evaluation.formats import markdown
from norface_pl.evaluation.heading import completeness, differences, independence
from norface_pl.evaluation.paired import people_table
from norface_pl.evaluation.record import Record
from norface_pl.evaluation.rows import Row
from norface_pl.evaluation.runs import list_runs
from norface_pl.evaluation.tables import NONE, TextTable, by_label, summary
from norface_pl.evaluation.values import ALL, over_seeds, values
from norface_pl.io.files import make_folder, write_atomic
from norface_pl.io.images import Picture, write_image
from norface_pl.io.plots import bars
from norface_pl.types import Task

INTRODUCTION = """\
# What stage 2 does

Made by `make evidence-classifier` from the JSON in [classifier/](classifier/), which holds every
figure and says which options, seed, commit and versions made it. Drawn faces: classifiers learn
from few labelled people, and everything is read from test people whom no training saw. Of action
units and intensities, validation people select the epoch; where emotions are read, it is the last.
*original* reads I_o, *normalized* I_n, *both* the two, *oracle* the
pictures with the true action units on the target person. Mean ± SD over seeds of stage 2; all
seeds read the faces of one normalizer. Intervals come from drawing test people with replacement,
the same for both rows of a difference and for all seeds, which are averaged and not drawn:
*better* and *worse* say that a difference holds at 5 % after Holm's correction for all comparisons
of its table. F1 is at 0.5, ICC is ICC(3,1), all of the selected epoch where
nothing else is said.
"""
HELD = f"""\
"By more than {TIMES} SD" takes the larger of the two SDs over seeds. All other statements are about
95 % of the draws of test people.
"""
NOTHING = "Not run yet: `make evidence-classifier` makes it.\n"
TITLES = {
    "au": "AU detection",
    "intensity": "AU intensity",
    "expression": "Expression",
    "ablation_mixtures": "Mixtures of experts, in one model of all tasks",
    "ablation_tasks": "What losses of tasks should count, on other people than everywhere else",
    "ablation_synthetic_au": "Pictures",
    "ablation_neutral": "The person's own neutral face",
    "cross_comic": "Trained on the plain drawing style, tested on the comic one",
    "cross_synthetic": "Trained on the comic drawing style, tested on the plain one",
}


class Page:
    """The page and its pictures.

    Args:
        plan: where the records lie.
        path: of the page; pictures lie beside the records.
    """

    def __init__(self, plan: Plan, path: Path) -> None:
        self.plan, self.path = plan, path

    @cached_property
    def records(self) -> dict[str, list[Record]]:
        """What is finished, by protocol."""
        found: dict[str, list[Record]] = {}
        for step in STEPS:
            kept = found.setdefault(step.protocol, [])
            paths = [path for run in self.plan.listed(step) for path in self.plan.files(step, run)]
            known = {record.run for record in kept}
            every = [Record.load(path) for path in paths if path.is_file()]
            kept += [record for record in every if record.run not in known]
        return found

    def write(self) -> None:
        """Write everything."""
        make_folder(self.plan.results)
        lines = [check.line(self.records[check.protocol]) for check in CHECKS]
        single = {step.name: step for step in STEPS if not step.ablation and len(step.tasks) == 1}
        tasks = {name: self._task(step) for name, step in single.items()}
        cross = [tasks.pop(name) for name in ("cross_comic", "cross_synthetic")]
        ablations = {step.protocol: step for step in STEPS if step.ablation}
        parts = [
            *beginning(INTRODUCTION, self.plan.results),
            markdown(TextTable("What holds", HEADER, lines)),
            HELD,
            *chain(*tasks.values()),
            *all_at_once(self.records),
            *chain(*map(self._ablation, ablations.values()), *cross),
            "## What made this\n",
            _list(self._made()),
        ]
        write_atomic(self.path, "\n".join(parts).encode())

    def _task(self, step: Step) -> list[str]:
        records, heading = self.records[step.protocol], f"## {TITLES[step.name]}\n"
        if not records:
            return [heading, NOTHING]
        task, table = records[0].task, values(records, [])
        names = [name for name in INPUTS if name in {record.run.row for record in records}]
        labels = records[0].selected.tally.labels
        made = [summary(task, names, [], table), people_table(task, names, [], records)]
        score = {"au_detection": "f1", "au_intensity": "icc", "expression": "recall"}[task]
        made.append(by_label(labels, names, [], table, "selected", score))
        lines = completeness(task, self.plan.listed(step), records)
        lines += independence(records) + differences(records)
        parts = [heading, _list(lines)]
        if step.name == "au":
            title = "F1 (%) of unseen people, mean and SD over seeds"
            percent = table.assign(value=100 * table["value"])
            series = {
                name: [over_seeds(percent, name, ALL, "selected", "f1", label) for label in labels]
                for name in names
            }
            parts.append(self._picture("au_detection", title, bars(title, labels, series, 100)))
        return parts + [_smaller(table) for table in made if table is not None]

    def _ablation(self, step: Step) -> list[str]:
        parts, every = [f"## {TITLES[step.protocol]}\n"], self.records[step.protocol]
        for task in step.tasks:
            ablation = self._described(step, task)
            records = [record for record in every if record.task == task]
            if not any(record.run.row == ablation.reference for record in records):
                return [*parts, NOTHING]
            if len(step.tasks) > 1:
                parts.append(f"### {CALLED[task]}\n")
            lines = completeness(task, ablation.runs, records) + differences(records)
            parts.append(_list(lines))
            if task == "au_detection" and (shown := ablation.bars(records)):
                title = f"F1 (%) minus that of {ablation.reference}, 95 % of the draws of people"
                parts.append(self._picture(step.protocol, title, forest(title, shown)))
            parts += [_smaller(table) for table in ablation.tables(records)]
        return parts

    def _described(self, step: Step, task: Task) -> Ablation:
        """Return the ablation of a config; faces of targets are not read here."""
        said = config(f"configs/{step.config}.yaml")
        rows = [Row(**(row | {"target": None})) for row in said["rows"]]
        runs = list_runs([], self.plan.seeds, [row.name for row in rows], called="row")
        told = [run.by_task(step.tasks)[task] for run in runs]
        return Ablation(said["name"], task, rows, said["reference"], told, self.plan.results)

    def _made(self) -> Sequence[str]:
        # Records that were taken over from another protocol tell of the same training.
        records = {r.stamp: r for records in self.records.values() for r in records}.values()
        commits, torch = (
            sorted({record.environment.get(key, "unknown") for record in records})
            for key in ("commit", "torch")
        )
        drew = sorted({record.normalizer["sha256"] for record in records if record.normalizer})
        hours = sum(record.seconds for record in records) / 3600
        return [
            f"{len(records)} trainings of stage 2, {hours:.1f} hours",
            f"checkpoints of stage 1 (SHA-256): {', '.join(x[:12] for x in drew) or 'none'}",
            f"commits: {', '.join(commits) or 'none'}",
            f"torch: {', '.join(torch) or 'none'}",
        ]

    def _picture(self, name: str, title: str, picture: Picture) -> str:
        """Write a picture and return how the page shows it."""
        path = self.plan.results / f"{name}.png"
        write_image(path, picture)
        return f"![{title}]({path.relative_to(self.path.parent).as_posix()})\n"


def _list(lines: Sequence[str]) -> str:
    return "".join(f"* {line}\n" for line in lines)


def _smaller(table: TextTable) -> str:
    """Write a table with a smaller heading, without the columns that are empty."""
    columns = list(zip(table.header, *table.rows, strict=True))
    kept = [column for column in columns if set(column[1:]) != {NONE}]
    header, *rows = (list(row) for row in zip(*kept, strict=True))
    return written(TextTable(table.title, header, rows, table.last))
