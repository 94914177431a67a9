"""Experts and gates, and what is worth knowing about their use.

That Norface has a MoE over its inputs and one over its output labels is known; experts, gates and
losses are not, so the sizes and forms here are this project's choice.
"""

import math
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F

FACES = 4096  # enough for a histogram, and memory stays bounded on large data sets


class Mixed(NamedTuple):
    """What a mixture returns.

    Attributes:
        output: what the experts made together.
        gates: (B, L, K or more), None without a gate; the first K belong to ``experts``.
        experts: (B, K, H) outputs of the experts that all labels share; None without experts.
    """

    output: Tensor
    gates: Tensor | None = None
    experts: Tensor | None = None


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
    """Softmax over experts, for one or several labels.

    LayerNorm in front keeps the logits small however the features grow, which is what usually
    makes one expert take everything.

    Args:
        dim: features per sample.
        num_experts: K.
        num_labels: L independent gates.
        temperature: above 1 for softer gates, below 1 for harder ones.
        top: experts that a label uses at a time (Shazeer et al., 2017); 0 for all. In training
            noise with a standard deviation of 1 / K lets the others be tried, as in V-MoE.
    """

    def __init__(
        self,
        dim: int,
        num_experts: int,
        num_labels: int = 1,
        temperature: float = 1.0,
        top: int = 0,
    ) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(dim)
        self.linear = nn.Linear(dim, num_labels * num_experts)
        self.num_experts = num_experts
        self.temperature = temperature
        self.top = top if top < num_experts else 0

    def forward(self, x: Tensor) -> Tensor:
        """(B, dim) to gates (B, L, K) in float32 that sum to 1 over K."""
        logits: Tensor = self.linear(self.norm(x)).float() / self.temperature
        logits = logits.unflatten(1, (-1, self.num_experts))
        if self.top:
            if self.training:
                logits = logits + torch.randn_like(logits) / self.num_experts
            least = logits.topk(self.top, dim=-1).values[..., -1:]
            logits = logits.masked_fill(logits < least, -torch.inf)
        return logits.softmax(dim=-1)


def load_imbalance(gates: Tensor) -> Tensor:
    """Squared coefficient of variation of the experts' load, 0 when all carry the same.

    The importance loss of Shazeer et al., 2017, here over all labels of the batch together: a
    label may prefer an expert, as long as no expert is left without any label.
    """
    load = gates.flatten(0, -2).mean(dim=0)
    # Private experts may leave the shared ones next to nothing.
    return load.var(unbiased=False) / load.mean().square().clamp(min=1e-12)


def gate_entropy(gates: Tensor) -> Tensor:
    """Mean entropy of gates (..., K), from 0 (one expert) to 1 (all alike)."""
    if gates.shape[-1] == 1:
        return gates.new_zeros(())
    entropy: Tensor = -torch.special.xlogy(gates, gates).sum(dim=-1).mean()
    return entropy / math.log(gates.shape[-1])


def expert_similarity(experts: Tensor) -> Tensor:
    """Mean cosine between the outputs of different experts (B, K, H); 1 when all do the same."""
    count = experts.shape[1]
    if count == 1:
        return experts.new_zeros(())
    unit = F.normalize(experts.float(), dim=-1)
    total = unit.sum(dim=1).square().sum(-1) - unit.square().sum((1, 2))
    return total.mean() / (count * (count - 1))


class GateLog:
    """Gates and likeness of experts over the batches of an evaluation, by the mixture's name."""

    def __init__(self) -> None:
        self.gates: dict[str, list[Tensor]] = {}
        self.likeness: dict[str, list[Tensor]] = {}

    def add(self, mixtures: dict[str, Mixed]) -> None:
        """Remember a batch, until enough faces were seen."""
        for name, mixed in mixtures.items():
            kept = self.gates.setdefault(name, [])
            if mixed.gates is None or mixed.experts is None or sum(map(len, kept)) >= FACES:
                continue
            kept.append(mixed.gates.detach().float().cpu())
            likeness = expert_similarity(mixed.experts.detach()).cpu()
            self.likeness.setdefault(name, []).append(likeness)

    def summarize(self) -> tuple[dict[str, Tensor], dict[str, Tensor]]:
        """Return scalars and histograms by their names, and forget the batches.

        ``entropy`` is 0 when labels use one expert each and 1 when they use all alike, ``busiest``
        the load of the expert that is used most, ``similarity`` 1 when all experts do the same.
        ``load`` holds one value per label and expert: who is used for what.
        """
        scalars: dict[str, Tensor] = {}
        histograms: dict[str, Tensor] = {}
        for name, kept in self.gates.items():
            if not kept:
                continue
            gates = torch.cat(kept)
            load = gates.mean(dim=0)
            scalars[f"{name}_entropy"] = gate_entropy(gates)
            scalars[f"{name}_busiest"] = load.mean(dim=0).max()
            scalars[f"{name}_similarity"] = torch.stack(self.likeness[name]).mean()
            histograms |= {f"{name}_gates": gates, f"{name}_load": load}
        self.gates.clear()
        self.likeness.clear()
        return scalars, histograms
