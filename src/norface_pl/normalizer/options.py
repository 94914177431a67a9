"""The options of stage 1, in groups. Their defaults are what ships for drawn faces of 64 pixels.

Norface's own values are not published: all of them are this project's choice.
"""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

RGB = tuple[float, float, float]
Kind = Literal["identity", "expression", "pose"]
"""What a frozen teacher tells of a picture."""


@dataclass(frozen=True)
class EncoderOptions:
    """The Vision Transformer that sees the target, and the original where codes come from tokens.

    Attributes:
        patch_size: side of a patch in pixels.
        embed_dim: width of a token.
        depth: transformer blocks.
        num_heads: attention heads, also of the merging.
        stem: cut into patches as face MAEs do, or strided convolutions, which learn faster.
        mean: RGB mean that the weights expect.
        std: RGB standard deviation that the weights expect.
        weights: file of a (face) MAE; needs ``stem`` patch.
    """

    patch_size: int = 8
    embed_dim: int = 128
    depth: int = 4
    num_heads: int = 4
    stem: Literal["patch", "conv"] = "conv"
    mean: RGB = (0.5, 0.5, 0.5)
    std: RGB = (0.25, 0.25, 0.25)
    weights: Path | None = None


@dataclass(frozen=True)
class GeneratorOptions:
    """The network that redraws faces.

    Attributes:
        encoder: of the pictures.
        merging_depth: blocks of the Expression Merging Module.
        code_from: what the expression code is read from: the picture, by a convolutional network
            of its own, or the encoder's tokens, as with the weights of a face MAE.
        code_dim: width of the code, the bottleneck between original and redrawn face.
        code_tokens: key/value tokens that the code is unfolded to.
        decoder_channels: width at the token grid and after each doubling but the last.
        reader_channels: of each convolution of the network that reads codes from pictures.
        reader_features: that codes are read from.
        hide_expression: cover the target where expressions show, so that they come from the code
            alone; for single pictures that are their own target.
    """

    encoder: EncoderOptions = field(default_factory=EncoderOptions)
    merging_depth: int = 2
    code_from: Literal["picture", "tokens"] = "picture"
    code_dim: int = 64
    code_tokens: int = 16
    decoder_channels: tuple[int, ...] = (96, 64, 32)
    reader_channels: tuple[int, ...] = (32, 64, 96, 128)
    reader_features: int = 192
    hide_expression: bool = False


@dataclass(frozen=True)
class Reconstruction:
    """How pixels count in the reconstruction; see `ReconstructionLoss`.

    Attributes:
        region_gain: how much more pixels count where expressions show; 0: all places alike.
        motion_gain: how much more pixels count that differ between original and target.
        gradient: weight of the gradients' error beside that of the colours.
        squared: squared errors, not absolute ones.
    """

    region_gain: float = 8.0
    motion_gain: float = 2.0
    gradient: float = 1.0
    squared: bool = True


@dataclass(frozen=True)
class ObjectiveOptions:
    """Weight of every loss; 0 removes the loss and its network.

    Attributes:
        reconstruction: error against the truth, on pairs of frames of one person.
        person: intraclass correlation of the code with the person; keeps identity out of it.
        head_pose: squared correlation of the code with the head pose; keeps the pose out of it.
        distillation: the code tells what the comparison teacher sees in a frame beyond the
            frames of its clip at rest; brings the expression into it.
        consistency: the code read again from a face redrawn as another person.
        adversarial: hinge loss on faces redrawn as another person.
        perceptual: feature distance to the truth in the identity teacher.
        identity: 1 - cosine between the redrawn face and its target in the identity teacher.
        expression: distance between redrawn and original face in the expression teacher.
        pose: distance between the redrawn face's pose and its target's in the pose teacher.
        background: L1 to the target outside of the face.
        adversarial_start: share of the training after which the adversarial loss sets in; earlier
            it only disturbs.
        pixels: how they count in the reconstruction.
        code_is_reading: the code holds what the teacher reads, a number for each channel, and the
            decoder learns from the teacher's own numbers, whose pictures are exact; what a reader
            gets wrong then does not blur what is drawn. Needs pictures of the target person.
    """

    reconstruction: float = 8.0
    person: float = 0.3
    head_pose: float = 0.3
    distillation: float = 1.0
    consistency: float = 0.0
    adversarial: float = 0.01
    perceptual: float = 0.0
    identity: float = 0.0
    expression: float = 0.0
    pose: float = 0.0
    background: float = 0.0
    adversarial_start: float = 0.9
    pixels: Reconstruction = field(default_factory=Reconstruction)
    code_is_reading: bool = False

    @property
    def needs_crossed(self) -> bool:
        """Whether any loss but the adversarial needs faces redrawn as another person."""
        needed = (self.consistency, self.identity, self.expression, self.pose, self.background)
        return any(needed)

    @property
    def teachers(self) -> list[Kind]:
        """The frozen teachers that some loss needs."""
        needed: dict[Kind, float] = {
            "identity": self.identity + self.perceptual,
            "expression": self.expression,
            "pose": self.pose,
        }
        return [kind for kind, weight in needed.items() if weight > 0]


@dataclass(frozen=True)
class TeacherOptions:
    """The teachers; one without a weight file is trained on training people before stage 1.

    Attributes:
        identity: weight file of the teacher of who it is.
        expression: of which action units or emotion.
        pose: of which head pose.
        steps: batches of 64 faces on which such a teacher is trained.
        comparison_steps: batches of 48 pairs of frames on which the comparison teacher of the
            distillation is trained.
    """

    identity: Path | None = None
    expression: Path | None = None
    pose: Path | None = None
    steps: int = 700
    comparison_steps: int = 2100


@dataclass(frozen=True)
class Pretraining:
    """The first epochs, in which only the code is learned and nothing is drawn.

    The decoder then meets a code that tells something, and a batch costs a quarter of the others.

    Attributes:
        fraction: share of the epochs, rounded down to whole ones; 0: none.
        pseudo_label_rounds: times that the reader of the code labels the people without labels
            anew in these epochs; 0: the comparison teacher's labels stay. Needs ``code_from``
            picture.
    """

    fraction: float = 0.75
    pseudo_label_rounds: int = 2


@dataclass(frozen=True)
class Pairing:
    """Who is redrawn as whom, besides a frame of every clip that is the target of the others.

    Attributes:
        same_identity_ratio: share of the frames that are their own target.
        crossed_ratio: share of the batch that is also redrawn as another person.
        mirrored: share of the faces that are mirrored together with what they are to become,
            where that is a picture of the target person.
    """

    same_identity_ratio: float = 0.0
    crossed_ratio: float = 0.5
    mirrored: float = 0.0


@dataclass(frozen=True)
class Optimization:
    """How weights move.

    Attributes:
        warmup: share of each part of the training in which learning rates rise, before they fall
            as a cosine.
        clip_norm: limit of the generator's gradient norm.
        ema_decay: of the averaged generator that redraws faces.
    """

    warmup: float = 0.05
    clip_norm: float = 1.0
    ema_decay: float = 0.995
