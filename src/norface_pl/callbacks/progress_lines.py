"""Says how far a fit or a test is, where there is no terminal."""

import time
from collections.abc import Sequence
from typing import Protocol, runtime_checkable

import lightning as L

from norface_pl.progress import reporter


@runtime_checkable
class Uneven(Protocol):
    """A module whose batches do not all take the same time.

    Attributes:
        work_before: share of a fit that comes before its first batch.
    """

    work_before: float

    def work_done(self) -> float:
        """Return the share of the training's work that is done, from 0 to 1."""
        ...


class ProgressLines(L.Callback):
    """Tells `norface_pl.progress` of every batch, which writes a line now and then."""

    def __init__(self) -> None:
        self._began, self._since = 0.0, 0.0

    def on_train_start(self, trainer: L.Trainer, pl_module: L.LightningModule) -> None:
        """Begin to count, from where the training goes on."""
        self._began, self._since = time.monotonic(), _done(trainer, pl_module)

    def on_train_batch_end(
        self, trainer: L.Trainer, pl_module: L.LightningModule, *_: object, **__: object
    ) -> None:
        """Say which epoch it is."""
        done = _done(trainer, pl_module)
        before = pl_module.work_before if isinstance(pl_module, Uneven) else 0.0
        last = f" of {trainer.max_epochs}" if (trainer.max_epochs or -1) > 0 else ""
        reporter().reach(reporter().part.at(before + (1 - before) * done))
        reporter().say(
            f"training, epoch {trainer.current_epoch + 1}{last}", done, self._began, self._since
        )

    def on_validation_start(self, trainer: L.Trainer, pl_module: L.LightningModule) -> None:
        """Begin to count batches."""
        self._read = 0

    on_test_start = on_predict_start = on_validation_start

    def on_validation_batch_end(
        self, trainer: L.Trainer, pl_module: L.LightningModule, *_: object, **__: object
    ) -> None:
        """Say how many batches are read."""
        self._say("validating", trainer.num_val_batches)

    def on_test_batch_end(
        self, trainer: L.Trainer, pl_module: L.LightningModule, *_: object, **__: object
    ) -> None:
        """Say how many batches are read."""
        self._say("testing", trainer.num_test_batches)

    def on_predict_batch_end(
        self, trainer: L.Trainer, pl_module: L.LightningModule, *_: object, **__: object
    ) -> None:
        """Say how many batches are read."""
        self._say("predicting", trainer.num_predict_batches)

    def _say(self, what: str, batches: float | Sequence[float]) -> None:
        self._read += 1
        total = sum(batches) if isinstance(batches, Sequence) else batches
        reporter().say(what, min(1.0, self._read / max(1, total)), None)


def _done(trainer: L.Trainer, module: L.LightningModule) -> float:
    """Return the share of a training that is done."""
    if isinstance(module, Uneven):
        return module.work_done()
    return batches_done(trainer)


def batches_done(trainer: L.Trainer) -> float:
    """Return the share of a training's batches that are done; 0 if it has no end."""
    batches = (trainer.max_epochs or -1) * float(trainer.num_training_batches)
    shares = (
        [(trainer.fit_loop.total_batch_idx + 1) / batches] if 0 < batches < float("inf") else []
    )
    shares += [trainer.global_step / trainer.max_steps] if trainer.max_steps > 0 else []
    return min(1.0, max(shares, default=0.0))
