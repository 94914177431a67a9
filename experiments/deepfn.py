"""A control after DeepFN (arXiv 2103.02484): one encoder, one decoder for the target person alone.

Nothing is subtracted, no code is blinded and no label is used: a shared encoder, a decoder that
learns everybody and a second one that only ever learns to draw the target person. A face is
redrawn by giving its code to the second decoder. What the networks look like, and that both
decoders weigh the same, is our choice.
"""

import torch
from lightning.pytorch.cli import OptimizerCallable
from lightning.pytorch.utilities.types import OptimizerLRScheduler
from torch import Tensor, nn
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from norface_pl.errors import NorfaceError
from norface_pl.face_module import FaceModule
from norface_pl.nn.augment import Augmentation, FaceAugment
from norface_pl.nn.optimizers import PlainAdamW
from norface_pl.normalizer.decoder import ConvDecoder
from norface_pl.normalizer.generator import PictureReader
from norface_pl.normalizer.options import Reconstruction
from norface_pl.normalizer.reconstruction import ReconstructionLoss
from norface_pl.types import FaceBatch


class TwoDecoders(nn.Module):
    """A shared encoder with a decoder for everybody and one for the target person.

    Args:
        code_dim: width of the code.
        grid: side of the token grid that decoders start from.
        dim: width of its tokens.
        channels: of the decoders.
    """

    def __init__(self, code_dim: int, grid: int, dim: int, channels: tuple[int, ...]) -> None:
        super().__init__()
        self.encoder = PictureReader(code_dim)
        self.everybody, self.template = (
            nn.Sequential(
                nn.Linear(code_dim, grid**2 * dim),
                nn.Unflatten(1, (grid**2, dim)),
                ConvDecoder(dim, channels),
            )
            for _ in range(2)
        )


class DeepFNModule(FaceModule):
    """Trains both decoders, and redraws faces with that of the target person.

    Args:
        image_size: side of the faces in pixels; set from the data.
        code_dim: width of the code; DeepFN has no bottleneck, so wide.
        dim: width of the tokens that the decoders start from.
        decoder_channels: as of the normalizer.
        augment: of the originals, so that a code of anybody looks like one of the target person.
        pixels: how they count; pairs of different frames do not exist here, so nothing can count
            more for its motion.
        optimizer: over all parameters.
        warmup: share of the training in which the learning rate rises.
        ema_decay: of the averaged networks that redraw faces.
    """

    sampling = "clips"
    target: Tensor

    def __init__(
        self,
        image_size: int = 64,
        code_dim: int = 256,
        dim: int = 96,
        decoder_channels: tuple[int, ...] = (96, 64, 32),
        augment: Augmentation = Augmentation(flip=0.0),
        pixels: Reconstruction = Reconstruction(motion_gain=0.0),
        optimizer: OptimizerCallable = lambda p: PlainAdamW(p, lr=1e-3, beta2=0.99),
        warmup: float = 0.05,
        ema_decay: float = 0.995,
    ) -> None:
        super().__init__()
        self.remember(
            image_size=image_size, code_dim=code_dim, dim=dim, decoder_channels=decoder_channels
        )
        self.image_size = image_size
        self.augment = FaceAugment(augment)
        self.optimizer, self.warmup = optimizer, warmup
        grid = image_size // 2 ** len(decoder_channels)
        self.net = TwoDecoders(code_dim, grid, dim, tuple(decoder_channels))
        self.averaged = AveragedModel(
            self.net, multi_avg_fn=get_ema_multi_avg_fn(ema_decay), use_buffers=True
        ).requires_grad_(False)
        self.reconstruct = ReconstructionLoss(image_size, pixels)
        self.register_buffer("target", torch.zeros(3, image_size, image_size))
        self._frames: Tensor | None = None

    def on_fit_start(self) -> None:
        """Take the target person's frames, and its face as the one to compare with."""
        faces, own = self.data.dataset("unlabelled"), self.data.target_clips()
        shown = self.data.target()
        if own is None or not len(own) or shown is None:
            raise NorfaceError(
                "the control learns from recordings of the target person, and this data set has "
                "none: set data.people.recordings_of_target to 32"
            )
        places = torch.nonzero(torch.isin(faces.columns["clip"], own)).flatten()
        self._frames = faces.__getitems__(places.tolist())["image"]
        self.target.copy_(torch.from_numpy(shown).permute(2, 0, 1).float() / 255)

    def training_step(self, batch: FaceBatch, batch_idx: int) -> Tensor:
        """Draw a batch of everybody with one decoder and as many target frames with the other."""
        assert self._frames is not None
        chosen = torch.randint(len(self._frames), (len(batch["image"]),))
        own = self._frames[chosen].to(self.device).float() / 255
        everybody = self._error(self.net.everybody, batch["image"])
        template = self._error(self.net.template, own)
        self.log_dict({"train/everybody": everybody, "train/template": template})
        return everybody + template

    def _error(self, decoder: nn.Module, images: Tensor) -> Tensor:
        drawn = decoder(self.net.encoder(self.augment(images)[0])).float()
        error: Tensor = self.reconstruct(drawn, images, images)
        return error

    def on_train_batch_end(self, *_: object) -> None:
        """Average the weights."""
        self.averaged.update_parameters(self.net)

    def configure_optimizers(self) -> OptimizerLRScheduler:
        """Optimizer with warm-up and cosine per step."""
        return self.warmed_up(self.optimizer(self.net.parameters()), self.warmup)

    @torch.no_grad()
    def normalize(self, images: Tensor) -> Tensor:
        """Redraw faces (B, 3, H, W) in [0, 1] with the target person's decoder."""
        drawn: Tensor = self.averaged.module.template(self.code(images))
        return drawn.float()

    @torch.no_grad()
    def code(self, images: Tensor) -> Tensor:
        """Return the codes (B, code_dim) of faces (B, 3, H, W) in [0, 1]."""
        code: Tensor = self.averaged.module.encoder(images)
        return code
