"""How mixtures of experts are used, gathered over the batches of an evaluation."""

import torch
from torch import Tensor

from norface_pl.classifier.moe import Mixed, expert_similarity, gate_entropy

FACES = 4096  # enough for a histogram, and memory stays bounded on large data sets


class GateLog:
    """Gates and likeness of experts by the mixture's name."""

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
