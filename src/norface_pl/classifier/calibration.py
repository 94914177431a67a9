"""What is learned from validation people: whom to believe, temperatures, thresholds.

None of it can be learned from training people. A network knows their faces by heart, so every
reading of them looks right, and the redrawn face may hold more of their labels than that of
anybody else, because a teacher of stage 1 saw these labels.
"""

from collections.abc import Callable

import torch
from torch import Tensor, nn

Criterion = Callable[[Tensor, Tensor], Tensor]


class EnsembleWeights(nn.Module):
    """How much each of several readings counts for each label; they are averaged at the start.

    Args:
        readings: P.
        num_labels: L.
    """

    weight: Tensor

    def __init__(self, readings: int, num_labels: int) -> None:
        super().__init__()
        self.register_buffer("weight", torch.full((readings, num_labels), 1 / readings))

    def forward(self, readings: Tensor) -> Tensor:
        """(P, B, L) to (B, L)."""
        return torch.einsum("pbl,pl->bl", readings, self.weight.to(readings.dtype))

    def fit(
        self, readings: Tensor, labels: Tensor, criterion: Criterion, own: slice = slice(None)
    ) -> None:
        """Take the weights, none below 0 and with a sum of 1, that make a loss least.

        Args:
            readings: (P, N, L) of people whom no weight of the network was trained on.
            labels: (N, L), or (N,) for classes.
            criterion: of outputs (N, L) and labels.
            own: columns of the labels, where there are others.
        """
        found = fitted_weights(readings[..., own].float(), labels, criterion)
        self.weight[:, own] = found


def fitted_weights(
    readings: Tensor, labels: Tensor, criterion: Criterion, shrink: float = 0.1, steps: int = 200
) -> Tensor:
    """Weights (P, L) of readings (P, N, L) that make a loss least.

    Few people are watched, so the weights of all labels are drawn towards a common one:
    ``shrink`` times the mean squared difference, on the scale of logits, is added to the loss.
    """
    size = len(readings), readings.shape[2]
    with torch.inference_mode(False), torch.enable_grad():
        readings, labels = readings.detach().clone(), labels.clone()
        common = torch.zeros(size[0], 1, device=readings.device, requires_grad=True)
        own = torch.zeros(size, device=readings.device, requires_grad=True)
        optimizer = torch.optim.Adam([common, own], lr=0.05)
        for _ in range(steps):
            mixed = torch.einsum("pnl,pl->nl", readings, (common + own).softmax(0))
            loss = criterion(mixed, labels) + shrink * own.square().mean()
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    return (common + own).detach().softmax(0)


def best_thresholds(values: Tensor, labels: Tensor) -> Tensor:
    """Thresholds (L,) of probabilities (N, L) with the highest F1; 0.5 where a unit never occurs.

    A threshold lies halfway between two probabilities that were seen; missing labels are NaN.
    """
    found = values.new_full((values.shape[1],), 0.5)
    for i, (value, label) in enumerate(zip(values.T, labels.T, strict=True)):
        known = ~label.isnan()
        score, order = value[known].sort(descending=True)
        hits = label[known][order].cumsum(0)
        if len(score) == 0 or hits[-1] == 0:
            continue
        count = torch.arange(1, len(score) + 1, device=values.device)
        f1 = 2 * hits / (count + hits[-1])
        # Equal probabilities fall on one side: only the last of them can be the last positive.
        after = torch.cat([score[1:], score.new_zeros(1)])
        last = int(f1.masked_fill(score == after, -1).argmax())
        found[i] = (score[last] + after[last]) / 2
    return found


def best_temperatures(logits: Tensor, labels: Tensor, steps: int = 40) -> Tensor:
    """Temperatures (L,) from 1/32 to 32 that make the cross-entropy of logits (N, L) least.

    The slope of the loss in 1/temperature only rises, so halving the interval finds its zero.
    """
    known = ~labels.isnan()
    truth, logits = labels.nan_to_num(), logits.float()
    low = torch.full((logits.shape[1],), -5.0, device=logits.device)
    high = -low
    for _ in range(steps):
        middle = (low + high) / 2  # of log2(1 / temperature)
        slope = ((logits * 2**middle).sigmoid() - truth) * logits
        rising = torch.where(known, slope, 0.0).sum(0) > 0
        low, high = torch.where(rising, low, middle), torch.where(rising, middle, high)
    return torch.where(known.any(0), 2 ** -((low + high) / 2), 1.0)


class Calibration(nn.Module):
    """A threshold and a temperature for every label, 0.5 and 1 at the start.

    Args:
        num_labels: L.
    """

    threshold: Tensor
    temperature: Tensor

    def __init__(self, num_labels: int) -> None:
        super().__init__()
        self.register_buffer("threshold", torch.full((num_labels,), 0.5))
        self.register_buffer("temperature", torch.ones(num_labels))

    def fit(self, logits: Tensor, labels: Tensor) -> None:
        """Take both from logits (N, L) and occurrences (N, L) of validation people."""
        self.threshold.copy_(best_thresholds(logits.float().sigmoid(), labels))
        self.temperature.copy_(best_temperatures(logits, labels))

    def f1(self, logits: Tensor, labels: Tensor) -> Tensor:
        """F1 of each unit (L,) at its own threshold; 0 for one that never occurs."""
        known = ~labels.isnan()
        found = (logits.float().sigmoid() > self.threshold) & known
        truth = (labels > 0.5) & known
        total = found.sum(0) + truth.sum(0)
        return 2 * (found & truth).sum(0) / total.clamp(min=1)
