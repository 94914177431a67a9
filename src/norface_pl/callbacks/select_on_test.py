"""Scores of the test fold after every epoch, for comparison with published figures."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Protocol, cast

import lightning as L
import torch
from lightning.fabric.utilities.apply_func import move_data_to_device
from lightning.pytorch.utilities.seed import isolate_rng
from torch import Tensor

from norface_pl.errors import NorfaceError
from norface_pl.io.files import make_folder, write_atomic
from norface_pl.metrics.tallies import TALLIES
from norface_pl.metrics.tally import Tally
from norface_pl.types import FaceBatch, Task


class Reader(Protocol):
    """What is asked of a classifier."""

    def predict(self, image: Tensor | None, normalized: Tensor | None = None) -> Tensor:
        """Return values (B, L) of faces."""
        ...


class TestFaces(Protocol):
    """What is asked of a data set."""

    task: Task

    @property
    def label_names(self) -> list[str]:
        """Names of the labels."""
        ...

    def test_dataloader(self) -> Iterable[FaceBatch]:
        """Return the test faces in the order of ``subject_names``."""
        ...

    def subject_names(self, split: str) -> list[str]:
        """Return the name of the person on each face."""
        ...

    def on_after_batch_transfer(self, batch: FaceBatch, dataloader_idx: int) -> FaceBatch:
        """Make floats of pictures."""
        ...


def tally_test_faces(
    trainer: L.Trainer, module: L.LightningModule, datamodule: L.LightningDataModule
) -> Tally:
    """Read all test faces with a classifier as it is, and leave no other trace.

    Neither metrics are logged nor random numbers drawn: the training that it interrupts goes on as
    if nothing had happened.

    Args:
        trainer: decides device and precision.
        module: the classifier.
        datamodule: the data set.
    """
    faces, device = cast(TestFaces, datamodule), trainer.strategy.root_device
    names, tally = faces.subject_names("test"), TALLIES[faces.task](faces.label_names)
    training, start = module.training, 0
    module.to(device).eval()
    with isolate_rng(), torch.no_grad(), trainer.precision_plugin.forward_context():
        for loaded in faces.test_dataloader():
            batch = faces.on_after_batch_transfer(move_data_to_device(loaded, device), 0)
            values = cast(Reader, module).predict(batch.get("image"), batch.get("normalized"))
            stop = start + len(values)
            labels = batch["label"].cpu().numpy()
            tally.update(values.float().cpu().numpy(), labels, names[start:stop])
            start = stop
    module.train(training)
    return tally


class SelectOnTest(L.Callback):
    """Note after every validation what published work would report of the test fold.

    That is the epoch, and for occurrences the one threshold, that is best on the test fold itself.
    The notes are for one column of a table that says so; nothing reads them during the training,
    and the same weights come out without this callback. It costs one pass over the test fold for
    each validation.

    Args:
        folder: gets a JSON file for each validation.
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
        make_folder(self.folder)

    def on_validation_end(self, trainer: L.Trainer, pl_module: L.LightningModule) -> None:
        """Write the note of this validation; the checkpoint is saved after it."""
        if trainer.sanity_checking or trainer.state.fn != "fit":
            return
        datamodule: L.LightningDataModule = trainer.datamodule  # type: ignore[attr-defined]
        tally, threshold = tally_test_faces(trainer, pl_module, datamodule).select_on_test()
        note = {
            "epoch": trainer.current_epoch,
            "step": trainer.global_step,
            "threshold": threshold,
            "tally": tally.content(),
        }
        path = self.folder / f"{trainer.global_step:08d}.json"
        write_atomic(path, json.dumps(note).encode())
