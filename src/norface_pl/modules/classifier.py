"""Stage 2: reads action units or an emotion from the original and the normalized face."""

from pathlib import Path
from typing import Literal

import torch
from lightning.pytorch.cli import LRSchedulerCallable, OptimizerCallable
from lightning.pytorch.loggers import TensorBoardLogger
from lightning.pytorch.utilities.types import OptimizerLRScheduler
from torch import Tensor
from torchmetrics import MetricCollection
from torchmetrics.classification import MulticlassConfusionMatrix

from norface_pl.errors import NorfaceError
from norface_pl.labels import MAX_INTENSITY
from norface_pl.losses.au import (
    expression_loss,
    intensity_loss,
    inverse_frequency,
    occurrence_loss,
)
from norface_pl.metrics.face import face_metrics
from norface_pl.modules.base import FaceModule
from norface_pl.modules.schedule import warmup_cosine
from norface_pl.nn.augment import FaceAugment
from norface_pl.nn.backbone import FaceBackbone
from norface_pl.nn.classifier import (
    Classified,
    FaceClassifier,
    FusionKind,
    HeadKind,
    build_fusion,
    build_head,
)
from norface_pl.nn.moe import gate_entropy, load_imbalance
from norface_pl.types import FaceBatch, Inputs, Task

HISTOGRAM_FACES = 4096  # enough for a histogram, and memory stays bounded on large data sets
RGB = tuple[float, float, float]


