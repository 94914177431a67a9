"""Fusion of the representations of the original and the normalized face.

Every fusion maps (B, S, D), one row per source, to (B, D). That Norface fuses its two inputs with
a MoE is known; experts and gate are not, so the forms here are this project's choice.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from norface_pl.nn.moe import Experts, Gate, Mixed


class MeanFusion(nn.Module):
    """Mean over the sources, which for a single source is the source itself."""

    def forward(self, sources: Tensor) -> Mixed:
        """(B, S, D) to (B, D)."""
        return Mixed(sources.mean(dim=1), None)


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
        return Mixed(self.mean(sources) + self.layers(sources.flatten(1)), None)


class InputMoE(nn.Module):
    """Weighted mean of the sources plus a gated mixture of experts over all sources side by side.

    The last layer of every expert starts at zero: an untrained mixture is the plain mean and does
    no harm.

    Args:
        dim: D.
        sources: S.
        num_experts: E.
        hidden: width of an expert's hidden layer.
        per_source: let experts take turns in what they see: only the first source, only the
            second, ..., all of them; else all see everything.
        temperature: of the gate.
    """

    mask: Tensor

    def __init__(
        self,
        dim: int,
        sources: int = 2,
        num_experts: int = 4,
        hidden: int = 64,
        per_source: bool = False,
        temperature: float = 1.0,
    ) -> None:
        super().__init__()
        wide = dim * sources
        self.mean = WeightedMean(dim, sources)
        self.norm = nn.LayerNorm(wide)
        self.gate = Gate(wide, num_experts, temperature=temperature)
        self.first = Experts(num_experts, wide, hidden)
        self.second = Experts(num_experts, hidden, dim)
        nn.init.zeros_(self.second.weight)
        views = [torch.ones(sources)]
        if per_source:
            views = [*torch.eye(sources), torch.ones(sources)]
        mask = torch.stack([views[i % len(views)] for i in range(num_experts)])
        self.register_buffer("mask", mask.repeat_interleave(dim, dim=1), persistent=False)

    def forward(self, sources: Tensor) -> Mixed:
        """(B, S, D) to (B, D) and gates (B, 1, E)."""
        flat = sources.flatten(1)
        gates = self.gate(flat)
        seen = self.norm(flat)[:, None] * self.mask
        experts = self.second(F.gelu(self.first(seen)))
        mixed = torch.einsum("bk,bkd->bd", gates[:, 0].to(experts.dtype), experts)
        return Mixed(self.mean(sources) + mixed, gates)
