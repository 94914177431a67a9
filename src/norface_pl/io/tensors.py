"""Between pictures, uint8 with channels last, and batches, float in [0, 1] with channels first."""

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from norface_pl.io.images import Picture


def to_batch(pictures: Sequence[Picture]) -> Tensor:
    """Stack (H, W, 3) uint8 pictures of one size to (B, 3, H, W) float32 in [0, 1]."""
    stacked = torch.from_numpy(np.stack(pictures))
    return stacked.permute(0, 3, 1, 2).float().div(255)


def to_pictures(batch: Tensor) -> NDArray[np.uint8]:
    """Turn (B, 3, H, W) in [0, 1] into (B, H, W, 3) uint8, clipped and rounded."""
    scaled = batch.detach().float().clamp(0, 1).mul(255).round().byte()
    pictures: NDArray[np.uint8] = scaled.permute(0, 2, 3, 1).cpu().numpy()
    return pictures
