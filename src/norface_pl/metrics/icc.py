"""Intraclass correlation ICC(3,1), the customary score of AU intensity."""

import torch
from torch import Tensor


def icc(count: Tensor, sums: Tensor, squares: Tensor, products: Tensor) -> Tensor:
    """Return the ICC(3,1), consistency of prediction and truth, of each label (L,).

    With n faces, two ratings each and the mean squares of a two-way analysis of variance between
    faces (BMS) and of the rest (EMS): ICC = (BMS - EMS) / (BMS + EMS). Formula of Shrout and
    Fleiss, 1979. A label of one face, or without any variance in both ratings, scores 0; one
    without a face has no value, NaN. Give sums over faces in double precision.

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
