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
        label_names: The table's rows; labels without a metric of their own are left out.
        columns: Test metrics of each classifier by what it read.
    """

    task: Task
    label_names: Sequence[str]
    columns: Mapping[str, Metrics]
    phases: Mapping[str, Done]
    seed: int

    @property
    def names(self) -> list[str]:
        """Columns in the order in which the table shows them."""
        return [name for name in ORDER if name in self.columns]

    def rows(self) -> dict[str, list[float]]:
        """Returns the main metric of each label, then its mean, then the other metrics."""
        main = TALLIES[self.task].main
        wanted = {label: f"test/{main}/{label}" for label in self.label_names}
        wanted |= {f"mean {main}": f"test/{main}"}
        wanted |= {other: f"test/{other}" for other in OTHERS[self.task]}
        table = {
            row: [self.columns[name].get(metric, math.nan) for name in self.names]
            for row, metric in wanted.items()
        }
        return {row: values for row, values in table.items() if not all(map(math.isnan, values))}

    def tables(self) -> list[Table]:
        """Returns the tables for the terminal: probes of stage 1 if it was tested, classifiers."""
        return [*self._probes(), self._scores()]

    def _scores(self) -> Table:
        main = TALLIES[self.task].main
        table = score_table(f"{self.task}: {main} on the test people", [""], self.names)
        for row, values in self.rows().items():
            if row == f"mean {main}":
                table.add_section()
            table.add_row(row, *map(score_cell, values), end_section=row == f"mean {main}")
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
            "task": self.task,
            "metric": TALLIES[self.task].main,
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


def save_grid(datamodule: FaceDataModule, cache: Path, path: Path) -> None:
    """Writes a picture of test faces: a row of originals, one of normalized and one of oracles."""
    dataset = datamodule.dataset("test", oracle=True)
    samples = dataset.__getitems__(spread_evenly(len(dataset)))
    drawn = torch.from_numpy(NormalizedCache.open(cache).load_all(samples["key"]))
    rows = {"original": samples["image"], "normalized": drawn.permute(0, 3, 1, 2)}
    if "oracle" in samples:
        rows["oracle"] = samples["oracle"]
    save_faces(path, rows)
