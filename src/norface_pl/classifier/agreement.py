"""The score of intensities as a loss."""

import torch
from torch import Tensor

from norface_pl.nn.losses import masked_mean


def consistency_loss(values: Tensor, labels: Tensor) -> Tensor:
    """One minus ICC(3,1) between values and labels, mean over the units.

    Of two raters it is twice the covariance over the sum of the variances. A unit whose labels
    are all the same counts 1, whatever the values.

    Args:
        values: (N, L).
        labels: (N, L), NaN = missing.
    """
    known = ~labels.isnan()
    count = known.sum(0).clamp(min=1)

    def centred(x: Tensor) -> Tensor:
        mean = torch.where(known, x, 0.0).sum(0) / count
        return torch.where(known, x - mean, 0.0)

    one, other = centred(values.float()), centred(labels)
    spread = one.square().sum(0) + other.square().sum(0)
    losses = 1 - 2 * (one * other).sum(0) / spread.clamp(min=1e-6)
    return masked_mean(losses, known.any(0))
