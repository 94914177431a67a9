"""The two parts of a training of stage 1: epochs that only read codes, then epochs that draw."""

from dataclasses import dataclass
from math import floor

from norface_pl.normalizer.options import Pretraining

DRAWING = 4.0
"""Cost of a batch that draws, in batches that only read; as `make bench` measured it."""


@dataclass(frozen=True)
class Curriculum:
    """Which epochs of a training do what.

    Attributes:
        options: of the first part.
        epochs: of the training; 0 if it has no number of epochs, and then no first part.
    """

    options: Pretraining
    epochs: int

    @property
    def reading(self) -> int:
        """Epochs in which only the code is learned."""
        return max(0, floor(self.options.fraction * self.epochs + 1e-6))

    @property
    def relabelling(self) -> set[int]:
        """Epochs at whose start people without labels are labelled anew; never the first."""
        rounds = self.options.pseudo_label_rounds
        return {self.reading * number // (rounds + 1) for number in range(1, rounds + 1)} - {0}

    def work_done(self, batches: float, done: float) -> float:
        """Return the share of the training's work that is done; a batch that draws costs more.

        Args:
            batches: of an epoch; may be infinite.
            done: batches so far.
        """
        read = self.reading * batches
        total = read + DRAWING * (self.epochs * batches - read)
        spent = min(done, read) + DRAWING * max(0.0, done - read)
        return min(1.0, spent / total) if 0 < total < float("inf") else 0.0
