"""Multi-scale PatchGAN discriminator (Wang et al., pix2pixHD, 2018) with spectral norm.

Its hinge losses are those of Geometric GAN (Lim & Ye, 2017).
"""

from collections.abc import Callable, Sequence
from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.nn.utils.parametrizations import spectral_norm

WIDTHS = (3, 32, 64, 128)
SCALES = 2


def _normed(convolution: nn.Conv2d) -> nn.Module:
    norm: Callable[[nn.Module], nn.Module] = spectral_norm
    return norm(convolution)


def patch_judge() -> nn.Sequential:
    """Return a network that judges overlapping patches of a picture."""
    parts: list[nn.Module] = []
    for before, after in pairwise(WIDTHS):
        parts += [_normed(nn.Conv2d(before, after, 4, 2, 1)), nn.LeakyReLU(0.2)]
    return nn.Sequential(*parts, _normed(nn.Conv2d(WIDTHS[-1], 1, 3, 1, 1)))


class MultiScaleDiscriminator(nn.Module):
    """The same kind of judge at several resolutions, each half of the one before."""

    def __init__(self) -> None:
        super().__init__()
        self.judges = nn.ModuleList(patch_judge() for _ in range(SCALES))

    def forward(self, images: Tensor) -> list[Tensor]:
        """Judge (B, 3, H, W) in [0, 1]; returns logits (B, 1, h, w) per scale."""
        logits = []
        images = 2 * images - 1
        for number, judge in enumerate(self.judges):
            if number:
                images = F.avg_pool2d(images, 3, 2, 1, count_include_pad=False)
            logits.append(judge(images))
        return logits


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
