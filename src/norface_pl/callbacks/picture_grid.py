"""Pictures of what the normalizer draws, at every validation."""

from typing import cast

import lightning as L
import numpy as np
import torch
from lightning.pytorch.loggers import TensorBoardLogger

from norface_pl.io.tensors import to_pictures
from norface_pl.normalizer import NormalizerModule
from norface_pl.types import FaceBatch


class PictureGrid(L.Callback):
    """Log rows of I_o, I_t, I_n and, where it exists, the oracle to TensorBoard.

    Args:
        faces: columns of the grid, spread over the first validation batches.
    """

    def __init__(self, faces: int = 12) -> None:
        self.faces = faces
        self._columns: list[torch.Tensor] = []

    def on_validation_epoch_start(self, trainer: L.Trainer, pl_module: L.LightningModule) -> None:
        """Start a new grid."""
        self._columns = []

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
        if dataloader_idx == 0 or len(self._columns) >= self.faces:
            return
        images = batch["image"][:: max(1, len(batch["image"]) // 3)][: self.faces]
        module = cast(NormalizerModule, pl_module)
        rows = [images, module.target.expand_as(images), module.normalize(images)]
        if "oracle" in batch:
            rows.append(batch["oracle"][:: max(1, len(batch["image"]) // 3)][: self.faces])
        self._columns += list(torch.cat(rows, dim=2).float().cpu())

    def on_validation_epoch_end(self, trainer: L.Trainer, pl_module: L.LightningModule) -> None:
        """Write the grid."""
        if not self._columns or not isinstance(trainer.logger, TensorBoardLogger):
            return
        (grid,) = to_pictures(torch.cat(self._columns[: self.faces], dim=2)[None])
        name, pixels = "val/original_target_normalized_oracle", np.ascontiguousarray(grid)
        writer = trainer.logger.experiment
        writer.add_image(name, pixels, trainer.global_step, dataformats="HWC")
