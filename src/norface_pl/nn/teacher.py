"""Frozen networks that judge what the normalizer draws: who it is, which expression, which pose."""

from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F


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
        channels: width after each halving of the picture.
        embedding: width of the embedding.
        dropout: on the embedding while it is trained, since some teachers learn from few people.
    """

    def __init__(
        self,
        outputs: int,
        channels: Sequence[int] = (32, 64, 96, 128),
        embedding: int = 192,
        dropout: float = 0.3,
    ) -> None:
        super().__init__()
        before = 3
        self.stages = nn.ModuleList()
        for after in channels:
            self.stages.append(
                nn.Sequential(
                    nn.Conv2d(before, after, 3, 2, 1, bias=False), nn.BatchNorm2d(after), nn.ReLU()
                )
            )
            before = after
        self.embed = nn.Sequential(
            nn.AdaptiveAvgPool2d(4),
            nn.Flatten(),
            nn.Linear(16 * before, embedding, bias=False),
            nn.BatchNorm1d(embedding),
        )
        self.output = nn.Sequential(nn.ReLU(), nn.Dropout(dropout), nn.Linear(embedding, outputs))

    def forward(self, images: Tensor) -> Judged:
        """Judge pictures (B, 3, H, W) in [0, 1]."""
        x = 4 * (images - 0.5)
        maps = []
        for stage in self.stages:
            x = stage(x)
            maps.append(x)
        embedding = self.embed(x)
        return Judged(maps, F.normalize(embedding.float(), dim=1), self.output(embedding))


def feature_distance(first: list[Tensor], second: list[Tensor]) -> Tensor:
    """L1 between feature maps, mean over levels: the perceptual loss."""
    terms = [(a.float() - b.float()).abs().mean() for a, b in zip(first, second, strict=True)]
    return torch.stack(terms).mean()
