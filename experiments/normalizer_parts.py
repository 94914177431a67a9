"""What stage 1's evidence consists of, the most important first: configs of ``norface ablate``."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from experiments.shared import ROOT, config, norface
from norface_pl.evaluation.normalizer_record import NormalizerRecord
from norface_pl.evaluation.rows import Row
from norface_pl.evaluation.runs import Run

RESULTS = ROOT / "docs" / "results" / "normalizer"
MAIN = "main"


@dataclass(frozen=True)
class EvidencePart:
    """Rows of a config of ``norface ablate`` that train stage 1.

    Attributes:
        name: of the part, and of the folder of its records.
        config: below the root of the repository.
        seeds: how many of those asked for it is trained with.
    """

    name: str
    config: str
    seeds: int

    @cached_property
    def described(self) -> dict[str, Any]:
        """Return what the config says."""
        return config(self.config)

    @cached_property
    def rows(self) -> list[Row]:
        """Return its rows; what is needed for training only is not read."""
        read = ("name", "title", "stage", "normalizer_args", "compare")
        return [
            Row(**{key: row[key] for key in read if key in row}) for row in self.described["rows"]
        ]

    def runs(self, seeds: Sequence[int]) -> list[Run]:
        """Return the runs that belong to it."""
        return [Run(None, seed, row.name) for row in self.rows for seed in seeds[: self.seeds]]

    def command(self, runs: Sequence[Run]) -> list[str]:
        """Return the command that makes what is missing of some of its runs."""
        seeds, rows = (dict.fromkeys(getattr(run, x) for run in runs) for x in ("seed", "row"))
        return norface(
            "ablate",
            f"--config={ROOT / self.config}",
            f"--seeds={list(seeds)}",
            f"--only={','.join(f'row={row}' for row in rows)}",
            f"--results={RESULTS / self.name}",
        )


PARTS = (
    EvidencePart(MAIN, "experiments/normalizer/main.yaml", 99),
    EvidencePart("ablation", "configs/ablation/normalizer.yaml", 2),
    EvidencePart("ablation", "experiments/normalizer/deepfn.yaml", 2),
    EvidencePart("epochs", "experiments/normalizer/epochs.yaml", 1),
    EvidencePart("people", "experiments/normalizer/people.yaml", 1),
    EvidencePart("limits", "experiments/normalizer/limits.yaml", 1),
)


def rows_of(part: str) -> list[Row]:
    """Return the rows of all configs of a part."""
    return [row for one in PARTS if one.name == part for row in one.rows]


def finished(part: str, results: Path = RESULTS) -> list[NormalizerRecord]:
    """Return the records of a part, row by row."""
    names = [f"{row.name}_seed_*.json" for row in rows_of(part)]
    paths = [path for name in names for path in sorted((results / part).glob(name))]
    return [NormalizerRecord.load(path) for path in paths]
