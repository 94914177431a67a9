"""Augmentation of face batches on the device."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torchvision.transforms.v2.functional import rgb_to_grayscale

from norface_pl.nn.relight import Light, RandomLight


@dataclass(frozen=True)
class Augmentation:
    """How faces are changed at random in training; 0 switches a part off.

    Attributes:
        flip: probability of mirroring.
        shift: largest shift as a share of the side.
        scale: largest relative change of size.
        rotate: largest rotation in degrees.
        brightness: largest change of brightness, factor of 1.
        contrast: largest change of contrast, factor of 1.
        colour: largest change of a colour channel, factor of 1.
        noise: largest standard deviation of pixel noise.
        erase: probability of a grey rectangle over 2-15 % of the picture.
        light: changes the colours further, before the rectangle; None for nothing.
        grey: probability of losing all colour; half of this field's data is grey.
    """

    flip: float = 0.5
    shift: float = 0.03
    scale: float = 0.05
    rotate: float = 4.0
    brightness: float = 0.3
    contrast: float = 0.3
    colour: float = 0.2
    noise: float = 0.03
    erase: float = 0.0
    light: Light | None = None
    grey: float = 0.0


class FaceAugment(nn.Module):
    """Random geometry, light, colour and erasing of the original face.

    Its normalized pictures are mirrored when it is, and otherwise stay as they are: they stand
    alike for every face and in the same light, so that a network need not learn to bear other
    places or lights. Action units are scored for both sides of the face together, so a mirrored
    face keeps its labels.
    """

    def __init__(self, options: Augmentation = Augmentation()) -> None:
        super().__init__()
        self.options = options
        self.light = None if options.light is None else RandomLight(options.light)

    def forward(self, original: Tensor | None, normalized: Sequence[Tensor] = ()) -> list[Tensor]:
        """Augment pictures (B, 3, H, W) in [0, 1] of the same B faces.

        Args:
            original: gets geometry, light, colour and erasing; None if the face is not used.
            normalized: are mirrored together with the original.

        Returns:
            The original first, if there is one, then the normalized ones.
        """
        first = normalized[0] if original is None else original
        mirror = self.sample_mirror(len(first), first.device)
        chosen = mirror[:, None, None, None]
        parts = [torch.where(chosen, picture.flip(-1), picture) for picture in normalized]
        if original is not None:
            lit = self.relight(*self.move([original], mirror))
            parts.insert(0, self.erase_box(lit if self.light is None else self.light(lit)))
        return parts

    def move(self, images: Sequence[Tensor], mirror: Tensor | None = None) -> list[Tensor]:
        """Move pictures (B, 3, H, W) of the same B faces, all of a face alike.

        Args:
            images: such as frames that are compared.
            mirror: (B,) which faces are mirrored; None draws them.
        """
        size, device = images[0].shape, images[0].device
        if mirror is None:
            mirror = self.sample_mirror(size[0], device)
        grid = F.affine_grid(self.sample_geometry(mirror), [*size], align_corners=False)
        stacked = torch.cat([*images], dim=1)
        warped = F.grid_sample(stacked, grid, padding_mode="border", align_corners=False)
        return list(warped.chunk(len(images), dim=1))

    def sample_mirror(self, count: int, device: torch.device) -> Tensor:
        """Choose which faces are mirrored, (count,) bool."""
        return torch.rand(count, device=device) < self.options.flip

    def sample_geometry(self, mirror: Tensor) -> Tensor:
        """Random affine maps (B, 2, 3) from output to input coordinates in [-1, 1]."""
        count, device = len(mirror), mirror.device
        angle = math.radians(self.options.rotate) * spread(count, device)
        size = 1 + self.options.scale * spread(count, device)
        side = 1 - 2 * mirror.float()
        cos, sin = size * angle.cos(), size * angle.sin()
        shift = 2 * self.options.shift
        x, y = shift * spread(count, device), shift * spread(count, device)
        return torch.stack(
            [torch.stack([side * cos, -sin, x], 1), torch.stack([side * sin, cos, y], 1)], 1
        )

    def relight(self, images: Tensor) -> Tensor:
        """Change colour, brightness, contrast, colour balance and noise of each picture."""
        count, device = len(images), images.device
        if self.options.grey:
            chosen = torch.rand(count, 1, 1, 1, device=device) < self.options.grey
            images = torch.where(chosen, rgb_to_grayscale(images, 3), images)
        mean = images.mean(dim=(1, 2, 3), keepdim=True)
        contrast = 1 + self.options.contrast * spread(count, device).view(-1, 1, 1, 1)
        bright = 1 + self.options.brightness * spread(count, device).view(-1, 1, 1, 1)
        tint = 1 + self.options.colour * spread(count * 3, device).view(-1, 3, 1, 1)
        images = ((images - mean) * contrast + mean) * bright * tint
        if self.options.noise:
            images = images + self.options.noise * torch.rand_like(mean) * torch.randn_like(images)
        return images.clamp(0, 1)

    def erase_box(self, images: Tensor) -> Tensor:
        """Cover a random rectangle of some pictures with grey."""
        if not self.options.erase:
            return images
        count, _, height, width = images.shape
        device = images.device
        area = 0.02 + 0.13 * torch.rand(count, 1, device=device)
        ratio = torch.exp(math.log(2.0) * spread(count, device))[:, None]
        half_y, half_x = (area * ratio).sqrt() / 2, (area / ratio).sqrt() / 2
        y = (torch.arange(height, device=device) + 0.5) / height
        x = (torch.arange(width, device=device) + 0.5) / width
        rows = (y - torch.rand(count, 1, device=device)).abs() < half_y
        columns = (x - torch.rand(count, 1, device=device)).abs() < half_x
        chosen = torch.rand(count, 1, 1, device=device) < self.options.erase
        box = (rows[:, :, None] & columns[:, None, :] & chosen)[:, None]
        return torch.where(box, 0.5, images)


def spread(count: int, device: torch.device) -> Tensor:
    """Uniform random numbers (count,) in [-1, 1]."""
    return 2 * torch.rand(count, device=device) - 1
