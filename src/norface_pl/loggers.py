"""Hands pictures and texts to each logger of a trainer, by what that logger can do."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import lightning as L
from lightning.pytorch.loggers import (
    CometLogger,
    Logger,
    MLFlowLogger,
    TensorBoardLogger,
    WandbLogger,
)

from norface_pl.io.images import Picture

if TYPE_CHECKING:
    from torch.utils.tensorboard import SummaryWriter


def log_picture(trainer: L.Trainer, name: str, picture: Picture) -> None:
    """Show a picture (H, W, 3) in TensorBoard, W&B, MLflow and Comet; others leave it out."""
    step = batches_seen(trainer)
    for logger in _awake(trainer):
        match logger:
            case TensorBoardLogger():
                logger.experiment.add_image(name, picture, step, dataformats="HWC")
            case WandbLogger():
                logger.log_image(name, [picture], step)
            case MLFlowLogger():
                logger.experiment.log_image(logger.run_id, picture, key=name, step=step)
            case CometLogger():
                logger.experiment.log_image(picture, name=name, step=step)


def log_text(trainer: L.Trainer, name: str, text: str) -> None:
    """Show a text in Markdown in TensorBoard, W&B, MLflow and Comet; others leave it out."""
    step = batches_seen(trainer)
    for logger in _awake(trainer):
        match logger:
            case TensorBoardLogger():
                logger.experiment.add_text(name, text, step)
            case WandbLogger():
                logger.log_text(name, ["text"], [[text]], step=step)
            case MLFlowLogger():
                logger.experiment.log_text(logger.run_id, text, f"{name}.md")
            case CometLogger():
                logger.experiment.log_text(text, step=step, metadata={"name": name})


def tensorboards(trainer: L.Trainer) -> Iterator["SummaryWriter"]:
    """Yield the writers of TensorBoard, for what no other logger has."""
    for logger in _awake(trainer):
        if isinstance(logger, TensorBoardLogger):
            yield logger.experiment


def batches_seen(trainer: L.Trainer) -> int:
    """Return the step that Lightning logs metrics at; its global_step counts two optimizers."""
    return trainer.fit_loop.total_batch_idx + 1


def _awake(trainer: L.Trainer) -> list[Logger]:
    """Return the loggers of the first process; none before the first batch was trained on."""
    return trainer.loggers if trainer.is_global_zero and not trainer.sanity_checking else []
