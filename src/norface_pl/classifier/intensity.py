"""Losses of ratings: their scores, and ordered levels of AU intensities.

Levels are those of CORAL (Cao, Mirjalili & Raschka, 2020).
"""

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from norface_pl.labels import MAX_INTENSITY
from norface_pl.nn.losses import masked_mean

LEVELS = int(MAX_INTENSITY)


def consistency_loss(values: Tensor, labels: Tensor) -> Tensor:
    """One minus ICC(3,1) between values and labels, mean over the units.

    Of two raters it is twice the covariance over the sum of the variances. A unit whose labels
    are all the same counts 1, whatever the values.

    Args:
        values: (N, L).
        labels: (N, L), NaN = missing.
    """
    return _disagreement(values, labels, 0.0)


def concordance_loss(values: Tensor, labels: Tensor) -> Tensor:
    """One minus Lin's concordance correlation, which minds means too; see `consistency_loss`."""
    return _disagreement(values, labels, 1.0)


def _disagreement(values: Tensor, labels: Tensor, means: float) -> Tensor:
    known = ~labels.isnan()
    count = known.sum(0).clamp(min=1)

    def mean(x: Tensor) -> Tensor:
        return torch.where(known, x, 0.0).sum(0) / count

    values = values.float()
    one, other = (torch.where(known, x - mean(x), 0.0) for x in (values, labels))
    apart = means * count * (mean(values) - mean(labels)).square()
    spread = one.square().sum(0) + other.square().sum(0) + apart
    losses = 1 - 2 * (one * other).sum(0) / spread.clamp(min=1e-6)
    return masked_mean(losses, known.any(0))


class OrdinalLevels(nn.Module):
    """Reads how many of the levels A to E one score exceeds; the levels' places are learned.

    The score is the same for all levels of a unit, so the probabilities of exceeding them cannot
    contradict each other as long as the places are in order, and cross-entropy keeps them so.

    Args:
        num_labels: L.
    """

    def __init__(self, num_labels: int) -> None:
        super().__init__()
        start = torch.linspace(2, -2, LEVELS).repeat(num_labels, 1)
        self.bias = nn.Parameter(start)

    def read(self, scores: Tensor) -> Tensor:
        """Expected number of exceeded levels: scores (B, L) to intensities (B, L) in 0-5."""
        return (scores.float()[..., None] + self.bias).sigmoid().sum(-1)

    def forward(self, scores: Tensor, labels: Tensor, weight: Tensor | None = None) -> Tensor:
        """Mean cross-entropy over faces, units and levels.

        Args:
            scores: (B, L).
            labels: (B, L) from 0 to 5, NaN = missing; others count as the nearest level.
            weight: (L,) factor of each unit.
        """
        borders = torch.arange(LEVELS, device=labels.device) + 0.5
        exceeds = (labels[..., None] > borders).float()
        logits = scores.float()[..., None] + self.bias
        losses = F.binary_cross_entropy_with_logits(logits, exceeds, reduction="none").mean(-1)
        return masked_mean(losses if weight is None else losses * weight, ~labels.isnan())
