"""The stage-2 network: backbone, fusion of the faces, and one output per label."""

from typing import Literal, NamedTuple

import torch
from torch import Tensor, nn

from norface_pl.nn.backbone import FaceBackbone
from norface_pl.nn.fusion import ConcatFusion, InputMoE, MeanFusion
from norface_pl.nn.moe import Mixed, OutputMoE

FusionKind = Literal["mean", "concat", "mlp", "moe"]
HeadKind = Literal["linear", "mlp", "moe"]


class Classified(NamedTuple):
    """Outputs (B, L), the pooled features (B, D) they are read from, and the gates of both MoEs."""

    logits: Tensor
    features: Tensor
    input_gates: Tensor | None
    output_gates: Tensor | None


class LinearHead(nn.Module):
    """One linear layer for all labels."""

    def __init__(self, dim: int, num_labels: int) -> None:
        super().__init__()
        self.linear = nn.Linear(dim, num_labels)

    def forward(self, features: Tensor) -> Mixed:
        """(B, dim) to (B, L)."""
        return Mixed(self.linear(features), None)


class MLPHead(nn.Module):
    """One hidden layer for all labels, the control for an Output MoE of as many parameters."""

    def __init__(self, dim: int, num_labels: int, hidden: int, dropout: float = 0.0) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.Linear(dim, hidden), nn.GELU(), nn.Dropout(dropout), nn.Linear(hidden, num_labels)
        )

    def forward(self, features: Tensor) -> Mixed:
        """(B, dim) to (B, L)."""
        return Mixed(self.layers(features), None)


def count_parameters(module: nn.Module) -> int:
    """Number of parameters."""
    return sum(parameter.numel() for parameter in module.parameters())


def build_fusion(
    kind: FusionKind, dim: int, sources: int, experts: int, hidden: int, per_source: bool
) -> nn.Module:
    """The fusion of a kind; ``mlp`` has as many parameters as ``moe`` would have."""
    if sources == 1 or kind == "mean":
        return MeanFusion()
    if kind == "concat":
        return ConcatFusion(dim, sources)
    moe = InputMoE(dim, sources, experts, hidden, per_source)
    if kind == "moe":
        return moe
    wide = dim * sources
    width = round((count_parameters(moe) - 3 * wide - dim) / (wide + 1 + dim))
    return ConcatFusion(dim, sources, hidden=width)


def build_head(
    kind: HeadKind,
    dim: int,
    num_labels: int,
    experts: int,
    hidden: int,
    temperature: float,
    dropout: float,
) -> nn.Module:
    """The head of a kind; ``mlp`` has as many parameters as ``moe`` would have."""
    if kind == "linear":
        return LinearHead(dim, num_labels)
    moe = OutputMoE(dim, num_labels, experts, hidden, temperature, dropout)
    if kind == "moe":
        return moe
    width = round((count_parameters(moe) - num_labels) / (dim + 1 + num_labels))
    return MLPHead(dim, num_labels, width, dropout)


class FaceClassifier(nn.Module):
    """Reads labels from one or several aligned pictures of the same face.

    Args:
        backbone: shared by all pictures.
        fusion: (B, S, D) to `Mixed` (B, D).
        head: (B, D) to `Mixed` (B, L).
        dropout: on the fused features.
    """

    def __init__(
        self, backbone: FaceBackbone, fusion: nn.Module, head: nn.Module, dropout: float = 0.0
    ) -> None:
        super().__init__()
        self.backbone = backbone
        self.fusion = fusion
        self.dropout = nn.Dropout(dropout)
        self.head = head

    def forward(self, images: list[Tensor]) -> Classified:
        """S pictures (B, 3, H, W) in [0, 1] of the same faces."""
        features = self.backbone(torch.cat(images))
        sources = features.unflatten(0, (len(images), -1)).transpose(0, 1)
        fused = self.fusion(sources)
        head = self.head(self.dropout(fused.output))
        return Classified(head.output, fused.output, fused.gates, head.gates)
