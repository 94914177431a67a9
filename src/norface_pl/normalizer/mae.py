"""Pre-training of the face encoder as a masked autoencoder, on faces without labels."""

from pathlib import Path

import torch
from lightning.pytorch.callbacks import ModelCheckpoint
from lightning.pytorch.cli import OptimizerCallable
from lightning.pytorch.utilities.types import OptimizerLRScheduler
from torch import Tensor

from norface_pl.face_module import FaceModule
from norface_pl.nn.schedule import warmup_cosine
from norface_pl.normalizer.encoder import FaceEncoder
from norface_pl.normalizer.mae_network import MaskedAutoencoder
from norface_pl.types import FaceBatch

ENCODER_FILE = "encoder.pt"


class MAEModule(FaceModule):
    """Masked autoencoder of faces.

    At the end of a fit it writes ``encoder.pt`` beside the checkpoints: ``{"model": weights}`` in
    timm's names, which ``FaceEncoder(weights=...)`` and the ``vit_face`` backbone read.

    Args:
        image_size: side of the faces in pixels; set from the data.
        patch_size: side of a patch in pixels.
        embed_dim: width of the encoder.
        depth: blocks of the encoder.
        num_heads: attention heads of the encoder.
        mask_ratio: share of hidden patches.
        decoder_dim: width of the decoder, which is thrown away afterwards.
        decoder_depth: blocks of the decoder.
        decoder_heads: attention heads of the decoder.
        norm_pix: draw each patch with its own mean and variance removed.
        optimizer: over all parameters.
        warmup: share of the training in which the learning rate rises, before it falls as a cosine.
    """

    ignore = ("task", "num_labels", "label_names", "optimizer", "warmup")
    sampling = "clips"  # the people of stage 1, of whom there are many more than labelled ones

    def __init__(
        self,
        image_size: int,
        patch_size: int = 8,
        embed_dim: int = 192,
        depth: int = 6,
        num_heads: int = 3,
        mask_ratio: float = 0.75,
        decoder_dim: int = 96,
        decoder_depth: int = 2,
        decoder_heads: int = 3,
        norm_pix: bool = True,
        optimizer: OptimizerCallable = torch.optim.AdamW,
        warmup: float = 0.1,
    ) -> None:
        super().__init__()
        self.save_hyperparameters(ignore=list(self.ignore))
        encoder = FaceEncoder(image_size, patch_size, embed_dim, depth, num_heads)
        self.net = MaskedAutoencoder(
            encoder, mask_ratio, decoder_dim, decoder_depth, decoder_heads, norm_pix
        )
        self.optimizer = optimizer
        self.warmup = warmup

    def training_step(self, batch: FaceBatch, batch_idx: int) -> Tensor:
        """One optimization step."""
        return self._step(batch, "train")

    def validation_step(self, batch: FaceBatch, batch_idx: int, dataloader_idx: int = 0) -> None:
        """Log the loss on validation people."""
        # Loaders for stage 1 come with training people first, which its probes are fitted on.
        if dataloader_idx + 1 == len(self.trainer.num_val_batches):
            self._step(batch, "val")

    def test_step(self, batch: FaceBatch, batch_idx: int, dataloader_idx: int = 0) -> None:
        """Log the loss on test people."""
        if dataloader_idx + 1 == len(self.trainer.num_test_batches):
            self._step(batch, "test")

    def predict_step(self, batch: FaceBatch, batch_idx: int) -> Tensor:
        """Mean patch token of each face (B, embed_dim)."""
        return self.net.encoder(batch["image"]).mean(dim=1)  # type: ignore[no-any-return]

    def _step(self, batch: FaceBatch, stage: str) -> Tensor:
        loss: Tensor = self.net.loss(self.net(batch["image"]))
        self.log(
            f"{stage}/loss",
            loss,
            prog_bar=True,
            batch_size=len(batch["image"]),
            add_dataloader_idx=False,  # one loader alone logs, see validation_step
        )
        return loss

    def on_train_end(self) -> None:
        """Write the encoder beside the checkpoints."""
        callback = self.trainer.checkpoint_callback
        folder = callback.dirpath if isinstance(callback, ModelCheckpoint) else None
        trial = self.trainer.fast_dev_run  # type: ignore[attr-defined]
        if folder and not trial and self.global_rank == 0:
            self.export(Path(folder) / ENCODER_FILE)

    def export(self, path: Path) -> None:
        """Write the encoder's weights; a file is never left half-written."""
        path.parent.mkdir(parents=True, exist_ok=True)
        partial = path.with_suffix(".partial")
        torch.save({"model": self.net.encoder.vit.state_dict()}, partial)
        partial.replace(path)

    def configure_optimizers(self) -> OptimizerLRScheduler:
        """Optimizer with warm-up and cosine per step."""
        optimizer = self.optimizer(self.parameters())
        steps = self.trainer.estimated_stepping_batches
        if steps == float("inf"):
            return optimizer
        schedule = warmup_cosine(optimizer, int(steps), self.warmup)
        return {
            "optimizer": optimizer,
            "lr_scheduler": {"scheduler": schedule, "interval": "step"},
        }
