"""Which trials belong to stage 1's evidence, and which of them are done."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml

from experiments.normalizer_curves import limits, over_people, over_time
from experiments.normalizer_rows import ROOT, TINY, Row, ablation, batches
from experiments.normalizer_trials import Record, Workshop
from norface_pl.datamodules import SyntheticDataModule
from norface_pl.datamodules.load import load_datamodule

EPOCHS, PEOPLE = (1, 2, 4, 8, 16), (10, 100, 800, 2400)
Trial = tuple[str, Row | None, int]
"""Part and name of the row, the row (None for the default as a whole), and the seed."""


@dataclass(frozen=True)
class Plan:
    """What belongs to the evidence.

    Attributes:
        rows: by part, in the order of importance.
        seeds: of the main part; the first two are the ablation's, the first is the curves'.
        default: batches of the default's stage 1.
        reading: share of them in which nothing is drawn.
        epochs: of every row of the ablation.
        limit: batches of each of these epochs, at most.
    """

    rows: dict[str, list[Row]]
    seeds: Sequence[int]
    default: int
    reading: float
    epochs: int
    limit: int

    @classmethod
    def of(cls, data: Path, seeds: Sequence[int], epochs: int, limit: int) -> "Plan":
        """Lay out all rows for a data set."""
        module = load_datamodule(data)
        assert isinstance(module, SyntheticDataModule)
        config = yaml.safe_load((ROOT / TINY).read_text(encoding="utf-8"))
        usual, model = config["trainer"]["max_epochs"], config["model"]["init_args"]
        rows = {
            "ablation": ablation(module, epochs, limit),
            "epochs": over_time(module, EPOCHS, usual),
            "people": over_people(module, PEOPLE, usual),
            "limits": limits(module, usual, model["code_dim"]),
        }
        return cls(rows, seeds, usual * batches(module), model["reading"], epochs, limit)

    def seeds_of(self, part: str) -> Sequence[int]:
        """Return the seeds that a part is trained with."""
        return {"main": self.seeds, "ablation": self.seeds[:2]}.get(part, self.seeds[:1])

    def trials(self) -> list[Trial]:
        """Return name, row and seed of all trials in the order in which they are made."""
        found: list[Trial] = [("main/default", None, seed) for seed in self.seeds]
        for part, rows in self.rows.items():
            for seed in self.seeds_of(part):
                found += [(f"{part}/{row.name}", row, seed) for row in rows if not row.default]
        return found

    def known(self, workshop: Workshop) -> dict[str, list[Record]]:
        """Return the finished trials of every part that were made with the present options."""
        found: dict[str, list[Record]] = {}
        for name, row, seed in self.trials():
            part, _, file = name.partition("/")
            if record := workshop.done(part, file, seed, workshop.stamp(row, seed)):
                found.setdefault(part, []).append(record)
        seed = self.seeds[0]
        if record := workshop.done("photographs", "london", seed, workshop.stamp(None, seed)):
            found["photographs"] = [record]
        return found
