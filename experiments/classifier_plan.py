"""What stage 2's evidence consists of, the most important first, and how long it takes."""

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Literal

import yaml

from norface_pl.evaluation.runs import Run, list_runs

ROOT = Path(__file__).resolve().parent.parent
ABLATION = "ablation/synthetic_au"
INPUTS = ("original", "both", "normalized", "oracle")
CONTROLS = ("random", "twice", "adversary_10", "adversary_03")
MIXTURES = (
    "plain",
    "input_moe",
    "input_mlp",
    "output_moe",
    "output_mlp",
    "both_moe",
    "both_mlp",
)
TARGETS = ("target_1", "target_2", "target_3")
EXPERTS = tuple(
    f"{part}_experts_{number}" for part in ("fusion", "head") for number in (1, 2, 4, 8)
)
# Rows of the ablation with the options of another run, unless the shipped default was changed:
# their records are taken over.
SAME = (*INPUTS, "plain", "fusion_experts_4", "head_experts_8")
# For the estimate, as long as nothing was timed.
RUN_SECONDS, NORMALIZER_SECONDS = 120.0, 1200.0


@dataclass(frozen=True)
class Step:
    """Some rows of a config of ``norface evaluate`` or ``norface ablate``.

    Attributes:
        name: for ``--only``.
        config: below configs/, without its suffix.
        rows: in their order.
        style: of the drawn people whose normalizer is used.
    """

    name: str
    config: str
    rows: tuple[str, ...]
    style: Literal["synthetic", "comic"] = "synthetic"

    @property
    def ablation(self) -> bool:
        """Whether it is a part of the ablation."""
        return self.config == ABLATION

    @property
    def protocol(self) -> str:
        """Name of the protocol or ablation, which its folders have too."""
        return _name(self.config)


@cache
def _name(config: str) -> str:
    name: str = yaml.safe_load((ROOT / "configs" / f"{config}.yaml").read_text(encoding="utf-8"))[
        "name"
    ]
    return name


STEPS = (
    Step("au", "protocol/synthetic_au", INPUTS),
    Step("intensity", "protocol/synthetic_intensity", INPUTS),
    Step("expression", "protocol/synthetic_expression", INPUTS),
    Step("controls", ABLATION, INPUTS + CONTROLS),
    Step("mixtures", ABLATION, MIXTURES),
    Step("targets", ABLATION, TARGETS),
    Step("cross_comic", "protocol/cross_synthetic_comic", INPUTS),
    Step("cross_synthetic", "protocol/cross_comic_synthetic", INPUTS, "comic"),
    Step("experts", ABLATION, EXPERTS),
)


@dataclass(frozen=True)
class Plan:
    """Where the evidence is made, and with which seeds.

    Attributes:
        seeds: of stage 2.
        normalizers: checkpoints of stage 1 by style, instead of trainings of our own.
        results: folder of the records that are kept.
        runs: folder of everything that is not kept.
        more: arguments of the commands, on top of all others.
    """

    seeds: Sequence[int]
    normalizers: Mapping[str, Path] = field(default_factory=dict)
    results: Path = ROOT / "docs/results/classifier"
    runs: Path = ROOT / "runs"
    more: tuple[str, ...] = ()

    def listed(self, step: Step) -> list[Run]:
        """Return the runs of a step."""
        return list_runs([], self.seeds, step.rows)

    def file(self, step: Step, run: Run) -> Path:
        """Return where the record of a run is kept."""
        return run.file(self.results / step.protocol)

    def command(self, step: Step) -> list[str]:
        """Return the command that makes what is missing of a step."""
        words = [sys.executable, "-m", "norface_pl", "ablate" if step.ablation else "evaluate"]
        words += ["--config", str(ROOT / "configs" / f"{step.config}.yaml")]
        words += [f"--seeds={json.dumps(list(self.seeds))}"]
        words += [f"--results={self.results / step.protocol}"]
        words += [
            f"--out={self.runs / 'evidence_classifier' / step.protocol}",
            f"--normalizer.folder={self._stage1(step.style)}",
        ]
        if step.ablation:
            words.append("--only=" + ",".join(f"row={row}" for row in step.rows))
        else:
            words += [f"--inputs={json.dumps(step.rows)}", "--classifier.select_on_test=false"]
        if (checkpoint := self.normalizers.get(step.style)) is not None:
            words += [f"--normalizer.checkpoint={checkpoint}", "--normalizer.people=external"]
            words += ["--normalizer.config=null"]
        return [*words, *self.more]

    def estimate(self, steps: Sequence[Step]) -> str:
        """Return how much is to do and how long it takes, from the runs that are done if any."""
        done = list(self._seconds(steps))
        missing = [
            (step, run)
            for step in steps
            for run in self.listed(step)
            if not self.file(step, run).is_file()
        ]
        todo = [run for step, run in missing if not (step.ablation and run.row in SAME)]
        each = sum(done) / len(done) if done else RUN_SECONDS
        styles = {step.style for step, run in missing if run.row != "original"}
        new = [style for style in sorted(styles) if not self._has_normalizer(style)]
        hours = (each * len(todo) + NORMALIZER_SECONDS * len(new)) / 3600
        return (
            f"{len(todo)} trainings to do at {each:.0f} s each{'' if done else ' (a guess)'}, "
            f"{len(new)} normalizers at {NORMALIZER_SECONDS / 60:.0f} minutes (a guess): about "
            f"{hours:.1f} hours, more if options have changed"
        )

    def _seconds(self, steps: Sequence[Step]) -> Iterator[float]:
        for step in steps:
            for run in self.listed(step):
                if (path := self.file(step, run)).is_file():
                    yield json.loads(path.read_text(encoding="utf-8"))["seconds"]

    def _stage1(self, style: str) -> Path:
        return self.runs / "protocol" / f"stage1_{style}"

    def _has_normalizer(self, style: str) -> bool:
        trained = self._stage1(style) / "all" / "normalizer" / "done.json"
        return style in self.normalizers or trained.is_file()
