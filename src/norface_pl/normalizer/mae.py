"""Pre-training of the face encoder as a masked autoencoder, on faces without labels."""

from pathlib import Path

from lightning.pytorch.callbacks import ModelCheckpoint
from lightning.pytorch.cli import OptimizerCallable
from lightning.pytorch.utilities.types import OptimizerLRScheduler
from torch import Tensor

from norface_pl.face_module import FaceModule
from norface_pl.io.tensor_files import write_tensors
from norface_pl.nn.optimizers import PlainAdamW
from norface_pl.normalizer.encoder import FaceEncoder
from norface_pl.normalizer.mae_network import MaskedAutoencoder, MaskedDecoder
from norface_pl.normalizer.options import EncoderOptions
from norface_pl.types import FaceBatch

ENCODER_FILE = "encoder.pt"
VIT_FACE = EncoderOptions(embed_dim=192, depth=6, num_heads=3, stem="patch")
"""As large as the backbone ``vit_face``, which takes these weights."""


class MAEModule(FaceModule):
    """Masked autoencoder of faces.

    At the end of a fit it writes ``encoder.pt`` beside the checkpoints: ``{"model": weights}`` in
    timm's names, which ``FaceEncoder(weights=...)`` and the ``vit_face`` backbone read.

    Args:
        image_size: side of the faces in pixels; set from the data.
        encoder: what is trained; a patch stem, without weights.
        decoder: what draws hidden patches, and is thrown away afterwards.
        optimizer: over all parameters.
        warmup: share of the training in which the learning rate rises, before it falls as a cosine.
    """

    sampling = "clips"  # the people of stage 1, of whom there are many more than labelled ones

    def __init__(
        self,
        image_size: int = 64,
        encoder: EncoderOptions = VIT_FACE,
        decoder: MaskedDecoder = MaskedDecoder(),
        optimizer: OptimizerCallable = lambda p: PlainAdamW(
            p, lr=1e-3, beta2=0.95, weight_decay=0.05
        ),
        warmup: float = 0.1,
    ) -> None:
        super().__init__()
        self.remember(image_size=image_size, encoder=encoder, decoder=decoder)
        self.net = MaskedAutoencoder(FaceEncoder(image_size, encoder), decoder)
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
            weights = self.net.encoder.vit.state_dict()
            write_tensors(Path(folder) / ENCODER_FILE, {"model": weights})

    def configure_optimizers(self) -> OptimizerLRScheduler:
        """Optimizer with warm-up and cosine per step."""
        return self.warmed_up(self.optimizer(self.parameters()), self.warmup)
