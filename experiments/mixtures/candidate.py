"""Candidates: a fusion of two features and a head that reads labels from it, and how it is kept.

A candidate maps features (B, 2, D) of the original and the normalized face, and their places
(B, 2, N, T), to outputs (B, L). It also returns what it has to pay beside the loss of its labels.
"""

from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from norface_pl.classifier.fusion import build_fusion
from norface_pl.classifier.heads import OutputMoE, PictureExperts
from norface_pl.classifier.moe import Mixed, load_imbalance
from norface_pl.classifier.options import FusionOptions, HeadOptions

BALANCE = 0.01  # as ships


class Heard(NamedTuple):
    """What a candidate says of faces.

    Attributes:
        outputs: (B, L).
        price: to be added to the loss of the labels.
        load: (K,) mean gate of each expert of the head; empty where there is none.
        trust: (B,) mean gate of what sees the original alone; empty where nothing does.
    """

    outputs: Tensor
    price: Tensor
    load: Tensor
    trust: Tensor


class Candidate(nn.Module):
    """A fusion and a head of the package.

    Args:
        fusion: of the features.
        head: of the fused ones.
        dropout: on what the head reads.
    """

    def __init__(self, fusion: nn.Module, head: nn.Module, dropout: float = 0.2) -> None:
        super().__init__()
        self.fusion, self.head, self.dropout = fusion, head, nn.Dropout(dropout)

    def forward(self, sources: Tensor, places: Tensor, done: Tensor) -> Heard:
        """Features, places, and the share of the training that is done, to what is heard."""
        fused: Mixed = self.fusion(sources)
        head: Mixed = self.head(self.dropout(fused.output))
        price = sources.new_zeros(())
        for mixed in (fused, head):
            if mixed.gates is not None and mixed.experts is not None:
                shared = mixed.gates[..., : mixed.experts.shape[1]]
                price = price + BALANCE * load_imbalance(shared)
        load = sources.new_zeros(0) if head.gates is None else head.gates.mean((0, 1))
        trust, experts = sources.new_zeros(0), getattr(self.head, "experts", None)
        if isinstance(experts, PictureExperts) and head.gates is not None:
            trust = head.gates[..., : experts.each].sum(-1).mean(-1)
        return Heard(head.output, price, load, trust)


class MixtureHead(nn.Module):
    """An Output MoE with what the literature does to make mixtures better.

    Args:
        dim: features per sample.
        num_labels: L.
        experts: K.
        hidden: width of each.
        drop: share of the experts that are left out of a batch in training, the others weigh more.
        cool: gates are four times softer at the start of the training, twice harder at its end.
    """

    bias: Tensor

    def __init__(
        self,
        dim: int,
        num_labels: int,
        experts: int = 8,
        hidden: int = 64,
        drop: float = 0.0,
        cool: bool = False,
    ) -> None:
        super().__init__()
        moe = OutputMoE(dim, num_labels, HeadOptions("moe", experts, hidden))
        self.experts, self.gate, self.towers = moe.experts, moe.gate, moe.towers
        self.dropout, self.drop, self.cool = nn.Dropout(0.2), drop, cool
        # Moved from outside, against the load; see `TiltedCandidate`.
        self.register_buffer("bias", torch.zeros(experts))

    def forward(self, features: Tensor, done: Tensor) -> Mixed:
        """(B, dim) to (B, L), gates (B, L, K) and experts (B, K, H)."""
        logits = self.gate(features).log() + self.bias
        if self.cool:
            logits = logits / (4.0 * 8.0 ** (-done))  # from 4 to 1/2
        if self.training and self.drop:
            left_out = torch.rand_like(logits[0, 0]) < self.drop
            logits = logits.masked_fill(left_out & ~left_out.all(), -1e4)
        gates = logits.softmax(-1)
        experts = self.dropout(F.gelu(self.experts(features)))
        mixed = torch.einsum("blk,bkh->blh", gates, experts)
        return Mixed(self.towers(mixed).squeeze(-1), gates, experts)


class TriedCandidate(Candidate):
    """An Input MoE and a `MixtureHead`, with other prices than the balance of loads.

    Args:
        dim: D.
        num_labels: L.
        drop: see `MixtureHead`.
        cool: see `MixtureHead`.
        apart: weight of the squared cosine between different experts.
        informed: weight of the mutual information of labels and experts, which is wanted.
        tilted: balance the loads by a bias on the gates, and not by a price.
    """

    def __init__(
        self,
        dim: int,
        num_labels: int,
        drop: float = 0.0,
        cool: bool = False,
        apart: float = 0.0,
        informed: float = 0.0,
        tilted: bool = False,
    ) -> None:
        head = MixtureHead(dim, num_labels, drop=drop, cool=cool)
        super().__init__(build_fusion(FusionOptions("moe", 4), dim, 2), head)
        self.apart, self.informed, self.tilted = apart, informed, tilted

    def forward(self, sources: Tensor, places: Tensor, done: Tensor) -> Heard:
        """See `Candidate`."""
        fused: Mixed = self.fusion(sources)
        head: Mixed = self.head(self.dropout(fused.output), done)
        assert fused.gates is not None
        assert head.gates is not None
        assert head.experts is not None
        price = BALANCE * load_imbalance(fused.gates)
        if not self.tilted and not self.informed:
            price = price + BALANCE * load_imbalance(head.gates)
        if self.apart:
            unit = F.normalize(head.experts, dim=-1)
            cosines = torch.einsum("bkh,bjh->bkj", unit, unit)
            count = unit.shape[1]
            price = price + self.apart * (
                (cosines.square().sum((1, 2)) - count).mean() / (count * (count - 1))
            )
        if self.informed:
            each = head.gates.mean(0)  # (L, K)
            price = price - self.informed * (_entropy(each.mean(0)) - _entropy(each).mean())
        return Heard(head.output, price, head.gates.mean((0, 1)), sources.new_zeros(0))


def _entropy(gates: Tensor) -> Tensor:
    entropy: Tensor = -torch.special.xlogy(gates, gates.clamp(min=1e-9)).sum(-1)
    return entropy
