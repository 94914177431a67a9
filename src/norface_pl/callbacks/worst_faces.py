"""Pictures of the faces that the normalizer draws worst, at every validation."""

from typing import NamedTuple, cast

import lightning as L
from torch import Tensor

from norface_pl.io.images import Picture, grid
from norface_pl.io.tensors import to_pictures
from norface_pl.loggers import log_picture
from norface_pl.normalizer import NormalizerModule
from norface_pl.types import FaceBatch

CELL = 96


class Drawn(NamedTuple):
    """A face, and how far it is from what is wanted."""

    error: float
    key: str
    pictures: list[Picture]


class WorstFaces(L.Callback):
    """Show the faces that are furthest from what is wanted, worst first: where does it fail?

    A row holds a face's key and error, I_o, I_n and, where it exists, the oracle. The error is
    that of `NormalizerModule.errors`; pictures are those that the validation has drawn.

    Args:
        faces: rows; those of several processes are looked for in the first one's faces.
    """

    def __init__(self, faces: int = 8) -> None:
        self.faces = faces
        self._worst: list[Drawn] = []

    def on_validation_epoch_start(self, trainer: L.Trainer, pl_module: L.LightningModule) -> None:
        """Forget the last validation."""
        self._worst = []

    def on_validation_batch_end(
        self,
        trainer: L.Trainer,
        pl_module: L.LightningModule,
        outputs: object,
        batch: FaceBatch,
        batch_idx: int,
        dataloader_idx: int = 0,
    ) -> None:
        """Keep the worst faces so far of the people that the module never trained on."""
        if dataloader_idx == 0 or not isinstance(outputs, Tensor):
            return
        errors = cast(NormalizerModule, pl_module).errors(batch, outputs)
        shown = [batch["image"], outputs, *([batch["oracle"]] if "oracle" in batch else [])]
        for place in errors.topk(min(self.faces, len(errors))).indices.tolist():
            pictures = [to_pictures(images[place][None])[0] for images in shown]
            self._worst.append(Drawn(float(errors[place]), batch["key"][place], pictures))
        self._worst = sorted(self._worst, key=lambda face: -face.error)[: self.faces]

    def on_validation_epoch_end(self, trainer: L.Trainer, pl_module: L.LightningModule) -> None:
        """Show them."""
        if self._worst:
            labels = [f"{face.key[-32:]}  {face.error:.4f}" for face in self._worst]
            columns = ["I_o", "I_n", "oracle"][: len(self._worst[0].pictures)]
            rows = [face.pictures for face in self._worst]
            log_picture(trainer, "val/worst_faces", grid(rows, labels, columns, CELL))
