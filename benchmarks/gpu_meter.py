"""Measures a training epoch by epoch: steps per second, memory, and FLOPs of the model."""

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import lightning as L
import torch
from torch.utils.flop_counter import FlopCounterMode

from norface_pl.io.files import write_json


def counted_flops(work: Callable[[], object]) -> int:
    """Return the floating-point operations of the matrix products and convolutions of some work.

    A multiplication and an addition are two; backward passes within the work count as well.
    """
    with FlopCounterMode(display=False) as counter:
        work()
    return int(counter.get_total_flops())


def utilisation(flops_per_step: float, steps_per_second: float, peak_tflops: float) -> float:
    """Return the share of a device's peak that a training uses, given in TFLOP/s."""
    return flops_per_step * steps_per_second / (peak_tflops * 1e12)


class Meter(L.Callback):
    """Writes a row for every epoch to a JSON file.

    A step of each epoch is counted, and is not in its time, nor are those before it: workers start
    and the fastest convolutions are looked for in these. An epoch without a step after it gives no
    row. A row holds ``epoch``, ``batches`` of the epoch, ``steps`` and ``seconds`` that were timed
    (waiting for batches included), ``steps_per_second``, ``flops_per_step``, ``mfu`` (model FLOPs
    utilisation, null where no peak is given), ``memory_gb`` (the most so far, null without CUDA).

    Args:
        out: the file.
        peak_tflops: of the device in the precision of the training; 0: not known.
        warm: steps of an epoch before the one that is counted.
    """

    def __init__(self, out: Path, peak_tflops: float = 0.0, warm: int = 10) -> None:
        self.out, self.peak, self.warm = Path(out), peak_tflops, warm
        self.rows: list[dict[str, Any]] = []
        self._counter: FlopCounterMode | None = None
        self._flops, self._began, self._steps = 0, 0.0, 0

    def on_train_start(self, trainer: L.Trainer, pl_module: L.LightningModule) -> None:
        """Keep the rows of a training that goes on."""
        known = json.loads(self.out.read_text(encoding="utf-8")) if self.out.is_file() else []
        self.rows = [row for row in known if row["epoch"] < trainer.current_epoch]

    def on_train_epoch_start(self, trainer: L.Trainer, pl_module: L.LightningModule) -> None:
        """Begin anew."""
        self._flops, self._steps = 0, 0

    def on_train_batch_start(
        self, trainer: L.Trainer, pl_module: L.LightningModule, batch: object, batch_idx: int
    ) -> None:
        """Count the step if it is the one."""
        if batch_idx == self.warm:
            self._counter = FlopCounterMode(display=False)
            self._counter.__enter__()

    def on_train_batch_end(
        self,
        trainer: L.Trainer,
        pl_module: L.LightningModule,
        outputs: object,
        batch: object,
        batch_idx: int,
    ) -> None:
        """Begin to time after the step that was counted; write the row with the last one."""
        if self._counter is not None:
            self._counter.__exit__(None, None, None)
            self._flops, self._counter = int(self._counter.get_total_flops()), None
            self._began = _now()
        elif batch_idx > self.warm:
            self._steps += 1
        if self._steps and batch_idx + 1 >= trainer.num_training_batches:
            self._write(trainer)

    def _write(self, trainer: L.Trainer) -> None:
        seconds = _now() - self._began
        speed = self._steps / seconds
        on_gpu = torch.cuda.is_available()
        self.rows.append(
            {
                "epoch": trainer.current_epoch,
                "batches": int(trainer.num_training_batches),
                "steps": self._steps,
                "seconds": seconds,
                "steps_per_second": speed,
                "flops_per_step": self._flops,
                "mfu": utilisation(self._flops, speed, self.peak) if self.peak else None,
                "memory_gb": torch.cuda.max_memory_allocated() / 1e9 if on_gpu else None,
            }
        )
        write_json(self.out, self.rows)


def _now() -> float:
    """Seconds, after everything that was asked of a GPU is done."""
    if torch.cuda.is_available():
        torch.cuda.synchronize()
    return time.perf_counter()
