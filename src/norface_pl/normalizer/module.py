"""Stage 1: learns to redraw every face as one target person with the original's expression."""

from pathlib import Path
from typing import Any, Literal

import torch
from lightning.pytorch.cli import OptimizerCallable
from lightning.pytorch.core.optimizer import LightningOptimizer
from torch import Tensor
from torch.optim import Optimizer
from torch.optim.lr_scheduler import LambdaLR

from norface_pl.errors import NorfaceError
from norface_pl.nn.attention import short_attention
from norface_pl.nn.augment import FaceAugment
from norface_pl.nn.schedule import warmup_cosine
from norface_pl.normalizer.decoder import ConvDecoder
from norface_pl.normalizer.discriminator import MultiScaleDiscriminator
from norface_pl.normalizer.encoder import FaceEncoder
from norface_pl.normalizer.gan import discriminator_loss, generator_loss
from norface_pl.normalizer.generator import CodeFrom, Generator
from norface_pl.normalizer.merging import ExpressionMerging
from norface_pl.normalizer.objective import Stage1Terms
from norface_pl.normalizer.options import LossWeights, TeacherFiles
from norface_pl.normalizer.pairs import cross, embed, targets
from norface_pl.normalizer.reading import ReadingModule
from norface_pl.normalizer.reconstruction import ReconstructionLoss
from norface_pl.types import FaceBatch

RGB = tuple[float, float, float]
TRAINING_ONLY = ("discriminator.", "terms.")


