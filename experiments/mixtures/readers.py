"""Candidates that see places of the face, or weigh pictures face by face and label by label."""

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from experiments.mixtures.candidate import BALANCE, Heard
from norface_pl.classifier.heads import count_parameters
from norface_pl.classifier.moe import Experts, Gate, load_imbalance


class Regions(nn.Module):
    """Experts for the rows of the face, from the brows to the chin, and a gate for each label.

    Args:
        dim: D.
        num_labels: L.
        token: T.
        rows: of places; each is read by two experts, of the original and the normalized face.
        hidden: width of each.
    """

    def __init__(
        self, dim: int, num_labels: int, token: int, rows: int = 4, hidden: int = 24
    ) -> None:
        super().__init__()
        self.rows, self.norm = rows, nn.LayerNorm(token * rows)
        self.experts = Experts(2 * rows, token * rows, hidden)
        self.whole = Experts(2, dim, hidden)
        self.gate = Gate(2 * dim, 2 * rows + 2, num_labels)
        self.towers, self.dropout = Experts(num_labels, hidden, 1), nn.Dropout(0.2)

    def forward(self, sources: Tensor, places: Tensor, done: Tensor) -> Heard:
        """See `experiments.mixtures.candidate`."""
        seen = places.unflatten(2, (self.rows, -1)).flatten(3).flatten(1, 2)
        experts = torch.cat([self.experts(self.norm(seen)), self.whole(sources)], 1)
        gates = self.gate(sources.flatten(1))
        experts = self.dropout(F.gelu(experts))
        outputs = self.towers(torch.einsum("blk,bkh->blh", gates, experts)).squeeze(-1)
        price = BALANCE * load_imbalance(gates)
        return Heard(outputs, price, gates.mean((0, 1)), sources.new_zeros(0))


class Queries(nn.Module):
    """Each label asks the places of both faces with a query of its own, and reads what it finds.

    Args:
        dim: D.
        num_labels: L.
        token: T.
        places: N, of each face.
        hidden: width of what is found.
    """

    def __init__(
        self, dim: int, num_labels: int, token: int, places: int, hidden: int = 96
    ) -> None:
        super().__init__()
        self.norm, self.value = nn.LayerNorm(token), nn.Linear(token, hidden)
        self.key = nn.Linear(token, 32)
        self.place = nn.Parameter(torch.randn(2, places, 32) * 0.1)
        self.query = nn.Parameter(torch.randn(num_labels, 32) * 0.2)
        self.plain = nn.Linear(2 * dim, num_labels)
        self.towers, self.dropout = Experts(num_labels, hidden, 1), nn.Dropout(0.2)

    def forward(self, sources: Tensor, places: Tensor, done: Tensor) -> Heard:
        """See `experiments.mixtures.candidate`."""
        seen = self.norm(places)
        keys = (self.key(seen) + self.place).flatten(1, 2)
        likeness = torch.einsum("lh,bnh->bln", self.query, keys).softmax(-1)
        found = torch.einsum("bln,bnh->blh", likeness, self.value(seen).flatten(1, 2))
        outputs = self.towers(self.dropout(F.gelu(found))).squeeze(-1)
        plain = self.plain(self.dropout(sources.flatten(1)))
        none = sources.new_zeros(0)
        return Heard(outputs + plain, sources.new_zeros(()), none, none)


class WeighedPictures(nn.Module):
    """A reading of each picture, and a gate that says face by face and label by label what counts.

    Args:
        dim: D.
        num_labels: L.
        asked: let the gate see the face; without, each label has fixed weights (the control).
    """

    def __init__(self, dim: int, num_labels: int, asked: bool = True) -> None:
        super().__init__()
        self.readings, self.dropout = Experts(2, dim, num_labels), nn.Dropout(0.2)
        self.gate = Gate(2 * dim, 2, num_labels) if asked else None
        self.fixed = nn.Parameter(torch.zeros(num_labels, 2))

    def forward(self, sources: Tensor, places: Tensor, done: Tensor) -> Heard:
        """See `experiments.mixtures.candidate`."""
        readings = self.readings(self.dropout(sources))  # (B, 2, L)
        if self.gate is None:
            gates = self.fixed.softmax(-1).expand(len(sources), -1, -1)
        else:
            gates = (self.gate(sources.flatten(1)).log() + self.fixed).softmax(-1)
        outputs = torch.einsum("blk,bkl->bl", gates, readings)
        none = sources.new_zeros(0)
        return Heard(outputs, sources.new_zeros(()), none, gates[..., 0].mean(-1))


class Plain(nn.Module):
    """The control of any candidate: a hidden layer over both features, beside a linear one.

    Args:
        dim: D.
        num_labels: L.
        parameters: how many there are to be, nearly.
    """

    def __init__(self, dim: int, num_labels: int, parameters: int) -> None:
        super().__init__()
        wide = 2 * dim
        self.linear, self.norm = nn.Linear(wide, num_labels), nn.LayerNorm(wide)
        rest = parameters - count_parameters(self.linear) - count_parameters(self.norm)
        hidden = max(1, round((rest - num_labels) / (wide + 1 + num_labels)))
        layers = nn.Linear(wide, hidden), nn.GELU(), nn.Dropout(0.2), nn.Linear(hidden, num_labels)
        self.layers, self.dropout = nn.Sequential(*layers), nn.Dropout(0.2)

    def forward(self, sources: Tensor, places: Tensor, done: Tensor) -> Heard:
        """See `experiments.mixtures.candidate`."""
        flat = sources.flatten(1)
        outputs = self.linear(self.dropout(flat)) + self.layers(self.dropout(self.norm(flat)))
        none = sources.new_zeros(0)
        return Heard(outputs, sources.new_zeros(()), none, none)
