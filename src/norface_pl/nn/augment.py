"""Augmentation of face batches on the device: one grid_sample for all pictures of a face."""

import math
from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from norface_pl.nn.relight import RandomLight


class FaceAugment(nn.Module):
    """Random geometry and, for the original face only, random light, colour and erasing.

    All pictures of one face (original and normalized) get the same geometry, so that they stay
    aligned to each other. Action units are scored for both sides of the face together, so a
    mirrored face keeps its labels. A 0 switches its part off.

    Args:
        flip: probability of mirroring.
        shift: largest shift as a share of the side.
        scale: largest relative change of size.
        rotate: largest rotation in degrees.
        brightness: largest change of brightness, factor of 1.
        contrast: largest change of contrast, factor of 1.
        colour: largest change of a colour channel, factor of 1.
        noise: largest standard deviation of pixel noise.
        erase: probability of a grey rectangle over 2-15 % of the picture.
        light: changes the original further, before the rectangle; None for nothing.
    """

    def __init__(
        self,
        flip: float = 0.5,
        shift: float = 0.06,
        scale: float = 0.1,
        rotate: float = 8.0,
        brightness: float = 0.3,
        contrast: float = 0.3,
        colour: float = 0.2,
        noise: float = 0.03,
        erase: float = 0.25,
        light: RandomLight | None = None,
    ) -> None:
        super().__init__()
        self.flip = flip
        self.shift = shift
        self.scale = scale
        self.rotate = rotate
        self.brightness = brightness
        self.contrast = contrast
        self.colour = colour
        self.noise = noise
        self.erase = erase
        self.light = light

    def forward(self, original: Tensor | None, others: Sequence[Tensor] = ()) -> list[Tensor]:
        """Augment pictures (B, 3, H, W) in [0, 1] of the same B faces.

        Args:
            original: gets geometry, light, colour and erasing; None if the face is not used.
            others: get the same geometry and nothing else.

        Returns:
            The original first, if there is one, then the others.
        """
        images = [*([] if original is None else [original]), *others]
        size = images[0].shape
        theta = self.sample_geometry(size[0], images[0].device)
        grid = F.affine_grid(theta, [*size], align_corners=False)
        stacked = torch.cat(images, dim=1)
        warped = F.grid_sample(stacked, grid, padding_mode="border", align_corners=False)
        parts = list(warped.chunk(len(images), dim=1))
        if original is not None:
            lit = self.relight(parts[0])
            parts[0] = self.erase_box(lit if self.light is None else self.light(lit))
        return parts

    def sample_geometry(self, count: int, device: torch.device) -> Tensor:
        """Random affine maps (count, 2, 3) from output to input coordinates in [-1, 1]."""
        angle = math.radians(self.rotate) * spread(count, device)
        size = 1 + self.scale * spread(count, device)
        mirror = 1 - 2 * (torch.rand(count, device=device) < self.flip).float()
        cos, sin = size * angle.cos(), size * angle.sin()
        x, y = 2 * self.shift * spread(count, device), 2 * self.shift * spread(count, device)
        return torch.stack(
            [torch.stack([mirror * cos, -sin, x], 1), torch.stack([mirror * sin, cos, y], 1)], 1
        )

    def relight(self, images: Tensor) -> Tensor:
        """Change brightness, contrast, colour balance and noise of each picture."""
        count, device = len(images), images.device
        mean = images.mean(dim=(1, 2, 3), keepdim=True)
        contrast = 1 + self.contrast * spread(count, device).view(-1, 1, 1, 1)
        bright = 1 + self.brightness * spread(count, device).view(-1, 1, 1, 1)
        tint = 1 + self.colour * spread(count * 3, device).view(-1, 3, 1, 1)
        images = ((images - mean) * contrast + mean) * bright * tint
        if self.noise:
            images = images + self.noise * torch.rand_like(mean) * torch.randn_like(images)
        return images.clamp(0, 1)

    def erase_box(self, images: Tensor) -> Tensor:
        """Cover a random rectangle of some pictures with grey."""
        if not self.erase:
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
        chosen = torch.rand(count, 1, 1, device=device) < self.erase
        box = (rows[:, :, None] & columns[:, None, :] & chosen)[:, None]
        return torch.where(box, 0.5, images)


def spread(count: int, device: torch.device) -> Tensor:
    """Uniform random numbers (count,) in [-1, 1]."""
    return 2 * torch.rand(count, device=device) - 1
