"""Designs of our own: one mixture whose experts each read a picture, gated for each label."""

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from experiments.mixtures.candidate import BALANCE, Heard
from norface_pl.classifier.moe import Experts, Gate, load_imbalance


class Readings(nn.Module):
    """Linear readings of the original, the normalized face and both, and a gate for each label.

    Args:
        dim: D.
        num_labels: L.
    """

    def __init__(self, dim: int, num_labels: int) -> None:
        super().__init__()
        self.alone, self.together = Experts(2, dim, num_labels), nn.Linear(2 * dim, num_labels)
        self.gate, self.dropout = Gate(2 * dim, 3, num_labels), nn.Dropout(0.2)

    def forward(self, sources: Tensor, places: Tensor, done: Tensor) -> Heard:
        """See `experiments.mixtures.candidate`."""
        gates, seen = self.gate(sources.flatten(1)), self.dropout(sources)
        together = self.together(seen.flatten(1))[:, None]
        readings = torch.cat([self.alone(seen), together], 1)  # (B, 3, L)
        outputs = torch.einsum("blk,bkl->bl", gates, readings)
        none = sources.new_zeros(0)
        return Heard(outputs, sources.new_zeros(()), none, gates[..., 0].mean(-1))


class GatedExperts(nn.Module):
    """Experts that read the original, the normalized face or both, and a gate for each label.

    Args:
        dim: D.
        num_labels: L.
        each: experts of the original, of the normalized face, and of both.
        hidden: width of each.
        readings: add `Readings`, so that experts only say what no linear reading does.
    """

    def __init__(
        self, dim: int, num_labels: int, each: int = 2, hidden: int = 64, readings: bool = False
    ) -> None:
        super().__init__()
        self.each = each
        self.alone = Experts(2 * each, dim, hidden)
        self.together = Experts(each, 2 * dim, hidden)
        self.gate = Gate(2 * dim, 3 * each, num_labels)
        self.towers, self.dropout = Experts(num_labels, hidden, 1), nn.Dropout(0.2)
        self.readings = Readings(dim, num_labels) if readings else None

    def forward(self, sources: Tensor, places: Tensor, done: Tensor) -> Heard:
        """See `experiments.mixtures.candidate`."""
        seen, gates = self.dropout(sources), self.gate(sources.flatten(1))
        alone = self.alone(seen.repeat_interleave(self.each, dim=1))
        experts = torch.cat([alone, self.together(seen.flatten(1))], 1)
        experts = self.dropout(F.gelu(experts))
        outputs = self.towers(torch.einsum("blk,bkh->blh", gates, experts)).squeeze(-1)
        if self.readings is not None:
            outputs = outputs + self.readings(sources, places, done).outputs
        price, none = BALANCE * load_imbalance(gates), sources.new_zeros(0)
        return Heard(outputs, price, none, gates[..., : self.each].sum(-1).mean(-1))


class Beside(nn.Module):
    """A candidate with a linear reading of both pictures beside it.

    Args:
        candidate: what is there.
        dim: D.
        num_labels: L.
    """

    def __init__(self, candidate: nn.Module, dim: int, num_labels: int) -> None:
        super().__init__()
        self.candidate, self.linear = candidate, nn.Linear(2 * dim, num_labels)
        self.dropout = nn.Dropout(0.2)

    def forward(self, sources: Tensor, places: Tensor, done: Tensor) -> Heard:
        """See `experiments.mixtures.candidate`."""
        heard: Heard = self.candidate(sources, places, done)
        return heard._replace(outputs=heard.outputs + self.linear(self.dropout(sources.flatten(1))))
