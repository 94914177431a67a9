"""First part of stage 1: the expression code is learned from the picture, and nothing is drawn."""

from dataclasses import replace
from math import floor
from pathlib import Path
from typing import Any

import torch
from lightning.pytorch.core.optimizer import LightningOptimizer
from torch import Tensor

from norface_pl.errors import NorfaceError
from norface_pl.nn.augment import FaceAugment
from norface_pl.normalizer.generator import Generator, PictureReader
from norface_pl.normalizer.objective import Stage1Terms
from norface_pl.normalizer.options import LossWeights, TeacherFiles
from norface_pl.normalizer.pseudo_labels import relabel
from norface_pl.normalizer.redrawing import RedrawingModule
from norface_pl.progress import part
from norface_pl.types import FaceBatch

CHANGES = "changes"
DRAWING = 4.0
"""Cost of a batch that draws, in batches that only read; as `make bench` measured it."""


class ReadingModule(RedrawingModule):
    """Base of the normalizer: learns codes from batches of single faces in its first epochs.

    Args:
        generator: to be trained.
        image_size: side of the faces in pixels.
        target_image: aligned face of the target person; None takes the data set's own.
        ema_decay: of the averaged generator.
        terms: of the loss.
        weights: of the terms.
        teachers: weight files of the frozen teachers.
        reading: share of the epochs in which only the code is learned, rounded down to whole ones.
        rounds: times that the people without labels are labelled anew in these epochs.
        augment: of the originals that the code is read from; None for none.
        clip_norm: limit of the generator's gradient norm.
    """

    def __init__(
        self,
        generator: Generator,
        image_size: int,
        target_image: Path | None,
        ema_decay: float,
        terms: Stage1Terms,
        weights: LossWeights,
        teachers: TeacherFiles,
        reading: float,
        rounds: int,
        augment: FaceAugment | None,
        clip_norm: float,
    ) -> None:
        super().__init__(generator, image_size, target_image, ema_decay)
        self.terms, self.weights, self.teacher_files = terms, weights, teachers
        self.reading, self.rounds = reading, rounds
        self.augment, self.clip_norm = augment, clip_norm
        # What the people without labels show, and the epoch in which this was found.
        self._labelled: tuple[int, Tensor] | None = None
        self._seen: Tensor | None = None

    def setup(self, stage: str) -> None:
        """Refuse to train what cannot label anew."""
        super().setup(stage)
        told = self.weights.distillation and isinstance(self.generator.head, PictureReader)
        if stage == "fit" and self.rounds and not told:
            raise NorfaceError(
                "People are labelled anew by the network that reads codes from pictures, as the "
                "distillation teaches it: set code_from to picture and losses.distillation, or "
                "rounds to 0."
            )

    @property
    def work_before(self) -> float:
        """Share of a fit that comes before its first batch: the comparison teacher."""
        return 0.12 if self.weights.distillation else 0.0

    def work_done(self) -> float:
        """Return the share of the training's work that is done; a batch that draws costs more."""
        epochs, batches = self.trainer.max_epochs or 0, float(self.trainer.num_training_batches)
        read, done = self.reading_epochs * batches, self.trainer.fit_loop.total_batch_idx + 1.0
        total = read + DRAWING * (epochs * batches - read)
        spent = min(done, read) + DRAWING * max(0.0, done - read)
        return min(1.0, spent / total) if 0 < total < float("inf") else 0.0

    @property
    def reading_epochs(self) -> int:
        """Epochs in which only the code is learned; 0 if the training has no number of epochs."""
        epochs = self.trainer.max_epochs or 0
        return max(0, floor(self.reading * epochs + 1e-6))

    def draws_now(self) -> bool:
        """Whether this is no training, or one in its second part, in which faces are drawn."""
        return self.trainer.state.fn != "fit" or self.trainer.current_epoch >= self.reading_epochs

    def on_fit_start(self) -> None:
        """Train or load the teachers that some loss needs."""
        data = self.trainer.datamodule  # type: ignore[attr-defined]
        files = self.teacher_files
        if self.trainer.fast_dev_run:  # type: ignore[attr-defined]
            files = replace(files, steps=2, comparison_steps=2)
        with part("", 0.0, self.work_before):
            self.terms.prepare(
                data.dataset,
                data.fingerprint(),
                files,
                data.cache_dir,
                self.device,
                self.trainer.precision_plugin.forward_context,
            )
        faces = data.dataset("unlabelled")
        if self.rounds:
            self._seen = faces.columns[CHANGES].clone()
        if self._labelled is not None:
            faces.annotate(CHANGES, self._labelled[1])

    def on_train_start(self) -> None:
        """Let a resumed training draw the batches of its own epoch.

        Lightning makes the loader's iterator to count batches, before it knows the epoch.
        """
        loop = self.trainer.fit_loop
        if self.trainer.current_epoch and loop._data_fetcher is not None:
            iter(loop._data_fetcher)

    def on_train_epoch_start(self) -> None:
        """Label the people without labels anew, if it is time; not again after a resume."""
        epoch = self.trainer.current_epoch
        due = {self.reading_epochs * n // (self.rounds + 1) for n in range(1, self.rounds + 1)}
        if epoch not in due - {0} or (self._labelled and self._labelled[0] == epoch):
            return
        reader, judge = self.averaged.module.head, self.terms.expression_head
        assert isinstance(reader, PictureReader)
        assert judge is not None
        assert self._seen is not None
        data = self.trainer.datamodule  # type: ignore[attr-defined]
        faces, labelled = data.dataset("unlabelled"), data.dataset("train")
        new = relabel(
            reader,
            judge,
            labelled,
            faces,
            self._seen,
            self.device,
            self.trainer.precision_plugin.forward_context,
        )
        faces.annotate(CHANGES, new)
        self._labelled = epoch, new

    def train_reader(self, optimizer: LightningOptimizer, batch: FaceBatch) -> None:
        """Train what the code tells before anything is drawn with it, on single faces."""
        code = self.generator.read(self.relit(batch["image"]))
        self.step_generator(optimizer, self.terms.of_code(batch, code, len(code)))

    def step_generator(self, optimizer: LightningOptimizer, terms: dict[str, Tensor]) -> None:
        """Learn from the weighted terms, and log them."""
        loss = torch.stack([getattr(self.weights, n) * v for n, v in terms.items()]).sum()
        optimizer.zero_grad()
        self.manual_backward(loss)
        self.clip_gradients(optimizer.optimizer, self.clip_norm, "norm")
        optimizer.step()
        self.averaged.update_parameters(self.generator)
        self.lr_schedulers().step()  # type: ignore[union-attr]
        self.log_dict({f"train/{name}": value.detach() for name, value in terms.items()})
        self.log("train/loss", loss.detach(), prog_bar=True)

    def relit(self, images: Tensor) -> Tensor:
        """Return the originals that codes are read from: relit and slightly moved."""
        if self.augment is not None:
            (images,) = self.augment(images)
        return images

    def on_save_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        """Keep the labels found, but not the teachers, which every run trains or loads itself."""
        super().on_save_checkpoint(checkpoint)
        if self._labelled is not None:
            checkpoint[CHANGES] = self._labelled
        state = checkpoint["state_dict"]
        for name in [name for name in state if name.startswith("terms.teachers.")]:
            del state[name]

    def on_load_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        """Take up the labels found; teachers of this run stay as they are."""
        self._labelled = checkpoint.get(CHANGES)
        own = self.state_dict()
        checkpoint["state_dict"] |= {
            name: own[name] for name in own if name.startswith("terms.teachers.")
        }
