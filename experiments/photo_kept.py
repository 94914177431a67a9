"""What redrawn photographs keep of the expression, and what else still shows in them."""

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
import torch
from torch import Tensor

from norface_pl.faces.detect import FaceNetwork, detect_all
from norface_pl.faces.detectors import load_detector
from norface_pl.io.weights import find_weights
from norface_pl.probes.linear import explained, pooled, ridge

ACTIVE = 25
DETECTORS = ("yunet", "retinaface_mobile0.25")
# Of the side, on every side: detectors look for faces that do not fill the picture.
MARGIN = 0.25


def correlations(one: Tensor, other: Tensor) -> Tensor:
    """Return the correlation of every column of two (N, C), of rows that both have; (C,)."""
    known = one.isfinite().all(1) & other.isfinite().all(1)
    first, second = (x[known].double() - x[known].double().mean(0) for x in (one, other))
    return (first * second).sum(0) / (first.square().sum(0) * second.square().sum(0)).sqrt()


def most_active(logits: Tensor, count: int = ACTIVE) -> Tensor:
    """Return the places of the channels whose coefficients vary most, the first most; (count,)."""
    return logits.sigmoid().var(0).topk(min(count, logits.shape[1])).indices


def grey(images: Tensor) -> Tensor:
    """Pool pictures (N, 3, S, S) uint8 to 16 x 16 grey values in [0, 1], (N, 256)."""
    parts = images.split(256)
    return torch.cat([pooled(part.float().mean(1, keepdim=True) / 255) for part in parts])


def light_read(original: Tensor, images: Tensor, person: Tensor) -> float:
    """Return how well the light of I_o is read from pictures of people whom the probe never saw.

    Light is the mean brightness of the left and of the right half of I_o; a ridge regression reads
    it from 16 x 16 grey pixels, fitted on every other person and tested on the rest, both ways.

    Returns:
        R2, mean of both halves: 1 is all of it, 0 or less nothing.
    """
    halves = original.float().mean(1).chunk(2, dim=2)
    truth = torch.stack([half.mean((1, 2)) / 255 for half in halves], 1)
    features, read = grey(images), torch.zeros_like(truth)
    for group in (0, 1):
        out = person % 2 == group
        read[out] = ridge(features[~out], truth[~out], features[out])
    return float(explained(read, truth).mean())


def load_networks(weights: Path) -> list[FaceNetwork]:
    """Load both face detectors from a folder."""
    return [load_detector(find_weights(name, weights)).network for name in DETECTORS]


def found_by_all(networks: Sequence[FaceNetwork], images: Tensor) -> float:
    """Return the share of pictures (N, 3, S, S) uint8 in which every detector finds a face."""
    margin, found = [round(MARGIN * images.shape[-1])] * 4, 0
    for part in images.permute(0, 2, 3, 1).contiguous().split(64):
        framed = [
            np.asarray(cv2.copyMakeBorder(picture, *margin, cv2.BORDER_REPLICATE), np.uint8)
            for picture in part.numpy()
        ]
        seen = [detect_all(network, framed) for network in networks]
        found += sum(all(faces) for faces in zip(*seen, strict=True))
    return found / len(images)
