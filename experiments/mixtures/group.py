"""Several starts of a candidate that learn side by side, as one batched network."""

import copy

import torch
from torch import Tensor, nn
from torch.func import functional_call, stack_module_state, vmap

from experiments.mixtures.candidate import Heard
from experiments.mixtures.lineup import Entry, Sizes
from norface_pl.classifier.heads import count_parameters

TILT = 0.01  # how far a bias moves in a batch


class Group:
    """Starts of one candidate, their parameters stacked.

    Args:
        entry: the candidate.
        sizes: what it reads.
        seeds: number of starts.
    """

    def __init__(self, entry: Entry, sizes: Sizes, seeds: int) -> None:
        starts = []
        for seed in range(seeds):
            torch.manual_seed(seed)
            starts.append(entry.build(sizes))
        self.count = count_parameters(starts[0])
        self.parameters, self.buffers = stack_module_state(starts)
        self.base: nn.Module = copy.deepcopy(starts[0]).to("meta")

    def hear(self, sources: Tensor, places: Tensor, done: float, training: bool) -> Heard:
        """Return what all starts say, (seeds, ...), of the same faces."""
        self.base.train(training)
        share = torch.tensor(done)

        def one(parameters: dict[str, Tensor], buffers: dict[str, Tensor]) -> Heard:
            heard: Heard = functional_call(
                self.base, (parameters, buffers), (sources, places, share)
            )
            return heard

        found = vmap(one, randomness="different")(self.parameters, self.buffers)
        heard = Heard(*found)
        if training and getattr(self.base, "tilted", False):
            self._tilt(heard.load.detach())
        return heard

    def _tilt(self, load: Tensor) -> None:
        """Move the biases of gates against the load (Wang et al., 2024, loss-free balancing)."""
        name = "head.bias"
        self.buffers[name] = self.buffers[name] + TILT * (load.mean(-1, keepdim=True) - load).sign()
