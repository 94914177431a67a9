"""Keeps the best weights of a training, and the last ones to go on from."""

import lightning as L
from lightning.pytorch.callbacks import ModelCheckpoint


class BestAndLast(ModelCheckpoint):
    """`ModelCheckpoint` whose ``last.ckpt`` is really the last.

    Lightning from 2.6 on writes it only when the monitored value improved, so that an interrupted
    training would go on from its best epoch and repeat all that came after. Nor does it save what
    came after the last validation, or anything of a training that validates in some epochs only
    and has no validation pictures.
    """

    def on_train_epoch_end(self, trainer: L.Trainer, pl_module: L.LightningModule) -> None:
        """Save what is due, then the last checkpoint if it was not."""
        super().on_train_epoch_end(trainer, pl_module)
        if self._should_save_on_train_epoch_end(trainer):
            self._save_last(trainer)

    def on_validation_end(self, trainer: L.Trainer, pl_module: L.LightningModule) -> None:
        """Do the same where a validation is no end of an epoch."""
        super().on_validation_end(trainer, pl_module)
        if not self._should_save_on_train_epoch_end(trainer):
            self._save_last(trainer)

    def on_train_end(self, trainer: L.Trainer, pl_module: L.LightningModule) -> None:
        """Save the end of a training, also as the best where nothing is monitored."""
        if not self._should_skip_saving_checkpoint(trainer):
            candidates = self._monitor_candidates(trainer)
            if self.monitor is None:
                self._save_topk_checkpoint(trainer, candidates)
            if self.save_last:
                self._save_last_checkpoint(trainer, candidates)
        super().on_train_end(trainer, pl_module)

    def _save_last(self, trainer: L.Trainer) -> None:
        # Nothing in sanity checks and fast_dev_run, nor what was saved just now.
        if self.save_last and not self._should_skip_saving_checkpoint(trainer):
            self._save_last_checkpoint(trainer, self._monitor_candidates(trainer))
