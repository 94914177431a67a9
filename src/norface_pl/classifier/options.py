"""The options of stage 2, in groups. Their defaults are what ships for drawn faces of 64 pixels.

Norface published neither the sizes of its mixtures nor its training values: all of them are this
project's choice.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from torch import nn
from torch.optim import Optimizer
from torch.optim.lr_scheduler import LRScheduler, ReduceLROnPlateau

from norface_pl.classifier.adversary import Adversary
from norface_pl.types import Task

RGB = tuple[float, float, float]
FusionKind = Literal["experts", "experts_mlp", "mean", "concat", "mlp", "moe", "attention"]
HeadKind = Literal["linear", "mlp", "moe", "ple", "soft"]
SchedulerCallable = Callable[[Optimizer], LRScheduler | ReduceLROnPlateau]

TASK_WEIGHTS: Mapping[Task, float] = {"expression": 0.1}
"""Factors of the losses of tasks that are learned beside others; 1 for those not named.

The cross-entropy of emotions is of all classes together, and the loss of action units a mean over
them. Added as they are, emotions would decide what backbones see (docs/decisions/classifier.md).
"""


@dataclass(frozen=True)
class BackboneOptions:
    """What sees the pictures.

    Attributes:
        name: timm name, or one of this package: ``conv_face``, small and for aligned faces, or
            ``vit_face``, which takes the weights of a MAE that `MAEModule` trained.
        weights: file with weights, such as a face MAE.
        mean: RGB mean that the weights expect.
        std: RGB standard deviation that the weights expect.
        drop_path: stochastic depth rate; 0.1 for a Vision Transformer.
        separate: with two pictures, a backbone for each; one for both reads neither as well.
        gradient_checkpointing: compute activations twice instead of keeping them.
        compile: run the network through ``torch.compile`` in training.
    """

    name: str = "conv_face"
    weights: Path | None = None
    mean: RGB = (0.5, 0.5, 0.5)
    std: RGB = (0.25, 0.25, 0.25)
    drop_path: float = 0.0
    separate: bool = True
    gradient_checkpointing: bool = False
    compile: bool = False


@dataclass(frozen=True)
class FusionOptions:
    """How two pictures are read together.

    Attributes:
        kind: ``experts`` reads the labels from both by a mixture whose experts see one picture or
            both, with a gate for each label; no head follows. ``experts_mlp`` is its control with
            as many parameters. All others make one feature of the pictures, which a head reads:
            ``moe`` is an Input MoE and ``mlp`` its control; ``attention`` compares the places of
            the faces before they are pooled.
        experts: of the Input MoE; of ``experts`` as many for each picture, and for both.
        hidden: width of each of them, or of the attention.
        per_source: let experts of the Input MoE take turns in what they see: the original, the
            normalized face, and, from three experts on, both.
    """

    kind: FusionKind = "experts"
    experts: int = 2
    hidden: int = 64
    per_source: bool = False


@dataclass(frozen=True)
class HeadOptions:
    """How features become labels: those of a picture, or the fused ones of two.

    Attributes:
        kind: ``moe`` is the Output MoE (MMoE) and ``mlp`` its control with as many parameters;
            ``ple`` gives every label an expert of its own besides, ``soft`` lets experts read
            mixtures of label tokens.
        experts: of the Output MoE; 8 as in the study that introduced MMoE.
        hidden: width of each of them.
        top: experts of ``moe`` and ``ple`` that a label uses at a time; 0 for all.
        temperature: of the gates of ``moe`` and ``ple``; higher is softer.
        dropout: on the features and the experts, those of a fusion too.
        alone: with two pictures, also read each by itself; how much these readings and that of
            both pictures count for a label is decided by validation people.
    """

    kind: HeadKind = "linear"
    experts: int = 8
    hidden: int = 64
    top: int = 0
    temperature: float = 1.0
    dropout: float = 0.2
    alone: bool = True


@dataclass(frozen=True)
class ObjectiveOptions:
    """What is learned.

    Attributes:
        loss: takes outputs, labels and label weights, such as `AsymmetricLoss`; None for
            cross-entropy, or the mean squared error of intensities.
        ordinal: learn intensities as ordered levels (CORAL) instead of a number.
        label_weights: ``inverse`` weighs labels by their inverse frequency in the training data.
        smoothing: label smoothing of the emotion classes.
        balance: weight of the loss that keeps every expert in use; 0 for none.
        task_weights: factors of tasks' losses; `TASK_WEIGHTS` where none is given and several are
            learned. ``uncertainty`` learns them (Kendall et al., 2018).
        adversary: reads the training subject and has it unlearned; None for none.
    """

    loss: nn.Module | None = None
    ordinal: bool = False
    label_weights: Literal["none", "inverse"] = "none"
    smoothing: float = 0.0
    balance: float = 0.01
    task_weights: dict[Task, float] | Literal["uncertainty"] | None = None
    adversary: Adversary | None = None


@dataclass(frozen=True)
class Schedule:
    """How the learning rate moves.

    Attributes:
        warmup: share of the training in which it rises, before it falls as a cosine.
        layer_decay: its factor from one layer of the backbone to the one before; 0.65 for a
            Vision Transformer with pre-trained weights.
        scheduler: stepped after every epoch, instead of warm-up and cosine.
    """

    warmup: float = 0.1
    layer_decay: float = 1.0
    scheduler: SchedulerCallable | None = None
