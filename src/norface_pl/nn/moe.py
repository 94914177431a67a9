"""Output MoE: experts that all labels share, mixed by a gate per label (MMoE, Ma et al., 2018).

That Norface has a MoE over its output labels is known; its experts, gates and losses are not, so
the sizes and the gate form here are this project's choice.
"""

import math
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F


class Mixed(NamedTuple):
    """What a mixture returns: its output, and its gates (..., experts) or None without a gate."""

    output: Tensor
    gates: Tensor | None


class Experts(nn.Module):
    """K linear layers of the same size, applied to one input as a single einsum."""

    def __init__(self, num_experts: int, in_features: int, out_features: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.empty(num_experts, in_features, out_features))
        self.bias = nn.Parameter(torch.zeros(num_experts, out_features))
        # As nn.Linear; every expert starts elsewhere, or all would stay the same.
        nn.init.uniform_(self.weight, -1 / math.sqrt(in_features), 1 / math.sqrt(in_features))

    def forward(self, x: Tensor) -> Tensor:
        """(B, D) for all experts, or (B, K, D) one row for each, to (B, K, out)."""
        equation = "bd,kdh->bkh" if x.ndim == 2 else "bkd,kdh->bkh"
        return torch.einsum(equation, x, self.weight.to(x.dtype)) + self.bias


class Gate(nn.Module):
    """Dense softmax over experts, for one or several labels.

    LayerNorm in front keeps the logits small however the features grow, which is what usually
    makes one expert take everything.

    Args:
        dim: features per sample.
        num_experts: K.
        num_labels: L independent gates.
        temperature: above 1 for softer gates, below 1 for harder ones.
    """

    def __init__(
        self, dim: int, num_experts: int, num_labels: int = 1, temperature: float = 1.0
    ) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(dim)
        self.linear = nn.Linear(dim, num_labels * num_experts)
        self.num_experts = num_experts
        self.temperature = temperature

    def forward(self, x: Tensor) -> Tensor:
        """(B, dim) to gates (B, L, K) in float32 that sum to 1 over K."""
        logits: Tensor = self.linear(self.norm(x)).float() / self.temperature
        return logits.view(len(x), -1, self.num_experts).softmax(dim=-1)


class OutputMoE(nn.Module):
    """Shared experts, and for each label a gate and a linear tower.

    Args:
        dim: features per sample.
        num_labels: L.
        num_experts: K.
        hidden: width of an expert.
        temperature: of the gates.
        dropout: on the expert outputs.
    """

    def __init__(
        self,
        dim: int,
        num_labels: int,
        num_experts: int = 8,
        hidden: int = 64,
        temperature: float = 1.0,
        dropout: float = 0.0,
    ) -> None:
        super().__init__()
        self.experts = Experts(num_experts, dim, hidden)
        self.dropout = nn.Dropout(dropout)
        self.gate = Gate(dim, num_experts, num_labels, temperature)
        self.towers = Experts(num_labels, hidden, 1)

    def forward(self, features: Tensor) -> Mixed:
        """Features (B, dim) to logits (B, L) and gates (B, L, K)."""
        gates = self.gate(features)
        experts = self.dropout(F.gelu(self.experts(features)))
        mixed = torch.einsum("blk,bkh->blh", gates.to(experts.dtype), experts)
        return Mixed(self.towers(mixed).squeeze(-1), gates)


def load_imbalance(gates: Tensor) -> Tensor:
    """Squared coefficient of variation of the experts' load, 0 when all carry the same.

    The importance loss of Shazeer et al., 2017, here over all labels of the batch together: a
    label may prefer an expert, as long as no expert is left without any label.
    """
    load = gates.flatten(0, -2).mean(dim=0)
    return load.var(unbiased=False) / load.mean().square()


def gate_entropy(gates: Tensor) -> Tensor:
    """Mean entropy of gates (..., K), from 0 (one expert) to 1 (all alike)."""
    if gates.shape[-1] == 1:
        return gates.new_zeros(())
    entropy: Tensor = -torch.special.xlogy(gates, gates).sum(dim=-1).mean()
    return entropy / math.log(gates.shape[-1])
