"""Fits of ``norface fit``, and the steps of a run that are made of them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from lightning.pytorch.utilities.model_helpers import is_overridden

from norface_pl.datamodules.base import FaceDataModule
from norface_pl.evaluation.phases import Metrics, PhaseRunner
from norface_pl.evaluation.rows import row_of
from norface_pl.evaluation.runs import Input
from norface_pl.evaluation.training_options import training_options
from norface_pl.evaluation.two_phase import Cache, StopAfter, Training, TwoPhaseTrainer
from norface_pl.inference.redraw import cache_normalized, cache_oracle
from norface_pl.lightning_cli import NorfaceCLI, Resolved, resolve

# The pictures that the classifier of a column reads beside the originals: mostly the normalizer's.
CACHES: dict[Input, Cache | None] = {"original": None, "oracle": "oracle"}


def training_facts(resolved: Resolved, data: FaceDataModule) -> dict[str, Any]:
    """Return what decides the outcome of a fit: its options, and the pictures of its data."""
    return {"options": training_options(resolved.config), "data": data.fingerprint()}


def test(cli: NorfaceCLI, checkpoint: Path) -> Metrics:
    """Return the test metrics of a fitted module with a checkpoint's weights, if it has any."""
    if not is_overridden("test_step", cli.model):
        return {}
    # Not verbose: it prints a line for each label and metric, the final table is enough.
    cli.trainer.test(cli.model, datamodule=cli.datamodule, ckpt_path=str(checkpoint), verbose=False)
    metrics = cli.trainer.callback_metrics
    return {key: float(value) for key, value in metrics.items() if key.startswith("test/")}


def two_phase_trainer(
    out: Path, stage2: Path, source: FaceDataModule, say: Callable[[str], None]
) -> TwoPhaseTrainer[NorfaceCLI]:
    """Return what trains both stages on a data set; see `TwoPhaseTrainer`."""
    return TwoPhaseTrainer(
        out,
        stage2,
        fit=lambda args: NorfaceCLI(["fit", *args]),
        test=test,
        normalize=lambda checkpoint, folder: cache_normalized(source, checkpoint, folder),
        draw_oracle=lambda folder: cache_oracle(source, folder),
        runner=PhaseRunner(say),
    )


@dataclass(frozen=True)
class BothStages:
    """A normalizer, and classifiers that read its faces.

    Attributes:
        normalizer: arguments of ``norface fit`` for stage 1.
        classifier: the same for stage 2, but for what it reads.
        columns: what classifiers read; "oracle" only where the data set can draw one.
    """

    normalizer: Sequence[str]
    classifier: Sequence[str]
    columns: Sequence[Input]

    @cached_property
    def first(self) -> Resolved:
        """Options of stage 1."""
        return resolve(self.normalizer)

    @cached_property
    def source(self) -> FaceDataModule:
        """Data set of stage 1, which is redrawn."""
        return self.first.datamodule()

    @cached_property
    def evaluation(self) -> FaceDataModule:
        """Data set of stage 2."""
        return resolve(self.classifier).datamodule()

    @cached_property
    def classifiers(self) -> dict[str, Training]:
        """Trainings of stage 2 by column."""
        found: dict[str, Training] = {}
        for column in self.columns:
            if column != "oracle" or self.source.has_oracle:
                row = row_of(column)
                args = [*self.classifier, f"--model.inputs={row.inputs}"]
                facts = training_facts(resolve(args), self.evaluation)
                found[column] = Training(args, facts, CACHES.get(column, "normalized"))
        return found

    def train(
        self,
        trainer: TwoPhaseTrainer[NorfaceCLI],
        stop_after: StopAfter | None = None,
        more: Training | None = None,
    ) -> Mapping[str, Metrics]:
        """Do what is not done yet; return the test metrics of each classifier by column.

        What is known of stage 1 only now, and what decides that, is told by ``more``.
        """
        more, facts = more or Training([], {}), training_facts(self.first, self.source)
        stage1 = Training([*self.normalizer, *more.args], {**facts, **more.facts})
        return trainer.run(stage1, self.source.fingerprint(), self.classifiers, stop_after)
