"""Losses of the classifier; a missing label never contributes to the value or to the gradient."""

import torch
from torch import Tensor
from torch.nn import functional as F


def masked_mean(values: Tensor, known: Tensor) -> Tensor:
    """Mean of the values (any shape) where ``known`` is true; 0 with a zero gradient if none is."""
    total = torch.where(known, values, 0.0).sum()
    return total / known.sum().clamp(min=1)


def occurrence_loss(logits: Tensor, labels: Tensor, weight: Tensor | None = None) -> Tensor:
    """Binary cross-entropy of AU occurrences.

    Args:
        logits: (B, L).
        labels: (B, L), 0 or 1, NaN = missing.
        weight: (L,) factor of each AU that scales positives and negatives alike, which is the
            ``weight`` slot (not ``pos_weight``), as ABAW5 of Norface's group uses it.
    """
    losses = F.binary_cross_entropy_with_logits(
        logits.float(), labels.nan_to_num(), weight=weight, reduction="none"
    )
    return masked_mean(losses, ~labels.isnan())


def intensity_loss(predictions: Tensor, labels: Tensor, weight: Tensor | None = None) -> Tensor:
    """Mean squared error of AU intensities (B, L), 0 to 5 or NaN = missing; ``weight`` is (L,)."""
    losses = (predictions.float() - labels.nan_to_num()).square()
    return masked_mean(losses if weight is None else losses * weight, ~labels.isnan())


def expression_loss(
    logits: Tensor, labels: Tensor, weight: Tensor | None = None, smoothing: float = 0.0
) -> Tensor:
    """Cross-entropy of emotion classes.

    Args:
        logits: (B, C).
        labels: (B,) int64, -1 = missing.
        weight: (C,) factor of each class.
        smoothing: share of the probability spread over all classes.
    """
    losses = F.cross_entropy(
        logits.float(),
        labels,
        weight=weight,
        ignore_index=-1,
        label_smoothing=smoothing,
        reduction="none",
    )
    return masked_mean(losses, labels >= 0)


def inverse_frequency(labels: Tensor, num_classes: int | None = None) -> Tensor:
    """Weights inversely proportional to how often a label occurs, scaled to a mean of 1.

    Args:
        labels: AU occurrences (N, L) with NaN = missing, or classes (N,) with -1 = missing.
        num_classes: number of emotion classes; None for AU occurrences.

    Returns:
        (L,) or (C,). A label that never occurs counts as if it had occurred once.
    """
    if num_classes is None:
        known = (~labels.isnan()).sum(dim=0)
        positives = labels.nansum(dim=0)
    else:
        positives = torch.bincount(labels[labels >= 0], minlength=num_classes).float()
        known = positives.sum().expand(num_classes)
    weight = known.clamp(min=1) / positives.clamp(min=1)
    return weight / weight.mean()
