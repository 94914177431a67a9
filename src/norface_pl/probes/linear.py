"""Linear probes in closed form or close to it: logistic and ridge regression on features."""

import torch
from torch import Tensor
from torch.nn import functional as F

POOLED = 16


def pooled(images: Tensor) -> Tensor:
    """Average pictures (B, 3, H, W) over a 16 x 16 grid, (B, 768)."""
    return F.adaptive_avg_pool2d(images.float(), POOLED).flatten(1)


def logistic(
    fit: Tensor, target: Tensor, seen: Tensor, classes: int, penalty: float = 1e-3
) -> Tensor:
    """Fit an L2-penalized logistic regression by L-BFGS; return its logits (M, classes).

    Args:
        fit: (N, D) features.
        target: (N, classes) of 0, 1 and NaN for independent labels, or (N,) class indices with
            -1 where missing.
        seen: (M, D) features of other faces, which are read.
        classes: number of labels.
        penalty: of the squared weights.
    """
    fit, seen = _standardized(fit, seen)
    weight = torch.zeros(fit.shape[1], classes, requires_grad=True)
    bias = torch.zeros(classes, requires_grad=True)
    optimizer = torch.optim.LBFGS([weight, bias], max_iter=100, line_search_fn="strong_wolfe")

    def closure() -> Tensor:
        optimizer.zero_grad()
        logits = fit @ weight + bias
        if target.ndim == 2:
            known = ~target.isnan()
            loss = F.binary_cross_entropy_with_logits(logits[known], target[known])
        else:
            loss = F.cross_entropy(logits, target, ignore_index=-1)
        loss = loss + penalty * weight.square().sum()
        loss.backward()
        return loss

    with torch.enable_grad():
        optimizer.step(closure)
    return (seen @ weight + bias).detach()


def ridge(fit: Tensor, target: Tensor, seen: Tensor, penalty: float = 0.3) -> Tensor:
    """Fit a ridge regression and return its values for ``seen``, (M, T).

    Args:
        fit: (N, D) features.
        target: (N, T) values; a face with a NaN is left out.
        seen: (M, D) features of other faces.
        penalty: of the squared weights, a share of the number of faces.
    """
    known = ~target.isnan().any(1)
    fit, target = fit[known], target[known]
    fit, seen = _standardized(fit, seen)
    mean = target.mean(0)
    gram = fit.T @ fit + penalty * len(fit) * torch.eye(fit.shape[1])
    weight = torch.linalg.solve(gram, fit.T @ (target - mean))
    read: Tensor = seen @ weight + mean
    return read


def explained(read: Tensor, truth: Tensor) -> Tensor:
    """R2 of every column of (N, T): 1 is perfect, 0 no better than their mean; NaN if constant."""
    total = (truth - truth.mean(0)).square().sum(0)
    share = 1 - (truth - read).square().sum(0) / total
    return torch.where(total > 1e-6 * len(truth), share, torch.nan)


def _standardized(fit: Tensor, seen: Tensor) -> tuple[Tensor, Tensor]:
    mean, spread = fit.mean(0), fit.std(0) + 1e-4
    return (fit - mean) / spread, (seen - mean) / spread
