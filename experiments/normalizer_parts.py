"""What stage 1's evidence consists of, the most important first: configs of ``norface ablate``."""

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import yaml

from norface_pl.evaluation.normalizer_record import NormalizerRecord
from norface_pl.evaluation.rows import Row
from norface_pl.evaluation.runs import Run

ROOT = Path(__file__).resolve().parent.parent
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
    def described(self) -> dict[str, object]:
        """Return what the config says."""
        content: dict[str, object] = yaml.safe_load(
            (ROOT / self.config).read_text(encoding="utf-8")
        )
        return content

    @cached_property
    def rows(self) -> list[Row]:
        """Return its rows; what is needed for training only is not read."""
        rows = self.described["rows"]
        assert isinstance(rows, list)
        return [
            Row(
                row["name"],
                row["title"],
                row["stage"],
                normalizer_args=row.get("normalizer_args", []),
                compare=row.get("compare", []),
            )
            for row in rows
        ]

    def runs(self, seeds: Sequence[int]) -> list[Run]:
        """Return the runs that belong to it."""
        return [Run(None, seed, row.name) for row in self.rows for seed in seeds[: self.seeds]]

    def command(self, runs: Sequence[Run]) -> list[str]:
        """Return the command that makes what is missing of some of its runs."""
        words = [sys.executable, "-m", "norface_pl", "ablate", "--config", str(ROOT / self.config)]
        seeds, rows = ({getattr(run, key): None for run in runs} for key in ("seed", "row"))
        only = ",".join(f"row={row}" for row in rows)
        return [
            *words,
            f"--seeds={list(seeds)}",
            f"--only={only}",
            f"--results={RESULTS / self.name}",
        ]


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
    paths = (
        path
        for row in rows_of(part)
        for path in sorted((results / part).glob(f"{row.name}_seed_*.json"))
    )
    return [NormalizerRecord.load(path) for path in paths]
