"""Does the runs of ``norface evaluate`` and ``norface ablate``, one after another."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from norface_pl.config_files import TrainerFile
from norface_pl.evaluation.classifier_runs import ClassifierRuns
from norface_pl.evaluation.heading import people
from norface_pl.evaluation.normalized_faces import NormalizedFaces
from norface_pl.evaluation.normalizer_runs import NormalizerRuns
from norface_pl.evaluation.options import (
    ClassifierOptions,
    NormalizerOptions,
    checked,
    trainer_arguments,
)
from norface_pl.evaluation.rows import Row
from norface_pl.evaluation.run_data import RunData
from norface_pl.evaluation.runs import Run
from norface_pl.progress import part, restart


@dataclass(frozen=True)
class Runner:
    """Brings runs to their end, each from wherever an earlier attempt left it.

    Attributes:
        name: of the protocol or ablation.
        data: what is trained and tested on.
        normalizer: where redrawn faces come from.
        classifier: how stage 2 is trained and read.
        trainer: config on top of the stages' own.
        out: folder of the runs.
        results: folder of small records that are kept for good; a run whose record lies there,
            or beside it in that of another protocol, and was made with the same options is done.
        say: takes one line for each step.
    """

    name: str
    data: RunData
    normalizer: NormalizerOptions
    classifier: ClassifierOptions
    trainer: TrainerFile | None
    out: Path
    results: Path | None
    say: Callable[[str], None]

    @cached_property
    def classifier_runs(self) -> ClassifierRuns:
        """What does the runs of stage 2."""
        common = trainer_arguments(self.trainer)
        folder = self.normalizer.folder or self.out / "stage1"
        faces = NormalizedFaces(self.data, self.normalizer, common, folder, self.say)
        return ClassifierRuns(
            self.name,
            self.data,
            self.classifier,
            common,
            faces,
            self.out,
            self.results,
            self.say,
        )

    @cached_property
    def normalizer_runs(self) -> NormalizerRuns:
        """What does the runs of stage 1."""
        return NormalizerRuns(
            self.name,
            self.data,
            self.normalizer,
            self.classifier,
            trainer_arguments(self.trainer),
            self.out,
            self.results,
            self.say,
        )

    def finish(self, runs: Sequence[Run], rows: Sequence[Row]) -> None:
        """Do the runs and say who was trained on and tested."""
        by_name = {row.name: row for row in rows}
        for row in rows:
            checked([*row.classifier_args, *row.normalizer_args])
        restart()
        for number, run in enumerate(runs):
            title = f"run {number + 1} of {len(runs)}, {run}"
            with part(title, number / len(runs), (number + 1) / len(runs)):
                self._finish(run, by_name[run.row])

    def _finish(self, run: Run, row: Row) -> None:
        if row.stage == "normalizer":
            self.normalizer_runs.finish(run, row)
            return
        record = self.classifier_runs.finish(run, row)
        if record is not None:
            for line in people(record):
                self.say(f"{run}: {line}")
            self.say(f"{run}: subject-independent: {record.independent}, {record.reason}")
