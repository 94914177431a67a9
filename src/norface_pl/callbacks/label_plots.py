"""Pictures and curves of what a classifier reads, label by label."""

import lightning as L
import numpy as np

from norface_pl.classifier import ClassifierModule
from norface_pl.io.plots import level_bars
from norface_pl.loggers import batches_seen, log_picture, tensorboards
from norface_pl.metrics.occurrence_tally import OccurrenceTally
from norface_pl.metrics.tally import Tally, share
from norface_pl.probes.reliability_plot import reliability_plot

THRESHOLDS = np.arange(51) / 50
"""Probabilities at which a precision-recall curve is drawn, rising."""


class LabelPlots(L.Callback):
    """Show, after every validation and test, which labels gain and how far to trust them.

    Bars hold the main score of each label, with what heads on one picture alone reach beside it;
    reliability curves say how often what is said is so. Precision-recall curves of occurrences go
    to TensorBoard only. Nothing is read again: it takes what the validation or test has read.
    """

    def on_validation_end(self, trainer: L.Trainer, pl_module: L.LightningModule) -> None:
        """Show the validation people."""
        self._show(trainer, pl_module, "val")

    def on_test_end(self, trainer: L.Trainer, pl_module: L.LightningModule) -> None:
        """Show the test people."""
        self._show(trainer, pl_module, "test")

    def _show(self, trainer: L.Trainer, module: L.LightningModule, stage: str) -> None:
        if not isinstance(module, ClassifierModule):
            return
        if trainer.sanity_checking or not trainer.is_global_zero:
            return
        readings = module.evaluator.tallies(module.net, module.loss)
        for task in module.labels:
            tallies = {name: own[task] for name, own in readings.items()}
            self._show_task(trainer, f"{stage}/{module.evaluator.prefix(task)}", tallies)

    def _show_task(self, trainer: L.Trainer, before: str, tallies: dict[str, Tally]) -> None:
        mixed = tallies["all"]
        for name in [name for name in (mixed.main, "recall") if _of_labels(mixed, name)][:1]:
            scores = {of: _of_labels(tally, name) for of, tally in tallies.items()}
            picture = level_bars(f"{mixed.task}: {name}", mixed.labels, scores, 1.0)
            log_picture(trainer, f"{before}{name}_bars", picture)
        if mixed.reliability is not None:
            found = {of: t.reliability.curve() for of, t in tallies.items() if t.reliability}
            log_picture(trainer, f"{before}reliability", reliability_plot(mixed.task, found, True))
        if isinstance(mixed, OccurrenceTally):
            _write_curves(trainer, before, mixed)


def _of_labels(tally: Tally, name: str) -> list[float]:
    """Return a score of each label; nothing where labels have none of their own."""
    scores = tally.scores()
    return [scores[f"{name}/{label}"] for label in tally.labels if f"{name}/{label}" in scores]


def _write_curves(trainer: L.Trainer, before: str, tally: OccurrenceTally) -> None:
    counts = np.stack([tally.at(threshold) for threshold in THRESHOLDS])
    for place, label in enumerate(tally.labels):
        tp, fp, fn, tn = counts[:, place].T
        # Nothing is found at the last threshold: as TensorBoard's own curves, it ends in 0, 0.
        precision, recall = share(tp, tp + fp), share(tp, tp + fn)
        for writer in tensorboards(trainer):
            writer.add_pr_curve_raw(
                f"{before}precision_recall/{label}",
                *(tp, fp, tn, fn, precision, recall),
                global_step=batches_seen(trainer),
                num_thresholds=len(THRESHOLDS),
            )
