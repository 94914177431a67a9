"""Pictures of what the normalizer draws, at every validation."""

from typing import cast

import lightning as L
import torch
from torch import Tensor

from norface_pl.io.images import grid
from norface_pl.io.tensors import to_pictures
from norface_pl.loggers import log_picture
from norface_pl.normalizer import NormalizerModule
from norface_pl.types import FaceBatch

CELL = 96


class PictureGrid(L.Callback):
    """Show rows of I_o, I_t, I_n and, where it exists, the oracle: is the normalizer working?

    It takes what the validation has drawn, and shows nothing while nothing is drawn.

    Args:
        faces: columns of the grid, spread over the first validation batches.
    """

    def __init__(self, faces: int = 12) -> None:
        self.faces = faces
        self._rows: dict[str, list[Tensor]] = {}

    def on_validation_epoch_start(self, trainer: L.Trainer, pl_module: L.LightningModule) -> None:
        """Start a new grid."""
        self._rows = {}

    def on_validation_batch_end(
        self,
        trainer: L.Trainer,
        pl_module: L.LightningModule,
        outputs: object,
        batch: FaceBatch,
        batch_idx: int,
        dataloader_idx: int = 0,
    ) -> None:
        """Keep a few faces of each batch of the people that the module never trained on."""
        missing = self.faces - len(self._rows.get("I_o", ()))
        if dataloader_idx == 0 or missing <= 0 or not isinstance(outputs, Tensor):
            return
        target = cast(NormalizerModule, pl_module).target
        shown = {"I_o": batch["image"], "I_t": target.expand_as(outputs), "I_n": outputs}
        if "oracle" in batch:
            shown["oracle"] = batch["oracle"]
        for name, images in shown.items():
            few = images[:: max(1, len(images) // 3)][:missing]
            self._rows.setdefault(name, []).extend(few.float().cpu())

    def on_validation_epoch_end(self, trainer: L.Trainer, pl_module: L.LightningModule) -> None:
        """Show the grid."""
        if self._rows:
            rows = [list(to_pictures(torch.stack(images))) for images in self._rows.values()]
            picture = grid(rows, labels=list(self._rows), cell=CELL)
            log_picture(trainer, "val/original_target_normalized_oracle", picture)
