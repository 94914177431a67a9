"""Options and final metrics of a training, for TensorBoard's tab of hyperparameters."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import lightning as L
from lightning.pytorch.callbacks import ModelCheckpoint
from lightning.pytorch.loggers import TensorBoardLogger
from torch.utils.tensorboard import FileWriter
from torch.utils.tensorboard.summary import hparams, scalar

from norface_pl.loggers import batches_seen
from norface_pl.metrics.tallies import TALLIES
from norface_pl.types import TASKS

FOLDER = "final"
"""Below the logs. A run of its own, since the tab has a column for every scalar of such a run."""
MAIN = {tally.main for tally in TALLIES.values()}
HEADLINES = {"score", "loss", *MAIN, *(f"{task}/{name}" for task in TASKS for name in MAIN)} | {
    f"{probe}/normalized" for probe in ("au_probe", "identity_probe", "spread")
}
"""What a stage is judged by, of all that it logs."""


def write_options(trainer: L.Trainer, options: Mapping[str, Any]) -> None:
    """Write what a training ran with, so that the tab has a row for it."""
    _, start, end = hparams(dict(flat(options)), {})
    for writer in _writers(trainer):
        writer.add_summary(start)
        writer.add_summary(end)


def write_metrics(trainer: L.Trainer) -> None:
    """Write the headlines of what was measured last, and the best score of the checkpoint kept."""
    found = {name: float(value) for name, value in trainer.callback_metrics.items()}
    kept = {n: v for n, v in found.items() if n.partition("/")[2] in HEADLINES}
    keeper = trainer.checkpoint_callback
    if isinstance(keeper, ModelCheckpoint) and keeper.best_model_score is not None:
        kept[f"best/{keeper.monitor}"] = float(keeper.best_model_score)
    for writer in _writers(trainer):
        for name, value in kept.items():
            writer.add_summary(scalar(f"final/{name}", value), batches_seen(trainer))


def flat(options: Mapping[str, Any], before: str = "") -> Iterator[tuple[str, bool | float | str]]:
    """Yield options by their path; a class stands under the path that it is given for."""
    for name, value in options.items():
        path = before if name == "init_args" else f"{before}/{name}".strip("/")
        if isinstance(value, Mapping):
            yield from flat(value, path)
        elif name == "class_path":
            yield before, value.rpartition(".")[2]
        elif value is not None:
            yield path, value if isinstance(value, bool | int | float) else str(value)


def _writers(trainer: L.Trainer) -> Iterator[FileWriter]:
    """Yield a writer for each TensorBoard; what it wrote is on disk afterwards."""
    for logger in trainer.loggers if trainer.is_global_zero else []:
        if isinstance(logger, TensorBoardLogger):
            writer = FileWriter(str(Path(logger.log_dir) / FOLDER))
            yield writer
            writer.close()
