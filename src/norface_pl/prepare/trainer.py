"""Runs a `PrepareTask` on processes, GPUs and machines."""

import logging
import time
import warnings
from datetime import timedelta
from typing import Any

import cv2
import lightning as L
import torch
from lightning.pytorch.strategies import DDPStrategy
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from torch.multiprocessing.spawn import ProcessRaisedException

from norface_pl.errors import NorfaceError
from norface_pl.prepare.reading import PrepareTask
from norface_pl.prepare.task import PrepareData, PrepareModule
from norface_pl.progress import on_terminal, reporter


def run_task(task: PrepareTask, workers: int, nodes: int, device: torch.device) -> bool:
    """Prepare everything that is left; return whether this process is the one to finish.

    Workers are processes on each machine, nodes machines; a device with a number is this very one.
    Fewer GPUs than workers are a `NorfaceError`, and so is what any process met with.
    """
    threads = torch.get_num_threads(), cv2.getNumThreads()
    logger = logging.getLogger("lightning.pytorch")
    level = logger.level
    # Leaves out what Lightning says about devices, and about its own use of torch.
    logger.setLevel(logging.WARNING)
    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", ".*treespec, LeafSpec.*")
            trainer = _trainer(workers, nodes, device)
            data = PrepareData(task)
            trainer.predict(PrepareModule(task), datamodule=data, return_predictions=False)
        return trainer.is_global_zero
    except ProcessRaisedException as error:
        # Only its traceback, as text, comes back from another process.
        _, found, sentence = str(error).rpartition(f"{NorfaceError.__qualname__}: ")
        if not found:
            raise
        raise NorfaceError(sentence.strip()) from error
    finally:
        logger.setLevel(level)
        # The caller's own numbers, which the module changed.
        torch.set_num_threads(threads[0])
        cv2.setNumThreads(threads[1])


class PictureBar(L.Callback):
    """Shows how many pictures the first process has prepared: a bar, or lines."""

    def on_predict_start(self, trainer: L.Trainer, pl_module: L.LightningModule) -> None:
        """Show an empty bar."""
        if not trainer.is_global_zero:
            return
        share = f", 1 of {trainer.world_size} processes" if trainer.world_size > 1 else ""
        self._bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[speed]}"),
            TimeRemainingColumn(),
            console=Console(stderr=True),
            disable=not on_terminal(),
        )
        self._began = time.monotonic()
        loader: Any = trainer.predict_dataloaders
        total = loader.dataset.pictures
        self._shown = self._bar.add_task(f"prepare{share}", total=total, speed="")
        self._bar.start()

    def on_predict_batch_end(
        self,
        trainer: L.Trainer,
        pl_module: L.LightningModule,
        outputs: Any,  # noqa: ANN401
        batch: Any,  # noqa: ANN401
        batch_idx: int,
        dataloader_idx: int = 0,
    ) -> None:
        """Count the pictures of a chunk."""
        if trainer.is_global_zero:
            speed = self._bar.tasks[0].speed
            text = f"{speed:.1f} images/s" if speed else ""
            self._bar.update(self._shown, advance=outputs, speed=text)
            bar = self._bar.tasks[0]
            reporter().say(bar.description, bar.completed / (bar.total or 1), self._began)

    def on_predict_end(self, trainer: L.Trainer, pl_module: L.LightningModule) -> None:
        """Leave the bar as it is."""
        if trainer.is_global_zero:
            self._bar.stop()

    def on_exception(
        self, trainer: L.Trainer, pl_module: L.LightningModule, exception: BaseException
    ) -> None:
        """Leave the bar as it is."""
        if hasattr(self, "_bar"):
            self._bar.stop()


def _trainer(workers: int, nodes: int, where: torch.device) -> L.Trainer:
    gpu = where.type == "cuda"
    if gpu and workers > torch.cuda.device_count():
        raise NorfaceError(
            f"{workers} workers want a GPU each, this machine has {torch.cuda.device_count()}; "
            "lower --workers or choose --device cpu"
        )
    strategy: Any = "auto"
    if workers * nodes > 1:
        # Processes only wait for each other, and the slowest may take days longer.
        strategy = DDPStrategy(
            process_group_backend="gloo",
            timeout=timedelta(days=30),
            start_method="spawn" if nodes == 1 else "popen",
        )
    return L.Trainer(
        accelerator="gpu" if gpu else "cpu",
        devices=[where.index] if gpu and where.index is not None else workers,
        num_nodes=nodes,
        strategy=strategy,
        callbacks=[PictureBar()],
        logger=False,
        enable_checkpointing=False,
        enable_progress_bar=False,
        enable_model_summary=False,
        use_distributed_sampler=False,
    )
