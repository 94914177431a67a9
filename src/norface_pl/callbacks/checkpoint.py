"""Keeps the best weights of a training, and the last ones to go on from."""

from typing import Any

import lightning as L
import torch
from lightning.pytorch.callbacks import ModelCheckpoint


class BestAndLast(ModelCheckpoint):
    """`ModelCheckpoint` for the best weights, with a ``last.ckpt`` that is really the last.

    Lightning from 2.6 on writes it only when the monitored value improved, so that an interrupted
    training would go on from its best epoch and repeat all that came after. Nor does it save what
    came after the last validation, or anything of a training that validates in some epochs only
    and has no validation pictures. Here it is written at the end of every epoch, of every
    validation within one, and of the training.

    Args:
        save_last: Whether to keep ``last.ckpt``.
        **kwargs: See `ModelCheckpoint`.
    """

    def __init__(self, save_last: bool = True, **kwargs: Any) -> None:
        super().__init__(save_last=False, **kwargs)
        self.keeps_last = save_last
        self._kept_step: int | None = None

    def on_train_epoch_end(self, trainer: L.Trainer, pl_module: L.LightningModule) -> None:
        """Save the best if it is due, then the last."""
        super().on_train_epoch_end(trainer, pl_module)
        self._keep_last(trainer)

    def on_validation_end(self, trainer: L.Trainer, pl_module: L.LightningModule) -> None:
        """Do the same where a validation is no end of an epoch."""
        super().on_validation_end(trainer, pl_module)
        if not trainer.fit_loop.epoch_loop.batch_progress.is_last_batch:
            self._keep_last(trainer)

    def on_train_end(self, trainer: L.Trainer, pl_module: L.LightningModule) -> None:
        """Save the end of a training, also as the best where nothing is monitored."""
        super().on_train_end(trainer, pl_module)
        if self.monitor is None and self.save_top_k and not _tries(trainer):
            self.best_model_path = self._path(trainer, self.filename)
            trainer.save_checkpoint(self.best_model_path, self.save_weights_only)
        if self._kept_step != trainer.global_step:
            self._keep_last(trainer)

    def _keep_last(self, trainer: L.Trainer) -> None:
        fits = trainer.state.fn == "fit" and not trainer.sanity_checking
        if self.keeps_last and fits and not _tries(trainer):
            # Before saving, since it is part of what is saved.
            self.last_model_path = self._path(trainer, self.CHECKPOINT_NAME_LAST)
            trainer.save_checkpoint(self.last_model_path, self.save_weights_only)
            self._kept_step = trainer.global_step

    def _path(self, trainer: L.Trainer, name: str | None) -> str:
        counts = {"epoch": trainer.current_epoch, "step": trainer.global_step}
        known = {count: torch.tensor(value) for count, value in counts.items()}
        return self.format_checkpoint_name({**trainer.callback_metrics, **known}, name)


def _tries(trainer: L.Trainer) -> bool:
    """Whether nothing is to be kept."""
    return bool(trainer.fast_dev_run)  # type: ignore[attr-defined]