class NormalizerModule(ReadingModule):
    """Normalization GAN: redraws faces as one person, frontal, before one background.

    Args:
        image_size: side of the faces in pixels; set from the data.
        num_labels: action units or classes that the expression teacher tells; set from the data.
        patch_size: side of the encoder's patches in pixels.
        embed_dim: width of the tokens.
        depth: blocks of the encoder.
        num_heads: attention heads of encoder and merging.
        stem: of the encoder: cut into patches as face MAEs do, or strided convolutions.
        mean: RGB mean that the encoder's weights expect.
        std: RGB standard deviation that the encoder's weights expect.
        encoder_weights: file of a (face) MAE for the encoder.
        merging_depth: blocks of the Expression Merging Module.
        code_dim: width of the expression code, the bottleneck.
        code_tokens: key/value tokens that the code is unfolded to.
        code_from: what the code is read from: the encoder's tokens, or the picture, by a small
            convolutional network of its own.
        decoder_channels: width at the token grid and after each doubling but the last.
        target_image: aligned face of the target person; None takes the data set's own.
        losses: weight of every loss.
        teachers: weight files of the frozen teachers.
        region_gain: how much more pixels count where expressions show.
        motion_gain: how much more pixels count that differ between original and target.
        gradient: weight of the gradients' error in the reconstruction.
        squared: squared errors in the reconstruction, not absolute ones.
        reading: share of the epochs, rounded down to whole ones, in which only the code is learned
            and nothing is drawn, so that the decoder meets a code that tells something; such a
            step costs a small part of the others.
        rounds: times that the reader of the code labels the people without labels anew in these
            epochs; 0: the comparison teacher's labels stay. Needs ``code_from`` picture.
        augment: of the originals that the code is read from; None for none.
        self_share: share of the frames that are their own target, besides the one of every clip
            that is the target of the others.
        crossed_share: share of the batch that is also redrawn as another person.
        adversarial_start: share of the training after which the adversarial loss sets in.
        optimizer_g: of the generator.
        optimizer_d: of the discriminator.
        warmup: share of each of these two parts of the training in which learning rates rise,
            before they fall as a cosine.
        clip_norm: limit of the generator's gradient norm.
        ema_decay: of the averaged generator that redraws faces.
    """

    sampling: Literal["clips", "frames"] = "clips"
    ignore = (
        "encoder_weights",
        "target_image",
        "augment",
        "losses",
        "teachers",
        "optimizer_g",
        "optimizer_d",
        "task",
        "label_names",
    )

    def __init__(
        self,
        image_size: int = 64,
        num_labels: int = 0,
        patch_size: int = 8,
        embed_dim: int = 128,
        depth: int = 4,
        num_heads: int = 4,
        stem: Literal["patch", "conv"] = "conv",
        mean: RGB = (0.5, 0.5, 0.5),
        std: RGB = (0.25, 0.25, 0.25),
        encoder_weights: Path | None = None,
        merging_depth: int = 2,
        code_dim: int = 32,
        code_tokens: int = 16,
        code_from: CodeFrom = "tokens",
        decoder_channels: tuple[int, ...] = (96, 64, 32),
        target_image: Path | None = None,
        losses: LossWeights | None = None,
        teachers: TeacherFiles | None = None,
        region_gain: float = 8.0,
        motion_gain: float = 2.0,
        gradient: float = 1.0,
        squared: bool = True,
        reading: float = 0.0,
        rounds: int = 0,
        augment: FaceAugment | None = None,
        self_share: float = 0.0,
        crossed_share: float = 0.5,
        adversarial_start: float = 0.5,
        optimizer_g: OptimizerCallable = torch.optim.AdamW,
        optimizer_d: OptimizerCallable = torch.optim.Adam,
        warmup: float = 0.05,
        clip_norm: float = 1.0,
        ema_decay: float = 0.995,
    ) -> None:
        encoder = FaceEncoder(
            image_size, patch_size, embed_dim, depth, num_heads, stem, mean, std, encoder_weights
        )
        drawn = encoder.grid * 2 ** len(decoder_channels)
        if drawn != image_size:
            raise NorfaceError(
                f"decoder_channels {list(decoder_channels)} draw {drawn} pixels from "
                f"{encoder.grid} patches a side, image_size is {image_size}: change their number."
            )
        generator = Generator(
            encoder,
            ExpressionMerging(embed_dim, merging_depth, num_heads),
            ConvDecoder(embed_dim, decoder_channels),
            code_dim,
            code_tokens,
            code_from=code_from,
        )
        weights = losses or LossWeights()
        reconstruct = ReconstructionLoss(image_size, region_gain, motion_gain, gradient, squared)
        super().__init__(
            generator,
            image_size,
            target_image,
            ema_decay,
            Stage1Terms(weights, reconstruct, image_size, code_dim, num_labels),
            weights,
            teachers or TeacherFiles(),
            reading,
            rounds,
            augment,
            clip_norm,
        )
        self.save_hyperparameters(ignore=list(self.ignore))
        self.automatic_optimization = False
        self.self_share, self.crossed_share = self_share, crossed_share
        self.adversarial_start, self.warmup = adversarial_start, warmup
        self.optimizer_g, self.optimizer_d = optimizer_g, optimizer_d
        self.discriminator = MultiScaleDiscriminator() if weights.adversarial else None

    def on_load_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        """Leave behind what only a training needs when this normalizer does not train."""
        super().on_load_checkpoint(checkpoint)
        own, state = self.state_dict(), checkpoint["state_dict"]
        for name in [name for name in state if name.startswith(TRAINING_ONLY) and name not in own]:
            del state[name]

    def configure_optimizers(self) -> tuple[list[Optimizer], list[LambdaLR]]:
        """Return one optimizer per network and the generator's schedule."""
        steps = int(self.trainer.estimated_stepping_batches)
        learned = [*self.generator.parameters(), *self.terms.learned()]
        optimizers = [self.optimizer_g(learned)]
        read = self.reading_epochs * float(self.trainer.num_training_batches) / steps
        schedule = warmup_cosine(optimizers[0], steps, self.warmup, min(1.0, read))
        if self.discriminator is not None:
            optimizers.append(self.optimizer_d(self.discriminator.parameters()))
        return optimizers, [schedule]

    def training_step(self, batch: FaceBatch, batch_idx: int) -> None:
        """Train the discriminator, if it is its time, and then the generator on one batch."""
        optimizers = self.optimizers()
        optimizers = optimizers if isinstance(optimizers, list) else [optimizers]
        if not self.draws_now():
            self.train_reader(optimizers[0], batch)
            return
        with short_attention(self.device):
            self._draw(optimizers, batch)

    def _draw(self, optimizers: list[LightningOptimizer], batch: FaceBatch) -> None:
        clips = len(batch["clip"].unique_consecutive())
        images, pose = batch["image"], batch["pose"]
        target = targets(clips, len(images), self.self_share, self.device)
        shown, shown_pose = self._shown(batch)
        faces = embed(self.generator, shown, self.relit(images), target)
        drawn = self.generator.decode(faces.tokens, faces.code, pose, shown_pose[target]).float()
        adversarial = self._adversarial_now()
        crossed = None
        if self.weights.crossed or adversarial:
            crossed = cross(self.generator, faces, target, shown_pose, clips, self.crossed_share)

        if adversarial and crossed is not None:
            self._train_discriminator(optimizers[1], images, crossed.images.detach())
        self.toggle_optimizer(optimizers[0])
        terms = self.terms.same_person(batch, faces, drawn, shown[target], clips)
        if crossed is not None:
            view = (shown[crossed.target], shown_pose[crossed.target])
            terms |= self.terms.crossed(batch, faces, crossed, *view, self.generator)
            if adversarial and self.discriminator is not None:
                terms["adversarial"] = generator_loss(self.discriminator(crossed.images))
        self.step_generator(optimizers[0], terms)
        self.untoggle_optimizer(optimizers[0])

    def _shown(self, batch: FaceBatch) -> tuple[Tensor, Tensor]:
        """Return the faces that targets are taken from, and their poses.

        The target person is always shown by the one picture that it is shown by later.
        """
        images, pose = batch["image"], batch["pose"]
        if "of_target" not in batch:
            return images, pose
        own = batch["of_target"]
        shown = torch.where(own[:, None, None, None], self.target.to(images), images)
        return shown, pose.masked_fill(own[:, None], 0.0)

    def _progress(self) -> float:
        done = self.trainer.fit_loop.total_batch_idx
        return done / float(self.trainer.estimated_stepping_batches)

    def _adversarial_now(self) -> bool:
        return self.discriminator is not None and self._progress() >= self.adversarial_start

    def _train_discriminator(
        self, optimizer: LightningOptimizer, real: Tensor, fake: Tensor
    ) -> None:
        assert self.discriminator is not None
        self.toggle_optimizer(optimizer)
        loss = discriminator_loss(self.discriminator(real), self.discriminator(fake))
        optimizer.zero_grad()
        self.manual_backward(loss)
        optimizer.step()
        self.untoggle_optimizer(optimizer)
        self.log("train/discriminator", loss.detach())

    def train(self, mode: bool = True) -> "NormalizerModule":
        """Switch mode; frozen teachers stay in evaluation mode."""
        super().train(mode)
        self.terms.teachers.eval()
        return self
