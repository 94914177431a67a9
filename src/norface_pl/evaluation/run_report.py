"""What a run ends with: results.json, the table in the terminal and the picture grid."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from rich.table import Table

from norface_pl.data.cache import NormalizedCache
from norface_pl.datamodules.base import FaceDataModule
from norface_pl.environment import environment
from norface_pl.evaluation.phases import Done, Metrics
from norface_pl.evaluation.record import or_null
from norface_pl.inference.probe_report import save_faces, score_cell, score_table, spread_evenly
from norface_pl.io.files import write_json
from norface_pl.metrics.tallies import TALLIES
from norface_pl.types import Task

# Figures worth a row of the table, beside the one that the field reports.
OTHERS: dict[Task, tuple[str, ...]] = {
    "au_detection": ("auc", "accuracy", "ece"),
    "au_intensity": ("mae", "mse"),
    "expression": ("f1", "ece"),
    "valence_arousal": ("rmse",),
}
# Probe of stage 1 -> row of its table.
PROBES = {
    "au_probe": "label, mean F1",
    "identity_probe": "person, accuracy",
    "spread": "spread of the pictures",
}
ORDER = ("original", "normalized", "both", "oracle")


@dataclass(frozen=True)
class RunReport:
    """The comparison of the classifiers of one run.

    Attributes:
        labels: The table's rows, task by task; labels without a metric of their own are left out.
        columns: Test metrics of each classifier by what it read.
    """

    labels: Mapping[Task, Sequence[str]]
    columns: Mapping[str, Metrics]
    phases: Mapping[str, Done]
    seed: int

    @property
    def names(self) -> list[str]:
        """Columns in the order in which the table shows them."""
        return [name for name in ORDER if name in self.columns]

    @property
    def several(self) -> bool:
        """Whether one model learned several tasks."""
        return len(self.labels) > 1

    def rows(self, task: Task) -> dict[str, list[float]]:
        """Returns the main metric of each label, then its mean, then the other metrics."""
        main, before = TALLIES[task].main, f"test/{task}" if self.several else "test"
        wanted = {label: f"{before}/{main}/{label}" for label in self.labels[task]}
        wanted |= {f"mean {main}": f"{before}/{main}"}
        wanted |= {other: f"{before}/{other}" for other in OTHERS[task]}
        table = {
            row: [self.columns[name].get(metric, math.nan) for name in self.names]
            for row, metric in wanted.items()
        }
        return {row: values for row, values in table.items() if not all(map(math.isnan, values))}

    def tables(self) -> list[Table]:
        """Returns the tables for the terminal: probes of stage 1 if it was tested, classifiers."""
        return [*self._probes(), self._scores()]

    def _scores(self) -> Table:
        mains = {task: f"{task}: {TALLIES[task].main}" for task in self.labels}
        title = "all tasks" if self.several else next(iter(mains.values()))
        table = score_table(f"{title} on the test people", [""], self.names)
        for task, main in mains.items():
            if self.several:
                table.add_section()
                table.add_row(main, end_section=True)
            for row, values in self.rows(task).items():
                mean = row == f"mean {TALLIES[task].main}"
                if mean:
                    table.add_section()
                table.add_row(row, *map(score_cell, values), end_section=mean)
        if self.several:
            table.add_section()
            score = (self.columns[name].get("test/score", math.nan) for name in self.names)
            table.add_row("score, mean of tasks", *map(score_cell, score))
        return table

    def _probes(self) -> list[Table]:
        metrics = self.phases["normalizer"].metrics if "normalizer" in self.phases else {}
        pictures = [name for name in ORDER if f"test/spread/{name}" in metrics]
        if not pictures:
            return []
        table = score_table("read by linear probes from test people", [""], pictures)
        for probe, title in PROBES.items():
            values = (metrics[f"test/{probe}/{name}"] for name in pictures)
            table.add_row(title, *(f"{value:.3f}" for value in values))
        return [table]

    def save(self, path: Path) -> None:
        """Writes everything as JSON, whole or not at all; a metric without a value is null."""
        content = {
            "task": one_or_all(list(self.labels)),
            "metric": one_or_all([TALLIES[task].main for task in self.labels]),
            "seed": self.seed,
            "columns": {name: or_null(metrics) for name, metrics in self.columns.items()},
            "phases": {
                # Metrics of the classifiers are the columns above.
                name: vars(done)
                | {"metrics": {} if name.startswith("classifier") else or_null(done.metrics)}
                for name, done in self.phases.items()
            },
            "seconds": round(sum(done.seconds for done in self.phases.values()), 2),
            "environment": environment(),
        }
        write_json(path, content)


def one_or_all(values: list[str]) -> str | list[str]:
    """Return the one value there is, or all of them."""
    return values[0] if len(values) == 1 else values


def save_grid(datamodule: FaceDataModule, cache: Path, path: Path) -> None:
    """Writes a picture of test faces: a row of originals, one of normalized and one of oracles."""
    dataset = datamodule.dataset("test", oracle=True)
    samples = dataset.__getitems__(spread_evenly(len(dataset)))
    drawn = torch.from_numpy(NormalizedCache.open(cache).load_all(samples["key"]))
    rows = {"original": samples["image"], "normalized": drawn.permute(0, 3, 1, 2)}
    if "oracle" in samples:
        rows["oracle"] = samples["oracle"]
    save_faces(path, rows)
