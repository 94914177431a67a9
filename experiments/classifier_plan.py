"""What stage 2's evidence consists of, the most important first, and how long it takes."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from experiments.shared import ROOT, config, norface
from norface_pl.evaluation.runs import Run, list_runs
from norface_pl.types import Task, TaskOrTasks

INPUTS = ("original", "both", "normalized", "oracle")
CONTROLS = ("random", "twice", "adversary_10", "adversary_03")
TARGETS = ("target_1", "target_2", "target_3")
# Rows of an ablation with the options of another protocol's: their records are taken over.
SAME = {"ablation_synthetic_au": INPUTS, "ablation_mixtures": ("both",)}
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
        others: whether it is used on other people than those of its own data.
    """

    name: str
    config: str
    rows: tuple[str, ...]
    style: Literal["synthetic", "comic"] = "synthetic"
    others: bool = False

    @property
    def ablation(self) -> bool:
        """Whether it is a part of an ablation."""
        return self.config.startswith("ablation/")

    @property
    def tasks(self) -> list[Task]:
        """What its classifiers learn."""
        said: TaskOrTasks = config(f"configs/{self.config}.yaml")["data"]["task"]
        return said if isinstance(said, list) else [said]

    @property
    def protocol(self) -> str:
        """Name of the protocol or ablation, which its folders have too."""
        return str(config(f"configs/{self.config}.yaml")["name"])


def every_row(path: str) -> tuple[str, ...]:
    """Return the names of all rows of an ablation."""
    return tuple(row["name"] for row in config(f"configs/{path}.yaml")["rows"])


STEPS = (
    Step("au", "protocol/synthetic_au", INPUTS),
    Step("intensity", "protocol/synthetic_intensity", INPUTS),
    Step("expression", "protocol/synthetic_expression", INPUTS),
    Step("all", "protocol/synthetic_all", INPUTS),
    Step("mixtures", "ablation/mixtures", every_row("ablation/mixtures")),
    Step("weights", "ablation/tasks", every_row("ablation/tasks"), others=True),
    Step("controls", "ablation/synthetic_au", INPUTS + CONTROLS),
    Step("neutral", "ablation/neutral", every_row("ablation/neutral")),
    Step("targets", "ablation/synthetic_au", TARGETS),
    Step("cross_comic", "protocol/cross_synthetic_comic", INPUTS),
    Step("cross_synthetic", "protocol/cross_comic_synthetic", INPUTS, "comic"),
)


@dataclass(frozen=True)
class Plan:
    """Where the evidence is made, and with which seeds.

    Attributes:
        seeds: of stage 2.
        normalizers: checkpoints of stage 1 by style, instead of trainings of our own.
        results: folder of the records that are kept.
        runs: folder of everything that is not kept.
    """

    seeds: Sequence[int]
    normalizers: Mapping[str, Path] = field(default_factory=dict)
    results: Path = ROOT / "docs/results/classifier"
    runs: Path = ROOT / "runs"

    def listed(self, step: Step) -> list[Run]:
        """Return the runs of a step."""
        return list_runs([], self.seeds, step.rows)

    def files(self, step: Step, run: Run) -> list[Path]:
        """Return where the records of a run are kept, one for each task."""
        tasks = run.by_task(step.tasks).values()
        return [own.file(self.results / step.protocol) for own in tasks]

    def command(self, step: Step) -> list[str]:
        """Return the command that makes what is missing of a step."""
        drawn = self._stage1(step.style)
        words = [
            f"--config={ROOT / 'configs' / step.config}.yaml",
            f"--seeds={json.dumps(list(self.seeds))}",
            f"--results={self.results / step.protocol}",
            f"--out={self.runs / 'evidence_classifier' / step.protocol}",
            f"--normalizer.folder={drawn}{'_others' if step.others else ''}",
        ]
        if step.ablation:
            words.append("--only=" + ",".join(f"row={row}" for row in step.rows))
        else:
            words += [f"--inputs={json.dumps(step.rows)}", "--classifier.select_on_test=false"]
        checkpoint = self.normalizers.get(step.style)
        if step.others:
            words.append(f"--normalizer.checkpoint={self.checkpoint(step.style)}")
        elif checkpoint is not None:
            words += [f"--normalizer.checkpoint={checkpoint}", "--normalizer.people=external"]
            words += ["--normalizer.config=null"]
        return norface("ablate" if step.ablation else "evaluate", *words)

    def estimate(self, steps: Sequence[Step]) -> str:
        """Return how much is to do and how long it takes, from the runs that are done if any."""
        runs = [(step, run, self.files(step, run)) for step in steps for run in self.listed(step)]
        done = [_seconds(paths[0]) for *_, paths in runs if paths[0].is_file()]
        missing = [(step, run) for step, run, paths in runs if not paths[0].is_file()]
        todo = [run for step, run in missing if run.row not in SAME.get(step.protocol, ())]
        each = sum(done) / len(done) if done else RUN_SECONDS
        styles = {step.style for step, run in missing if run.row != "original"}
        new = [style for style in styles if not self._has_normalizer(style)]
        hours = (each * len(todo) + NORMALIZER_SECONDS * len(new)) / 3600
        return (
            f"{len(todo)} trainings to do at {each:.0f} s each{'' if done else ' (a guess)'}, "
            f"{len(new)} normalizers at {NORMALIZER_SECONDS / 60:.0f} minutes (a guess): about "
            f"{hours:.1f} hours, more if options have changed"
        )

    def _stage1(self, style: str) -> Path:
        return self.runs / "protocol" / f"stage1_{style}"

    def checkpoint(self, style: str) -> Path:
        """Return the normalizer of a style: the one given, or that of a training of our own."""
        trained = self._stage1(style) / "all" / "normalizer" / "best.ckpt"
        return self.normalizers.get(style, trained)

    def _has_normalizer(self, style: str) -> bool:
        trained = self._stage1(style) / "all" / "normalizer" / "done.json"
        return style in self.normalizers or trained.is_file()


def _seconds(path: Path) -> float:
    return float(json.loads(path.read_bytes())["seconds"])
