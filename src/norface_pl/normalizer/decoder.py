"""Convolutional decoder from merged patch tokens to a picture."""

from collections.abc import Sequence
from itertools import pairwise

from torch import Tensor, nn


class ResidualBlock(nn.Module):
    """GroupNorm, SiLU and 3x3 convolution twice, with a shortcut."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.body = nn.Sequential(
            nn.GroupNorm(8, channels),
            nn.SiLU(),
            nn.Conv2d(channels, channels, 3, padding=1),
            nn.GroupNorm(8, channels),
            nn.SiLU(),
            nn.Conv2d(channels, channels, 3, padding=1),
        )

    def forward(self, x: Tensor) -> Tensor:
        """Map (B, C, H, W) to the same shape."""
        out: Tensor = x + self.body(x)
        return out


class ConvDecoder(nn.Module):
    """Doubles the token grid until the picture is reached.

    Every doubling widens to four maps per pixel and shuffles them apart, which costs a quarter
    of convolving the larger grid; the last doubling goes straight to the three colours.

    Args:
        dim: width of the tokens.
        channels: width at the token grid and after each doubling but the last, so that the
            picture has a side of grid * 2 ** len(channels).
    """

    def __init__(self, dim: int, channels: Sequence[int] = (128, 96, 48)) -> None:
        super().__init__()
        stages: list[nn.Module] = [nn.Conv2d(dim, channels[0], 1), ResidualBlock(channels[0])]
        for before, after in pairwise(channels):
            stages += [
                nn.Conv2d(before, 4 * after, 3, padding=1),
                nn.PixelShuffle(2),
                ResidualBlock(after),
            ]
        stages += [
            nn.GroupNorm(8, channels[-1]),
            nn.SiLU(),
            nn.Conv2d(channels[-1], 4 * 3, 3, padding=1),
            nn.PixelShuffle(2),
        ]
        self.stages = nn.Sequential(*stages)

    def forward(self, tokens: Tensor) -> Tensor:
        """Decode (B, N, D) tokens of a square grid to RGB (B, 3, H, W) in [0, 1]."""
        batch, count, dim = tokens.shape
        side = int(count**0.5)
        grid = tokens.transpose(1, 2).reshape(batch, dim, side, side)
        image: Tensor = self.stages(grid)
        return image.sigmoid()
