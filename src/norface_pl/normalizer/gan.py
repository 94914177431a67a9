"""Hinge losses of the adversarial game (Lim & Ye, Geometric GAN, 2017)."""

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn import functional as F


def discriminator_loss(real: Sequence[Tensor], fake: Sequence[Tensor]) -> Tensor:
    """Hinge loss of the discriminator, mean over scales.

    Args:
        real: logits per scale for real faces.
        fake: logits per scale for drawn faces, detached from the generator.
    """
    terms = [
        F.relu(1 - r.float()).mean() + F.relu(1 + f.float()).mean()
        for r, f in zip(real, fake, strict=True)
    ]
    return torch.stack(terms).mean()


def generator_loss(fake: Sequence[Tensor]) -> Tensor:
    """Adversarial loss of the generator: raise the logits of drawn faces, mean over scales."""
    return -torch.stack([f.float().mean() for f in fake]).mean()
