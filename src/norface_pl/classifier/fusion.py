"""Fusion of the representations of the original and the normalized face.

Every fusion but one maps (B, S, D), one row per source, to (B, D). That Norface fuses its two
inputs with a MoE is known; experts and gate are not, so the forms here are this project's choice.
"""

import math
from dataclasses import replace

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from norface_pl.classifier.heads import build_head, count_parameters
from norface_pl.classifier.moe import Experts, Gate, Mixed
from norface_pl.classifier.options import FusionKind, FusionOptions, HeadKind, HeadOptions

SIDE_BY_SIDE: dict[FusionKind, HeadKind] = {"experts": "moe", "experts_mlp": "mlp"}
"""Fusions that leave the pictures apart, and the head that reads labels from them."""


class SideBySide(nn.Module):
    """The sources as they are, one after the other, for a head that reads from each."""

    def forward(self, sources: Tensor) -> Mixed:
        """(B, S, D) to (B, S D)."""
        return Mixed(sources.flatten(1))


class MeanFusion(nn.Module):
    """Mean over the sources, which for a single source is the source itself."""

    def forward(self, sources: Tensor) -> Mixed:
        """(B, S, D) to (B, D)."""
        return Mixed(sources.mean(dim=1))


class WeightedMean(nn.Module):
    """Mean over the sources at the start; learns how much of each feature to take from which."""

    def __init__(self, dim: int, sources: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.full((sources, dim), 1 / sources))

    def forward(self, sources: Tensor) -> Tensor:
        """(B, S, D) to (B, D)."""
        return (sources * self.weight).sum(dim=1)


class ConcatFusion(nn.Module):
    """Weighted mean of the sources plus a correction read from all sources side by side.

    Args:
        dim: D.
        sources: S.
        hidden: width of a hidden layer; 0 for a single linear layer.
    """

    def __init__(self, dim: int, sources: int = 2, hidden: int = 0) -> None:
        super().__init__()
        wide = dim * sources
        last = nn.Linear(hidden or wide, dim)
        nn.init.zeros_(last.weight)
        nn.init.zeros_(last.bias)
        layers = [nn.Linear(wide, hidden), nn.GELU(), last] if hidden else [last]
        self.layers = nn.Sequential(nn.LayerNorm(wide), *layers)
        self.mean = WeightedMean(dim, sources)

    def forward(self, sources: Tensor) -> Mixed:
        """(B, S, D) to (B, D)."""
        return Mixed(self.mean(sources) + self.layers(sources.flatten(1)))


class InputMoE(nn.Module):
    """Weighted mean of the sources plus a gated mixture of experts over all sources side by side.

    The last layer of every expert starts at zero: an untrained mixture is the plain mean and does
    no harm.

    Args:
        dim: D.
        sources: S.
        options: number and width of the experts. With ``per_source`` they take turns in what they
            see: only the first source, only the second, ..., all of them.
    """

    mask: Tensor

    def __init__(
        self, dim: int, sources: int = 2, options: FusionOptions = FusionOptions()
    ) -> None:
        super().__init__()
        wide, count = dim * sources, options.experts
        self.mean = WeightedMean(dim, sources)
        self.norm = nn.LayerNorm(wide)
        self.gate = Gate(wide, count)
        self.first = Experts(count, wide, options.hidden)
        self.second = Experts(count, options.hidden, dim)
        nn.init.zeros_(self.second.weight)
        views = [torch.ones(sources)]
        if options.per_source:
            views = [*torch.eye(sources), torch.ones(sources)]
        mask = torch.stack([views[i % len(views)] for i in range(count)])
        self.register_buffer("mask", mask.repeat_interleave(dim, dim=1), persistent=False)

    def forward(self, sources: Tensor) -> Mixed:
        """(B, S, D) to (B, D) and gates (B, 1, E)."""
        flat = sources.flatten(1)
        gates = self.gate(flat)
        seen = self.norm(flat)[:, None] * self.mask
        experts = self.second(F.gelu(self.first(seen)))
        mixed = torch.einsum("bk,bkd->bd", gates[:, 0].to(experts.dtype), experts)
        return Mixed(self.mean(sources) + mixed, gates, experts)


class AttentionFusion(nn.Module):
    """Weighted mean of the sources plus what each place of a face finds in all faces.

    Tokens of all pictures attend to each other, so that a fold of the original can be compared
    with the same place of the normalized face before anything is pooled. The last layer starts at
    zero: an untrained fusion is the plain mean.

    Args:
        dim: D.
        token_dim: of the backbone's tokens.
        sources: S.
        hidden: width of the attention.
    """

    def __init__(self, dim: int, token_dim: int, sources: int = 2, hidden: int = 64) -> None:
        super().__init__()
        self.mean = WeightedMean(dim, sources)
        self.narrow = nn.Sequential(nn.LayerNorm(token_dim), nn.Linear(token_dim, hidden))
        self.source = nn.Parameter(torch.randn(sources, 1, hidden) * 0.02)
        self.norm = nn.LayerNorm(hidden)
        self.attention = nn.MultiheadAttention(hidden, math.gcd(4, hidden), batch_first=True)
        self.last = nn.Linear(hidden, dim)
        nn.init.zeros_(self.last.weight)
        nn.init.zeros_(self.last.bias)

    def forward(self, sources: Tensor, tokens: Tensor) -> Mixed:
        """(B, S, D) and tokens (B, S, N, token_dim) to (B, D)."""
        places = (self.narrow(tokens) + self.source).flatten(1, 2)
        seen = self.norm(places)
        found = places + self.attention(seen, seen, seen, need_weights=False)[0]
        return Mixed(self.mean(sources) + self.last(F.gelu(found).mean(dim=1)))


def build_fusion(options: FusionOptions, dim: int, sources: int, token_dim: int = 0) -> nn.Module:
    """Return the fusion of ``sources`` features of a width; tokens are for the attention only."""
    if sources == 1 or options.kind == "mean":
        return MeanFusion()
    if options.kind in SIDE_BY_SIDE:
        return SideBySide()
    if options.kind == "concat":
        return ConcatFusion(dim, sources)
    if options.kind == "attention":
        return AttentionFusion(dim, token_dim, sources, options.hidden)
    moe = InputMoE(dim, sources, options)
    if options.kind == "moe":
        return moe
    wide = dim * sources
    width = round((count_parameters(moe) - 3 * wide - dim) / (wide + 1 + dim))
    return ConcatFusion(dim, sources, hidden=width)


def build_fused_head(
    fusion: FusionOptions, head: HeadOptions, dim: int, sources: int, num_labels: int
) -> nn.Module:
    """Return what reads labels from the fusion of ``sources`` features of a width."""
    if sources == 1 or fusion.kind not in SIDE_BY_SIDE:
        return build_head(head, dim, num_labels)
    mixture = replace(
        head, kind=SIDE_BY_SIDE[fusion.kind], experts=fusion.experts, hidden=fusion.hidden
    )
    return build_head(mixture, dim * sources, num_labels, sources)
