"""Frozen networks that judge what the normalizer draws: who it is, which expression, which pose."""

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F

CHANNELS = (32, 64, 96, 128)
"""Width after each halving of the picture."""


class Judged(NamedTuple):
    """What a teacher says of pictures.

    Attributes:
        maps: feature maps from fine to coarse.
        embedding: (B, D) unit vectors.
        outputs: (B, O) logits or values of its task.
    """

    maps: list[Tensor]
    embedding: Tensor
    outputs: Tensor


class Teacher(nn.Module):
    """Small convolutional network over aligned faces, which keeps a weight for every place.

    Args:
        outputs: number of people, of labels, or of angles.
    """

    def __init__(self, outputs: int) -> None:
        super().__init__()
        self.stages = nn.ModuleList(
            nn.Sequential(
                nn.Conv2d(before, after, 3, 2, 1, bias=False), nn.BatchNorm2d(after), nn.ReLU()
            )
            for before, after in pairwise((3, *CHANNELS))
        )
        self.embed = nn.Sequential(
            nn.AdaptiveAvgPool2d(4),
            nn.Flatten(),
            nn.Linear(16 * CHANNELS[-1], 192, bias=False),
            nn.BatchNorm1d(192),
        )
        # Some teachers learn from few people.
        self.output = nn.Sequential(nn.ReLU(), nn.Dropout(0.3), nn.Linear(192, outputs))

    def forward(self, images: Tensor) -> Judged:
        """Judge pictures (B, 3, H, W) in [0, 1]."""
        x = 4 * (images - 0.5)
        maps = []
        for stage in self.stages:
            x = stage(x)
            maps.append(x)
        embedding = self.embed(x)
        return Judged(maps, F.normalize(embedding.float(), dim=1), self.output(embedding))


class ComparisonTeacher(nn.Module):
    """Tells by how much every label differs between two frames of one clip.

    What people look like is the same in both frames and drops out of the comparison, so that
    it carries over from few people to many better than a judgement of single frames.

    Args:
        outputs: number of labels.
        channels: width after each halving of the picture.
        dropout: on the last features while it is trained.
    """

    def __init__(
        self, outputs: int, channels: Sequence[int] = CHANNELS, dropout: float = 0.2
    ) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        for before, after in pairwise((9, *channels)):
            layers += [nn.Conv2d(before, after, 3, 2, 1), nn.BatchNorm2d(after), nn.GELU()]
        layers += [nn.AdaptiveAvgPool2d(4), nn.Flatten(), nn.Dropout(dropout)]
        self.compare = nn.Sequential(*layers, nn.Linear(16 * channels[-1], outputs))

    def forward(self, images: Tensor, references: Tensor) -> Tensor:
        """Return label of image minus label of reference (B, O), both (B, 3, H, W) in [0, 1]."""
        x, reference = 4 * (images - 0.5), 4 * (references - 0.5)
        change: Tensor = self.compare(torch.cat([x, reference, x - reference], dim=1))
        return change


def feature_distance(first: list[Tensor], second: list[Tensor]) -> Tensor:
    """L1 between feature maps, mean over levels: the perceptual loss."""
    terms = [(a.float() - b.float()).abs().mean() for a, b in zip(first, second, strict=True)]
    return torch.stack(terms).mean()
