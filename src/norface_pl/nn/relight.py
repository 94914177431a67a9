"""RandAugment of light: what it does to colours, for batches on the device."""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torchvision.transforms.v2 import functional as T

STEPS = 10.0  # magnitudes are given on this scale, as in "rand-m9"


Operation = Callable[[Tensor, float], Tensor]

OPERATIONS: tuple[Operation, ...] = (
    lambda image, size: T.autocontrast(image),
    lambda image, size: _in_bytes(T.equalize, image),
    lambda image, size: _in_bytes(T.posterize, image, 8 - round(4 * abs(size))),
    lambda image, size: T.solarize(image, 1 - abs(size)),
    lambda image, size: T.adjust_saturation(image, 1 + 0.9 * size),
    lambda image, size: T.adjust_contrast(image, 1 + 0.9 * size),
    lambda image, size: T.adjust_brightness(image, 1 + 0.9 * size),
    lambda image, size: T.adjust_sharpness(image, 1 + 0.9 * size),
)
"""What may happen to a picture (3, H, W) in [0, 1], by a strength from -1 to 1."""


def _in_bytes(operation: Callable[..., Tensor], image: Tensor, *options: int) -> Tensor:
    return operation((image * 255).to(torch.uint8), *options).to(image.dtype) / 255


@dataclass(frozen=True)
class Light:
    """Strength of `RandomLight`.

    Attributes:
        count: operations drawn for each picture.
        magnitude: mean strength, from 0 to 10.
        spread: standard deviation of the strength.
    """

    count: int = 2
    magnitude: float = 9.0
    spread: float = 0.5


class RandomLight(nn.Module):
    """Some random operations on the colours of each picture (Cubuk et al., RandAugment, 2020).

    As timm's ``rand-m9-mstd0.5-inc1``, where each operation is left out half of the time, but
    without inverted colours and without what moves pixels: a face is moved by `FaceAugment`, all
    its pictures alike.
    """

    def __init__(self, options: Light = Light()) -> None:
        super().__init__()
        self.options = options

    def forward(self, images: Tensor) -> Tensor:
        """(B, 3, H, W) in [0, 1] to the same."""
        return torch.stack([self.change(image) for image in images])

    def change(self, image: Tensor) -> Tensor:
        """Apply what is drawn to one picture (3, H, W)."""
        given = self.options
        chosen = torch.randint(len(OPERATIONS), (given.count,))[torch.rand(given.count) < 0.5]
        for number in chosen.tolist():
            size = (given.magnitude + given.spread * torch.randn(())).clamp(0, STEPS) / STEPS
            sign = 1 if torch.rand(()) < 0.5 else -1
            image = OPERATIONS[number](image, sign * float(size)).clamp(0, 1)
        return image
