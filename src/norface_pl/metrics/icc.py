"""Intraclass correlation ICC(3,1), the customary score of AU intensity."""

import torch
from torch import Tensor
from torchmetrics import Metric


class ICC(Metric):
    """ICC(3,1), consistency of two raters (prediction and truth), for each label.

    With n faces, two ratings each and the mean squares of a two-way analysis of variance between
    faces (BMS) and of the rest (EMS): ICC = (BMS - EMS) / (BMS + EMS). Formula of Shrout and
    Fleiss, 1979. Running sums in double precision, so any number of batches takes the same memory.

    Labels: (B, L) with NaN = missing. A label of one face, or without any variance in both
    ratings, scores 0; one without a face has no value, NaN.

    Args:
        num_labels: L.
    """

    is_differentiable = False
    higher_is_better = True
    full_state_update = False

    count: Tensor
    sums: Tensor
    squares: Tensor
    products: Tensor

    def __init__(self, num_labels: int) -> None:
        super().__init__()
        zeros = torch.zeros(num_labels, dtype=torch.float64)
        self.add_state("count", zeros, dist_reduce_fx="sum")
        self.add_state("sums", zeros.repeat(2, 1), dist_reduce_fx="sum")
        self.add_state("squares", zeros.repeat(2, 1), dist_reduce_fx="sum")
        self.add_state("products", zeros.clone(), dist_reduce_fx="sum")

    def update(self, preds: Tensor, target: Tensor) -> None:
        """Add predictions and labels (B, L) on the scale 0-5."""
        known = ~target.isnan()
        ratings = torch.stack([preds, target.nan_to_num()]).double() * known
        self.count += known.sum(dim=0)
        self.sums += ratings.sum(dim=1)
        self.squares += ratings.square().sum(dim=1)
        self.products += (ratings[0] * ratings[1]).sum(dim=0)

    def compute(self) -> Tensor:
        """ICC of each label (L,)."""
        return icc(self.count, self.sums, self.squares, self.products).float()


def icc(count: Tensor, sums: Tensor, squares: Tensor, products: Tensor) -> Tensor:
    """Return the ICC(3,1) of each label (L,) from sums over faces, in double precision.

    Args:
        count: faces, (L,).
        sums: of both ratings, (2, L).
        squares: sums of their squares, (2, L).
        products: sums of their products, (L,).
    """
    n = count.clamp(min=2)
    variances = (squares - sums.square() / n) / (n - 1)
    covariance = (products - sums[0] * sums[1] / n) / (n - 1)
    # For two raters the mean squares are sums and differences of these:
    # BMS = (v0 + v1) / 2 + cov and EMS = (v0 + v1) / 2 - cov.
    half = variances.sum(dim=0) / 2
    valid = (count >= 2) & (half > 1e-12)
    found = torch.where(valid, covariance / half.clamp(min=1e-12), 0.0)
    return found.where(count > 0, torch.nan)