class ClassifierModule(FaceModule):
    """Mixture-of-Experts classifier of aligned faces.

    Args:
        task: what to predict; set from the data.
        label_names: names of the labels, AU names or emotions; set from the data.
        image_size: side of the faces in pixels; set from the data.
        inputs: which pictures of a face to read.
        backbone: timm name, ``conv_face`` or ``vit_face``; shared by all pictures.
        drop_path: stochastic depth rate of the backbone.
        mean: RGB mean that the backbone's weights expect.
        std: RGB standard deviation that the backbone's weights expect.
        weights: file with weights for the backbone, such as a face MAE.
        fusion: how two pictures become one feature; ``mlp`` is ``moe``'s control of equal size.
        fusion_experts: experts of the Input MoE.
        fusion_hidden: width of each of them.
        per_source: let some of them see only one of the two pictures.
        head: how features become labels; ``mlp`` is ``moe``'s control of equal size.
        head_experts: experts of the Output MoE.
        head_hidden: width of each of them.
        temperature: of the Output MoE's gates.
        balance: weight of the loss that keeps every expert in use; 0 for none.
        dropout: on the fused features and the experts of the head.
        label_weights: ``inverse`` weighs labels by their inverse frequency in the training data.
        smoothing: label smoothing of the emotion classes.
        augment: of training batches; None for none.
        optimizer: over all parameters.
        warmup: share of the training in which the learning rate rises, before it falls as a cosine.
        scheduler: stepped after every epoch, instead of warm-up and cosine.
    """

    ignore = ("num_labels", "weights", "augment", "optimizer", "warmup", "scheduler")

    label_weight: Tensor

    def __init__(
        self,
        task: Task,
        label_names: list[str],
        image_size: int,
        inputs: Inputs = "both",
        backbone: str = "conv_face",
        drop_path: float = 0.0,
        mean: RGB = (0.5, 0.5, 0.5),
        std: RGB = (0.25, 0.25, 0.25),
        weights: Path | None = None,
        fusion: FusionKind = "moe",
        fusion_experts: int = 4,
        fusion_hidden: int = 64,
        per_source: bool = False,
        head: HeadKind = "moe",
        head_experts: int = 8,
        head_hidden: int = 64,
        temperature: float = 1.0,
        balance: float = 0.01,
        dropout: float = 0.2,
        label_weights: Literal["none", "inverse"] = "none",
        smoothing: float = 0.0,
        augment: FaceAugment | None = None,
        optimizer: OptimizerCallable = torch.optim.AdamW,
        warmup: float = 0.1,
        scheduler: LRSchedulerCallable | None = None,
    ) -> None:
        super().__init__()
        self.save_hyperparameters(ignore=list(self.ignore))
        self.task: Task = task
        self.label_names = list(label_names)
        self.image_size = image_size
        self.inputs: Inputs = inputs
        self.balance = balance
        self.label_weights = label_weights
        self.smoothing = smoothing
        self.augment = augment
        self.optimizer = optimizer
        self.warmup = warmup
        self.scheduler = scheduler

        size = len(self.label_names)
        features = FaceBackbone(backbone, image_size, drop_path, weights, mean, std)
        dim = features.feature_dim
        sources = 2 if inputs == "both" else 1
        self.net = FaceClassifier(
            features,
            build_fusion(fusion, dim, sources, fusion_experts, fusion_hidden, per_source),
            build_head(head, dim, size, head_experts, head_hidden, temperature, dropout),
            dropout,
        )
        self.register_buffer("label_weight", torch.ones(size))
        metrics = face_metrics(task, self.label_names)
        self.val_metrics = metrics.clone(prefix="val/")
        self.test_metrics = metrics.clone(prefix="test/")
        self.confusion = (
            MulticlassConfusionMatrix(size, ignore_index=-1) if task == "expression" else None
        )
        self.gates: dict[str, list[Tensor]] = {}

    def setup(self, stage: str) -> None:
        """Weigh the labels by their frequency in the training data, and in nothing else."""
        if stage != "fit" or self.label_weights == "none":
            return
        labels: Tensor = self.trainer.datamodule.train_labels()  # type: ignore[attr-defined]
        classes = len(self.label_names) if self.task == "expression" else None
        if self.task == "au_intensity":
            labels = torch.where(labels.isnan(), labels, (labels > 0).float())
        self.label_weight.copy_(inverse_frequency(labels, classes))

    def forward(self, image: Tensor | None, normalized: Tensor | None = None) -> Classified:
        """Run the network on the pictures that ``inputs`` names, (B, 3, H, W) in [0, 1]."""
        return self.net(self.pictures(image, normalized))  # type: ignore[no-any-return]

    @torch.no_grad()
    def predict(self, image: Tensor | None, normalized: Tensor | None = None) -> Tensor:
        """Probabilities of AUs (B, L) or emotions (B, C), or AU intensities (B, L) in 0-5."""
        return self.activate(self(image, normalized).logits)

    def activate(self, logits: Tensor) -> Tensor:
        """Turn the network's outputs into what is reported."""
        if self.task == "au_detection":
            return logits.float().sigmoid()
        if self.task == "au_intensity":
            return logits.float().clamp(0, MAX_INTENSITY)
        return logits.float().softmax(dim=-1)

    def pictures(self, image: Tensor | None, normalized: Tensor | None) -> list[Tensor]:
        """The pictures that ``inputs`` names, checked."""
        wanted = {"original": [image], "normalized": [normalized], "both": [image, normalized]}
        found = [picture for picture in wanted[self.inputs] if picture is not None]
        if len(found) < len(wanted[self.inputs]):
            raise NorfaceError(
                f"The classifier reads inputs={self.inputs!r} but got no "
                f"{'original' if normalized is not None else 'normalized'} faces: give "
                "--data.normalized DIR, made by `norface normalize`, or set inputs to 'original'."
            )
        side = found[0].shape[-1]
        if any(picture.shape[-2:] != (self.image_size,) * 2 for picture in found):
            raise NorfaceError(
                f"The classifier reads faces of {self.image_size} pixels and got {side}: align "
                f"the faces to image_size {self.image_size} or train a classifier for {side}."
            )
        return found

    def training_step(self, batch: FaceBatch, batch_idx: int) -> Tensor:
        """One optimization step."""
        image, normalized = batch.get("image"), batch.get("normalized")
        pictures = self.pictures(image, normalized)
        if self.augment is not None:
            if self.inputs == "normalized":
                pictures = self.augment(None, pictures)
            else:
                pictures = self.augment(pictures[0], pictures[1:])
        output: Classified = self.net(pictures)
        loss = self.loss(output.logits, batch["label"])
        self.log("train/loss", loss, prog_bar=True, batch_size=len(output.logits))
        for name, gates in self.gates_of(output).items():
            if self.balance:
                imbalance = load_imbalance(gates)
                self.log(f"train/{name}_imbalance", imbalance, batch_size=len(gates))
                loss = loss + self.balance * imbalance
        return loss

    def validation_step(self, batch: FaceBatch, batch_idx: int) -> None:
        """Collect loss, metrics and gates."""
        self._evaluate(batch, "val", self.val_metrics)

    def test_step(self, batch: FaceBatch, batch_idx: int) -> None:
        """Collect loss and metrics."""
        self._evaluate(batch, "test", self.test_metrics)

    def predict_step(self, batch: FaceBatch, batch_idx: int) -> Tensor:
        """What `predict` returns."""
        return self.predict(batch.get("image"), batch.get("normalized"))

    def _evaluate(self, batch: FaceBatch, stage: str, metrics: MetricCollection) -> None:
        output: Classified = self(batch.get("image"), batch.get("normalized"))
        loss = self.loss(output.logits, batch["label"])
        self.log(
            f"{stage}/loss", loss, prog_bar=True, batch_size=len(output.logits), sync_dist=True
        )
        values = self.activate(output.logits)
        metrics.update(values, batch["label"])
        if self.confusion is not None and stage == "test":
            self.confusion.update(values, batch["label"])
        for name, gates in self.gates_of(output).items():
            kept = self.gates.setdefault(name, [])
            if sum(map(len, kept)) < HISTOGRAM_FACES:
                kept.append(gates.float().cpu())

    def on_validation_epoch_end(self) -> None:
        """Log the metrics and how the gates are used."""
        self._log_metrics(self.val_metrics)
        self._log_gates("val")

    def on_test_epoch_start(self) -> None:
        """Forget the confusion of an earlier test; it stays readable after this one."""
        if self.confusion is not None:
            self.confusion.reset()

    def on_test_epoch_end(self) -> None:
        """Log the metrics."""
        self._log_metrics(self.test_metrics)
        self._log_gates("test")

    def _log_metrics(self, metrics: MetricCollection) -> None:
        # Compute here and not through self.log: a metric per label is no torchmetrics object.
        values = metrics.compute()
        self.log_dict({name: value for name, value in values.items() if value.isfinite()})
        metrics.reset()

    def _log_gates(self, stage: str) -> None:
        step = self.global_step
        for name, kept in self.gates.items():
            gates = torch.cat(kept)
            self.log(f"{stage}/{name}_entropy", gate_entropy(gates), sync_dist=True)
            if isinstance(self.logger, TensorBoardLogger) and not self.trainer.sanity_checking:
                writer = self.logger.experiment
                writer.add_histogram(f"{stage}/{name}_gates", gates, step)
                # One value per label and expert: who is used for what.
                writer.add_histogram(f"{stage}/{name}_load", gates.mean(dim=0), step)
        self.gates.clear()

    def loss(self, logits: Tensor, labels: Tensor) -> Tensor:
        """The task's loss, missing labels left out."""
        weight = None if self.label_weights == "none" else self.label_weight
        if self.task == "au_detection":
            return occurrence_loss(logits, labels, weight)
        if self.task == "au_intensity":
            return intensity_loss(logits, labels, weight)
        return expression_loss(logits, labels, weight, self.smoothing)

    @staticmethod
    def gates_of(output: Classified) -> dict[str, Tensor]:
        """The gates (B, labels, experts) that the network has, by their log name."""
        named = {"input": output.input_gates, "output": output.output_gates}
        return {name: gates for name, gates in named.items() if gates is not None}

    def configure_optimizers(self) -> OptimizerLRScheduler:
        """Optimizer with warm-up and cosine per step, or with the given scheduler per epoch."""
        optimizer = self.optimizer(self.parameters())
        if self.scheduler is not None:
            return {"optimizer": optimizer, "lr_scheduler": self.scheduler(optimizer)}
        steps = self.trainer.estimated_stepping_batches
        if steps == float("inf"):  # an open-ended training has no point to fall towards
            return optimizer
        schedule = warmup_cosine(optimizer, int(steps), self.warmup)
        return {
            "optimizer": optimizer,
            "lr_scheduler": {"scheduler": schedule, "interval": "step"},
        }
