"""Scores of the test fold after every epoch, for comparison with published figures."""

import json
from pathlib import Path
from typing import cast

import lightning as L
import torch
from lightning.fabric.utilities.apply_func import move_data_to_device
from lightning.pytorch.utilities.seed import isolate_rng

from norface_pl.classifier import ClassifierModule
from norface_pl.classifier.task_losses import spans
from norface_pl.datamodules.base import FaceDataModule
from norface_pl.errors import NorfaceError
from norface_pl.io.files import make_folder, write_atomic
from norface_pl.metrics.tallies import TALLIES
from norface_pl.metrics.tally import Tally
from norface_pl.types import Task


def tally_test_faces(
    trainer: L.Trainer, module: ClassifierModule, datamodule: FaceDataModule
) -> dict[Task, Tally]:
    """Read all test faces with a classifier as it is, task by task, and leave no other trace.

    Neither metrics are logged nor random numbers drawn: the training that it interrupts goes on as
    if nothing had happened.
    """
    device, names = trainer.strategy.root_device, datamodule.subject_names("test")
    labels = datamodule.labels_by_task
    tallies = {task: TALLIES[task](own) for task, own in labels.items()}
    training, start = module.training, 0
    module.to(device).eval()
    with isolate_rng(), torch.no_grad(), trainer.precision_plugin.forward_context():
        for loaded in datamodule.test_dataloader():
            batch = datamodule.on_after_batch_transfer(move_data_to_device(loaded, device), 0)
            read = module.predict(batch.get("image"), batch.get("normalized")).float().cpu()
            stop = start + len(read)
            for task, columns in spans(labels).items():
                known = batch[task].cpu().numpy()
                tallies[task].update(read[:, columns].numpy(), known, names[start:stop])
            start = stop
    module.train(training)
    return tallies


class SelectOnTest(L.Callback):
    """Note after every validation what published work would report of the test fold.

    That is the epoch, and for occurrences the one threshold, that is best on the test fold itself.
    The notes are for one column of a table that says so; nothing reads them during the training,
    and the same weights come out without this callback. It costs one pass over the test fold for
    each validation.

    Args:
        folder: gets a folder for each task, with a JSON file for each validation.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def setup(self, trainer: L.Trainer, pl_module: L.LightningModule, stage: str) -> None:
        """Refuse several processes, of which each would see a part of the faces."""
        if trainer.world_size > 1:
            raise NorfaceError(
                f"a run of a protocol trains in one process, not in {trainer.world_size}: set "
                "trainer.devices to 1 and share the runs among machines with --only"
            )

    def on_validation_end(self, trainer: L.Trainer, pl_module: L.LightningModule) -> None:
        """Write the note of this validation; the checkpoint is saved after it."""
        if trainer.sanity_checking or trainer.state.fn != "fit":
            return
        datamodule: FaceDataModule = trainer.datamodule  # type: ignore[attr-defined]
        read = tally_test_faces(trainer, cast(ClassifierModule, pl_module), datamodule)
        for task, own in read.items():
            tally, threshold = own.select_on_test()
            note = {
                "epoch": trainer.current_epoch,
                "step": trainer.global_step,
                "threshold": threshold,
                "tally": tally.content(),
            }
            make_folder(self.folder / task)
            path = self.folder / task / f"{trainer.global_step:08d}.json"
            write_atomic(path, json.dumps(note).encode())
