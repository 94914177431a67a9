"""Losses of AU detection to choose from; missing labels contribute nothing to any of them."""

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from norface_pl.nn.losses import masked_mean, occurrence_loss


class AsymmetricLoss(nn.Module):
    """Cross-entropy whose easy negatives count less (Luo et al., ME-GraphAU, 2022).

    Most action units are absent from most faces. A negative is weighed by the probability that it
    was given, to the power of ``gamma``, so that what is already known to be absent counts little.

    Args:
        gamma: 1 as published; 0 is plain cross-entropy.
    """

    def __init__(self, gamma: float = 1.0) -> None:
        super().__init__()
        self.gamma = gamma

    def forward(self, logits: Tensor, labels: Tensor, weight: Tensor | None = None) -> Tensor:
        """Arguments as of `occurrence_loss`."""
        logits, truth = logits.float(), labels.nan_to_num()
        # The factor is a weight and no way to lower the loss: no gradient flows through it.
        factor = logits.detach().sigmoid() ** self.gamma
        losses = -(truth * F.logsigmoid(logits) + (1 - truth) * factor * F.logsigmoid(-logits))
        return masked_mean(losses if weight is None else losses * weight, ~labels.isnan())


class FocalLoss(nn.Module):
    """Cross-entropy in which what is told well counts less (Lin et al., 2017).

    Args:
        gamma: power of the probability given to the wrong answer; 0 is plain cross-entropy.
    """

    def __init__(self, gamma: float = 2.0) -> None:
        super().__init__()
        self.gamma = gamma

    def forward(self, logits: Tensor, labels: Tensor, weight: Tensor | None = None) -> Tensor:
        """Arguments as of `occurrence_loss`."""
        logits, truth = logits.float(), labels.nan_to_num()
        right = logits * (2 * truth - 1)
        losses = -((-right).sigmoid() ** self.gamma) * F.logsigmoid(right)
        return masked_mean(losses if weight is None else losses * weight, ~labels.isnan())


def dice_loss(
    logits: Tensor, labels: Tensor, weight: Tensor | None = None, smooth: float = 1.0
) -> Tensor:
    """One minus a soft F1 over the batch, mean over the units; arguments as of `occurrence_loss`.

    ``smooth`` keeps the loss of a unit without any positive finite.
    """
    known = ~labels.isnan()
    given = torch.where(known, logits.float().sigmoid(), 0.0)
    truth = labels.nan_to_num()
    # The denominator has squares, as that of V-Net and JAA-Net.
    both = (given * truth).sum(0)
    total = (given.square() + truth.square()).sum(0)
    losses = 1 - (2 * both + smooth) / (total + smooth)
    return masked_mean(losses if weight is None else losses * weight, known.any(0))


class DiceLoss(nn.Module):
    """Cross-entropy plus a soft F1 of every unit over the batch (Shao et al., JAA-Net, 2021).

    Args:
        share: factor of the soft F1; JAA-Net adds both with the same factor.
    """

    def __init__(self, share: float = 1.0) -> None:
        super().__init__()
        self.share = share

    def forward(self, logits: Tensor, labels: Tensor, weight: Tensor | None = None) -> Tensor:
        """Arguments as of `occurrence_loss`."""
        soft = dice_loss(logits, labels, weight)
        return occurrence_loss(logits, labels, weight) + self.share * soft
