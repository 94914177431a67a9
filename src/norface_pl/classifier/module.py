"""Stage 2: reads action units or an emotion from the original and the normalized face."""

import copy
from pathlib import Path
from typing import Any, Literal

import torch
from lightning.pytorch.cli import LRSchedulerCallable, OptimizerCallable
from lightning.pytorch.utilities.types import OptimizerLRScheduler
from torch import Tensor, nn

from norface_pl.classifier.adversary import IdentityAdversary
from norface_pl.classifier.backbone import FaceBackbone
from norface_pl.classifier.evaluated import EvaluatedModule
from norface_pl.classifier.fusion import FusionKind, build_fusion
from norface_pl.classifier.heads import HeadKind, build_head
from norface_pl.classifier.inputs import choose_pictures
from norface_pl.classifier.moe import load_imbalance
from norface_pl.classifier.network import Classified, FaceClassifier
from norface_pl.classifier.optimization import layer_decayed, scheduled
from norface_pl.classifier.task import TaskLoss
from norface_pl.errors import NorfaceError
from norface_pl.nn.augment import FaceAugment
from norface_pl.types import FaceBatch, Inputs, Task

RGB = tuple[float, float, float]


class ClassifierModule(EvaluatedModule):
    """Mixture-of-Experts classifier of aligned faces.

    Args:
        task: what to predict; set from the data.
        label_names: names of the labels, AU names or emotions; set from the data.
        image_size: side of the faces in pixels; set from the data.
        inputs: which pictures of a face to read.
        backbone: timm name, ``conv_face`` or ``vit_face``.
        separate: with two pictures, a backbone for each instead of one for both.
        alone: with two pictures, also read each by itself; how much these readings and that of
            the fused pictures count for a label is decided by validation people.
        drop_path: stochastic depth rate of the backbone.
        mean: RGB mean that the backbone's weights expect.
        std: RGB standard deviation that the backbone's weights expect.
        weights: file with weights for the backbone, such as a face MAE.
        checkpointing: compute the backbone's activations twice instead of keeping them.
        compile: run the network through ``torch.compile`` in training.
        fusion: how two pictures become one feature; ``mlp`` is ``moe``'s control of equal size,
            ``attention`` compares the places of the faces before they are pooled.
        fusion_experts: experts of the Input MoE.
        fusion_hidden: width of each of them, or of the attention.
        per_source: let some of them see only one of the two pictures.
        head: how features become labels; ``mlp`` is ``moe``'s control of equal size, ``ple`` gives
            every label an expert of its own, ``soft`` lets experts read mixtures of label tokens.
        head_experts: experts of the Output MoE.
        head_hidden: width of each of them.
        head_top: experts of ``moe`` and ``ple`` that a label uses at a time; 0 for all.
        temperature: of the gates of ``moe`` and ``ple``.
        balance: weight of the loss that keeps every expert in use; 0 for none.
        dropout: on the features and the experts of the heads.
        loss: takes outputs, labels and label weights, such as `losses.AsymmetricLoss`; None for
            cross-entropy, or the mean squared error of intensities.
        ordinal: learn intensities as ordered levels (CORAL) instead of a number.
        label_weights: ``inverse`` weighs labels by their inverse frequency in the training data.
        smoothing: label smoothing of the emotion classes.
        adversary: reads the training subject and has it unlearned; None for none.
        calibrate: also report F1 at thresholds, and the loss at temperatures, from validation
            people, beside F1 at 0.5.
        augment: of training batches; None for none.
        optimizer: over all parameters.
        layer_decay: factor of the learning rate from one layer of the backbone to the one before.
        warmup: share of the training in which the learning rate rises, before it falls as a cosine.
        scheduler: stepped after every epoch, instead of warm-up and cosine.
    """

    ignore = (
        "num_labels",
        "weights",
        "checkpointing",
        "compile",
        "loss",
        "adversary",
        "augment",
        "optimizer",
        "layer_decay",
        "warmup",
        "scheduler",
    )

    def __init__(
        self,
        task: Task,
        label_names: list[str],
        image_size: int,
        inputs: Inputs = "both",
        backbone: str = "conv_face",
        separate: bool = True,
        alone: bool = True,
        drop_path: float = 0.0,
        mean: RGB = (0.5, 0.5, 0.5),
        std: RGB = (0.25, 0.25, 0.25),
        weights: Path | None = None,
        checkpointing: bool = False,
        compile: bool = False,
        fusion: FusionKind = "moe",
        fusion_experts: int = 4,
        fusion_hidden: int = 64,
        per_source: bool = False,
        head: HeadKind = "moe",
        head_experts: int = 8,
        head_hidden: int = 64,
        head_top: int = 0,
        temperature: float = 1.0,
        balance: float = 0.01,
        dropout: float = 0.2,
        loss: nn.Module | None = None,
        ordinal: bool = False,
        label_weights: Literal["none", "inverse"] = "none",
        smoothing: float = 0.0,
        adversary: IdentityAdversary | None = None,
        calibrate: bool = False,
        augment: FaceAugment | None = None,
        optimizer: OptimizerCallable = torch.optim.AdamW,
        layer_decay: float = 1.0,
        warmup: float = 0.1,
        scheduler: LRSchedulerCallable | None = None,
    ) -> None:
        super().__init__()
        self.save_hyperparameters(ignore=list(self.ignore))
        if calibrate and task != "au_detection":
            raise NorfaceError(f"model.calibrate is for au_detection, not {task}: leave it out.")
        self.image_size = image_size
        self.inputs: Inputs = inputs
        self.balance = balance
        self.adversary = adversary
        self.augment = augment
        self.compiled = compile
        self.optimizer = optimizer
        self.layer_decay = layer_decay
        self.warmup = warmup
        self.scheduler = scheduler

        size = len(label_names)
        both = inputs == "both"
        see = FaceBackbone(backbone, image_size, drop_path, weights, mean, std, checkpointing)
        dim = see.feature_dim
        self.feature_dim = dim * (1 + both)  # of all pictures together
        tokens = see.token_dim() if both and fusion == "attention" else 0

        def new_head() -> nn.Module:
            return build_head(
                head, dim, size, head_experts, head_hidden, temperature, dropout, head_top
            )

        self.net = FaceClassifier(
            [see, copy.deepcopy(see)] if both and separate else [see],
            build_fusion(fusion, dim, 1 + both, fusion_experts, fusion_hidden, per_source, tokens),
            new_head(),
            dropout,
            {name: new_head() for name in ("original", "normalized")} if both and alone else None,
            size,
        )
        weighted = label_weights == "inverse"
        self.loss = TaskLoss(task, size, weighted, smoothing, ordinal, loss)
        self.prepare_evaluation(task, label_names, calibrate)

    def setup(self, stage: str) -> None:
        """Look at the training labels and people, and at nothing else."""
        if stage != "fit":
            return
        if self.compiled:
            self.net.compile()
        datamodule: Any = self.trainer.datamodule  # type: ignore[attr-defined]
        if self.adversary is not None:
            subjects = datamodule.dataset("train").columns["subject"]
            self.adversary.meet(self.feature_dim, subjects)
        if self.loss.weighted:
            self.loss.weigh(datamodule.train_labels())

    def forward(self, image: Tensor | None, normalized: Tensor | None = None) -> Classified:
        """Run the network on the pictures that ``inputs`` names, (B, 3, H, W) in [0, 1]."""
        return self.net(self.pictures(image, normalized))  # type: ignore[no-any-return]

    @torch.no_grad()
    def predict(self, image: Tensor | None, normalized: Tensor | None = None) -> Tensor:
        """Probabilities of AUs (B, L) or emotions (B, C), or AU intensities (B, L) in 0-5."""
        return self.activate(self(image, normalized).logits)

    def predict_step(self, batch: FaceBatch, batch_idx: int) -> Tensor:
        """What `predict` returns."""
        return self.predict(batch.get("image"), batch.get("normalized"))

    def pictures(self, image: Tensor | None, normalized: Tensor | None) -> list[Tensor]:
        """The pictures that ``inputs`` names, checked."""
        return choose_pictures(self.inputs, self.image_size, image, normalized)

    def training_step(self, batch: FaceBatch, batch_idx: int) -> Tensor:
        """One optimization step."""
        pictures = self.pictures(batch.get("image"), batch.get("normalized"))
        if self.augment is not None:
            first = None if self.inputs == "normalized" else pictures.pop(0)
            pictures = self.augment(first, pictures)
        output: Classified = self.net(pictures)
        count = len(pictures[0])
        losses = torch.stack([self.loss(reading, batch["label"]) for reading in output.readings])
        self.log("train/loss", losses.mean(), prog_bar=True, batch_size=count)
        loss = losses.sum()
        for name, mixed in output.mixtures.items():
            if self.balance and mixed.gates is not None and mixed.experts is not None:
                imbalance = load_imbalance(mixed.gates[..., : mixed.experts.shape[1]])
                self.log(f"train/{name}_imbalance", imbalance, batch_size=count)
                loss = loss + self.balance * imbalance
        if self.adversary is not None:
            done = self.global_step / max(1, self.trainer.estimated_stepping_batches)
            sources = output.sources.flatten(1)
            identity, recognized = self.adversary(sources, batch["subject"], done)
            self.log("train/identity_loss", identity, batch_size=count)
            self.log("train/identity_accuracy", recognized, batch_size=count)
            loss = loss + identity
        return loss

    def on_load_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        """Leave out what only a training needs where there is none of it."""
        known, state = self.state_dict().keys(), checkpoint["state_dict"]
        for name in set(state) - known:
            if name.startswith(("adversary.", "loss.other.")):
                del state[name]

    def configure_optimizers(self) -> OptimizerLRScheduler:
        """Optimizer with warm-up and cosine per step, or with the given scheduler per epoch."""
        if self.layer_decay == 1:
            optimizer = self.optimizer(self.parameters())
        else:
            nets = [backbone.net for backbone in self.net.backbones]
            optimizer = layer_decayed(self, nets, self.optimizer, self.layer_decay)
        return scheduled(optimizer, self.trainer, self.warmup, self.scheduler)
