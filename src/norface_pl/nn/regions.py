"""Where on an aligned face expressions show, and what is no face."""

import torch
from torch import Tensor

# Centre x, y and spread x, y of the regions in which expressions show, in a crop by the AU_CROP
# template with coordinates from -1 to 1: brows and eyes, forehead, nose, mouth, chin.
REGIONS = (
    (-0.36, -0.45, 0.22, 0.18),
    (0.36, -0.45, 0.22, 0.18),
    (0.00, -0.65, 0.35, 0.12),
    (0.00, 0.00, 0.25, 0.25),
    (0.00, 0.42, 0.30, 0.20),
    (0.00, 0.75, 0.25, 0.15),
)
FACE = (0.0, 0.05, 0.80, 0.95)


def _distance(size: int, cx: float, cy: float, sx: float, sy: float) -> Tensor:
    """Squared distance of every pixel from a centre, measured in spreads, (size, size)."""
    axis = torch.linspace(-1, 1, size)
    y, x = torch.meshgrid(axis, axis, indexing="ij")
    return ((x - cx) / sx) ** 2 + ((y - cy) / sy) ** 2


def expressive_regions(size: int, gain: float) -> Tensor:
    """Weight of every pixel of an aligned face, (size, size) with mean 1.

    Args:
        size: side of the face in pixels.
        gain: how much more the centre of a region counts than the background, which has 1.
    """
    weight = 1 + gain * _bumps(size)
    return weight / weight.mean()


def hiding_expression(size: int) -> Tensor:
    """Soft mask that covers all places where expressions show, (size, size) in [0, 1]."""
    return (2 * _bumps(size)).clamp_max(1)


def _bumps(size: int) -> Tensor:
    """1 in the middle of the nearest region, less around it, (size, size)."""
    return torch.stack([torch.exp(-0.5 * _distance(size, *region)) for region in REGIONS]).amax(0)


def outside_face(size: int) -> Tensor:
    """Soft mask of what is no face in an aligned crop, (size, size) in [0, 1]."""
    return torch.sigmoid(12 * (_distance(size, *FACE).sqrt() - 1))
