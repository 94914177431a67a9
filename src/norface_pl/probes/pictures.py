"""What pictures themselves say: how sharp they are, and how near to the true ones."""

import torch
from torch import Tensor
from torch.nn import functional as F
from torchmetrics.functional.image import (
    peak_signal_noise_ratio,
    structural_similarity_index_measure,
)

LUMA = (0.299, 0.587, 0.114)
LAPLACIAN = ((0.0, 1.0, 0.0), (1.0, -4.0, 1.0), (0.0, 1.0, 0.0))


def sharpness(images: Tensor) -> Tensor:
    """Variance of the Laplacian of the luma of pictures (B, 3, H, W) in [0, 1], (B,)."""
    luma = (images.float() * images.new_tensor(LUMA, dtype=torch.float).view(3, 1, 1)).sum(1)
    kernel = luma.new_tensor(LAPLACIAN).view(1, 1, 3, 3)
    return F.conv2d(luma[:, None], kernel).flatten(1).var(1)


def likeness(images: Tensor, truth: Tensor) -> dict[str, float]:
    """PSNR in dB and SSIM of pictures (B, 3, H, W) in [0, 1] against the true ones."""
    psnr = peak_signal_noise_ratio(images, truth, 1.0, dim=(1, 2, 3), reduction=None)
    ssim = structural_similarity_index_measure(images, truth, data_range=1.0)
    assert isinstance(ssim, Tensor)
    # Two equal pictures have an infinite ratio, which no mean survives.
    return {"psnr": float(psnr.clamp_max(100).mean()), "ssim": float(ssim)}
