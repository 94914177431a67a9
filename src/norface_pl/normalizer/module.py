"""Stage 1: learns to redraw every face as one target person with the original's expression."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import torch
from lightning.pytorch.cli import OptimizerCallable
from lightning.pytorch.core.optimizer import LightningOptimizer
from lightning.pytorch.utilities import rank_zero_info
from torch import Tensor
from torch.optim import Optimizer
from torch.optim.lr_scheduler import LambdaLR

from norface_pl.face_module import FaceModule
from norface_pl.nn.attention import short_attention
from norface_pl.nn.augment import Augmentation, FaceAugment
from norface_pl.nn.optimizers import PlainAdamW
from norface_pl.nn.schedule import warmup_cosine
from norface_pl.normalizer.comparison import compared
from norface_pl.normalizer.curriculum import Curriculum
from norface_pl.normalizer.discriminator import (
    MultiScaleDiscriminator,
    discriminator_loss,
    generator_loss,
)
from norface_pl.normalizer.generator import Generator, PictureReader
from norface_pl.normalizer.objective import Objective
from norface_pl.normalizer.options import (
    GeneratorOptions,
    ObjectiveOptions,
    Optimization,
    Pairing,
    Pretraining,
    TeacherOptions,
)
from norface_pl.normalizer.pairs import redraw_as_target, redraw_batch, targets
from norface_pl.normalizer.plain import PlainNormalizer
from norface_pl.normalizer.pseudo_labels import PseudoLabels, relabel
from norface_pl.normalizer.reconstruction import ReconstructionLoss
from norface_pl.normalizer.redrawer import Redrawer, target_face
from norface_pl.normalizer.supervision import Supervision
from norface_pl.probes.probe import Probes
from norface_pl.progress import part
from norface_pl.types import Compute, FaceBatch

PSEUDO_LABELS = "norface_pseudo_labels"


class NormalizerModule(FaceModule):
    """Normalization GAN: redraws faces as one person, frontal, before one background.

    What a training alone needs (losses, teachers, discriminator) is made when one starts.

    Args:
        image_size: side of the faces in pixels; set from the data.
        num_labels: action units or classes that the expression teacher tells; set from the data.
        generator: the network that redraws.
        objective: weights of the losses.
        teachers: of the losses.
        pretraining: the first epochs, in which nothing is drawn.
        pairing: who is redrawn as whom.
        optimization: schedule, clipping and averaging.
        augment: of the originals that codes are read from; None for none. The picture to draw is
            not mirrored, so neither are they.
        target_image: aligned face of the target person; None takes the data set's own.
        optimizer_g: of the generator.
        optimizer_d: of the discriminator.
    """

    sampling = "clips"
    training_only = ("discriminator.", "objective.")
    shipped = ("redrawer.",)

    def __init__(
        self,
        image_size: int = 64,
        num_labels: int = 0,
        generator: GeneratorOptions = GeneratorOptions(),
        objective: ObjectiveOptions = ObjectiveOptions(),
        teachers: TeacherOptions = TeacherOptions(),
        pretraining: Pretraining = Pretraining(),
        pairing: Pairing = Pairing(),
        optimization: Optimization = Optimization(),
        augment: Augmentation | None = Augmentation(flip=0.0),
        target_image: Path | None = None,
        optimizer_g: OptimizerCallable = lambda p: PlainAdamW(
            p, lr=1e-3, beta2=0.99, weight_decay=0.01
        ),
        optimizer_d: OptimizerCallable = lambda p: PlainAdamW(
            p, lr=2e-4, beta1=0.0, beta2=0.99, weight_decay=0.0
        ),
    ) -> None:
        super().__init__()
        # Files are read once; a checkpoint holds what was in them.
        network = replace(generator, encoder=replace(generator.encoder, weights=None))
        self.remember(image_size=image_size, generator=network)
        self.automatic_optimization = False
        self.image_size, self.num_labels, self.code_dim = image_size, num_labels, generator.code_dim
        self.losses, self.teachers, self.pretraining = objective, teachers, pretraining
        self.pairing, self.optimization = pairing, optimization
        self.augment = None if augment is None else FaceAugment(augment)
        self.target_image = target_image
        self.optimizer_g, self.optimizer_d = optimizer_g, optimizer_d
        self.generator = Generator(image_size, generator)
        self.redrawer = Redrawer(self.generator, image_size, optimization.ema_decay)
        self.objective: Objective | None = None
        self.discriminator: MultiScaleDiscriminator | None = None
        self.pseudo_labels = PseudoLabels()
        self.supervision = Supervision((), wanted=False, alone=False)
        self._probes = Probes()

    # Redrawing

    @property
    def target(self) -> Tensor:
        """The target face (3, H, W) in [0, 1]."""
        return self.redrawer.target

    def set_target(self, face: Tensor) -> None:
        """Redraw faces as another person from now on, given as (3, H, W) in [0, 1]."""
        self.redrawer.set_target(face)

    def normalize(self, images: Tensor) -> Tensor:
        """Redraw aligned faces (B, 3, H, W) in [0, 1]; returns I_n of the same shape and range."""
        redrawn: Tensor = self.redrawer(images)
        return redrawn

    @torch.no_grad()
    def code(self, images: Tensor) -> Tensor:
        """Read the expression codes (B, C) of aligned faces (B, 3, H, W) in [0, 1]."""
        return self.redrawer.generator.read(images)

    def network(self) -> PlainNormalizer:
        """Return what redraws faces, without Lightning: a copy, to be exported or passed on."""
        network = PlainNormalizer(**self.hparams)
        network.load_state_dict(self.shipped_state())
        return network

    def predict_step(self, batch: FaceBatch, batch_idx: int) -> Tensor:
        """Return I_n (B, 3, H, W) in [0, 1]."""
        return self.normalize(batch["image"])

    # What comes before the first batch

    def setup(self, stage: str) -> None:
        """Make what a training needs; a loaded normalizer keeps its target face."""
        if stage != "fit":
            return
        self.supervision = Supervision.of(self.data)
        self.supervision.check(self.generator, self.losses, self.pretraining)
        rank_zero_info(str(self.supervision))
        self.set_target(target_face(self.data, self.target_image, self.image_size))
        if self.objective is None:
            outputs = len(self.supervision.channels) or self.num_labels
            self.objective = Objective(self.image_size, self.code_dim, outputs, self.losses)
            self.discriminator = MultiScaleDiscriminator() if self.losses.adversarial else None

    def on_fit_start(self) -> None:
        """Train or load the teachers that some loss needs."""
        assert self.objective is not None
        files, compute = self.teachers, self._compute
        if self.trainer.fast_dev_run:  # type: ignore[attr-defined]
            files = replace(files, steps=2, comparison_steps=2)
        with part("", 0.0, self.work_before):
            self.objective.prepare(self.data, files, compute)
            if self.losses.distillation:
                if self.supervision.channels:
                    seen = self.supervision.taught(self.data)
                else:
                    seen = compared(self.data, self.num_labels, files.comparison_steps, compute)
                self.pseudo_labels.start(seen, self.device)

    @property
    def _compute(self) -> Compute:
        return Compute(self.device, self.trainer.precision_plugin.forward_context)

    def configure_optimizers(self) -> tuple[list[Optimizer], list[LambdaLR]]:
        """Return one optimizer per network and the generator's schedule."""
        assert self.objective is not None
        steps = int(self.trainer.estimated_stepping_batches)
        optimizers = [self.optimizer_g([*self.generator.parameters(), *self.objective.learned()])]
        read = self.curriculum.reading * float(self.trainer.num_training_batches) / steps
        warmup = self.optimization.warmup
        schedule = warmup_cosine(optimizers[0], steps, warmup, min(1.0, read))
        if self.discriminator is not None:
            optimizers.append(self.optimizer_d(self.discriminator.parameters()))
        return optimizers, [schedule]

    # The two parts of a training

    @property
    def curriculum(self) -> Curriculum:
        """Which epochs of the training under way do what."""
        return Curriculum(self.pretraining, self.trainer.max_epochs or 0)

    @property
    def single_frame_epochs(self) -> int:
        """Epochs that show single faces: those of the pretraining, or all."""
        return (self.trainer.max_epochs or 1) if self.supervision.alone else self.curriculum.reading

    def draws_now(self) -> bool:
        """Whether this is no training, or one in its second part, in which faces are drawn."""
        fitting = self.trainer.state.fn == "fit"
        return not fitting or self.trainer.current_epoch >= self.curriculum.reading

    @property
    def work_before(self) -> float:
        """Share of a fit that comes before its first batch: the comparison teacher."""
        return 0.12 if self.losses.distillation and not self.supervision.channels else 0.0

    def work_done(self) -> float:
        """Return the share of the training's work that is done."""
        done = self.trainer.fit_loop.total_batch_idx + 1.0
        return self.curriculum.work_done(float(self.trainer.num_training_batches), done)

    def on_train_start(self) -> None:
        """Let a resumed training draw the batches of its own epoch.

        Lightning makes the loader's iterator before it knows the epoch (pytorch-lightning 21938).
        """
        loop = self.trainer.fit_loop
        if self.trainer.current_epoch and loop._data_fetcher is not None:
            iter(loop._data_fetcher)

    def on_train_epoch_start(self) -> None:
        """Label the people without labels anew, if it is time; not again after a resume."""
        epoch = self.trainer.current_epoch
        if self.supervision.channels:
            return
        if epoch not in self.curriculum.relabelling or self.pseudo_labels.epoch == epoch:
            return
        assert self.objective is not None
        assert self.pseudo_labels.seen is not None
        reader, judge = self.redrawer.generator.head, self.objective.expression_head
        assert isinstance(reader, PictureReader)
        assert judge is not None
        seen = self.pseudo_labels.seen
        new = relabel(reader, judge, self.data, seen, self._compute)
        self.pseudo_labels.renew(epoch, new)

    def training_step(self, batch: FaceBatch, batch_idx: int) -> None:
        """Train the discriminator, if it is its time, and then the generator on one batch."""
        optimizers = self.optimizers()
        optimizers = optimizers if isinstance(optimizers, list) else [optimizers]
        shown = self.pseudo_labels.of(batch["index"]) if self.losses.distillation else None
        if self.supervision.wanted and self.pairing.mirrored:
            batch, shown = self.supervision.mirror(batch, shown, self.pairing.mirrored)
        if self.draws_now():
            with short_attention(self.device):
                self._draw(optimizers, batch, shown)
        else:
            assert self.objective is not None
            code = self.generator.read(self._changed(batch["image"]))
            losses = self.objective.of_code(batch, code, len(code), shown)
            self._step_generator(optimizers[0], losses)

    def _changed(self, images: Tensor) -> Tensor:
        """Relit and slightly moved originals, which codes are read from."""
        return images if self.augment is None else self.augment(images)[0]

    def _draw(
        self, optimizers: list[LightningOptimizer], batch: FaceBatch, shown: Tensor | None
    ) -> None:
        assert self.objective is not None
        done = self.trainer.fit_loop.total_batch_idx / self.trainer.estimated_stepping_batches
        judge = self.discriminator if done >= self.losses.adversarial_start else None
        crossing = self.losses.needs_crossed or judge is not None
        images = batch["image"]
        alone = self.supervision.alone
        clips = len(images) if alone else len(batch["clip"].unique_consecutive())
        originals = self._changed(images)
        if self.supervision.wanted:
            known = shown if self.losses.code_is_reading else None
            redrawn = redraw_as_target(
                self.generator, originals, batch["wanted"], self.target, known
            )
        else:
            target = targets(clips, len(images), self.pairing.same_identity_ratio, self.device)
            share = self.pairing.crossed_ratio if crossing else 0.0
            redrawn = redraw_batch(
                self.generator, batch, originals, self.target, target, clips, share
            )
        if judge is not None and redrawn.judged is not None:
            self.toggle_optimizer(optimizers[1])
            fake = redrawn.judged.detach()
            loss = discriminator_loss(judge(redrawn.truth), judge(fake))
            optimizers[1].zero_grad()
            self.manual_backward(loss)
            optimizers[1].step()
            self.untoggle_optimizer(optimizers[1])
            self.log("train/discriminator", loss.detach())
        self.toggle_optimizer(optimizers[0])
        losses = self.objective.of_pictures(batch, redrawn, self.generator)
        losses |= self.objective.of_code(batch, redrawn.faces.code, clips, shown)
        if judge is not None and redrawn.judged is not None:
            losses["adversarial"] = generator_loss(judge(redrawn.judged))
        self._step_generator(optimizers[0], losses)
        self.untoggle_optimizer(optimizers[0])

    def _step_generator(self, optimizer: LightningOptimizer, losses: dict[str, Tensor]) -> None:
        """Learn from the weighted losses, and log them."""
        assert self.objective is not None
        loss = self.objective.weigh(losses)
        optimizer.zero_grad()
        self.manual_backward(loss)
        self.clip_gradients(optimizer.optimizer, self.optimization.clip_norm, "norm")
        optimizer.step()
        self.redrawer.update(self.generator)
        self.lr_schedulers().step()  # type: ignore[union-attr]
        self.log_dict({f"train/{name}": value.detach() for name, value in losses.items()})
        self.log("train/loss", loss.detach(), prog_bar=True)

    # Validation and test: what probes read from redrawn faces

    def on_validation_epoch_start(self) -> None:
        """Forget the faces of the last validation."""
        self._probes = Probes()

    def validation_step(
        self, batch: FaceBatch, batch_idx: int, dataloader_idx: int = 0
    ) -> Tensor | None:
        """Collect what probes read: loader 0 holds the people they are fitted on.

        Returns:
            I_n (B, 3, H, W) for callbacks; None while nothing is drawn.
        """
        if not self.draws_now():
            return None
        redrawn = self.normalize(batch["image"])
        self._probes.add(batch, redrawn, seen=dataloader_idx == 1)
        return redrawn

    @torch.no_grad()
    def errors(self, batch: FaceBatch, redrawn: Tensor) -> Tensor:
        """Return how far redrawn faces are from what is wanted, (B,).

        It is the reconstruction's error against the oracle; where there is none, the distance of
        the code of the redrawn face from that of the original.
        """
        if "oracle" in batch:
            measure = ReconstructionLoss(self.image_size, self.losses.pixels).to(redrawn.device)
            return measure.of_each(redrawn, batch["oracle"], self.target.expand_as(redrawn))
        return (self.code(redrawn) - self.code(batch["image"])).square().mean(1)

    def on_validation_epoch_end(self) -> None:
        """Log what probes read from originals, normalized faces and the oracle."""
        if not self.trainer.sanity_checking and self.draws_now():
            stage = "test" if self.trainer.testing else "val"
            values = self._probes.compute()
            self.log_dict({f"{stage}/{name}": value for name, value in values.items()})

    on_test_epoch_start = on_validation_epoch_start
    test_step = validation_step
    on_test_epoch_end = on_validation_epoch_end

    # Checkpoints and shipped weights

    def load_shipped_state(self, state: dict[str, Tensor]) -> None:
        """Take the averaged generator, also as the one that a training would go on with."""
        super().load_shipped_state(state)
        self.generator.load_state_dict(self.redrawer.generator.state_dict())

    def on_save_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        """Keep the labels found."""
        super().on_save_checkpoint(checkpoint)
        checkpoint[PSEUDO_LABELS] = self.pseudo_labels.content()

    def on_load_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        """Take up the labels found."""
        super().on_load_checkpoint(checkpoint)
        self.pseudo_labels.restore(checkpoint[PSEUDO_LABELS])
