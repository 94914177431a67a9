"""What pictures show without any label: spread, sharpness, nearness to target and oracle."""

import torch
from torch import Tensor
from torch.nn import functional as F
from torchmetrics.functional.image import (
    peak_signal_noise_ratio,
    structural_similarity_index_measure,
)

from norface_pl.probes.conv import ConvTraining, FeatureDistance, fit_conv, read_conv
from norface_pl.probes.linear import pooled
from norface_pl.probes.probe import spread

Readings = dict[str, float]
"""Name of a reading -> value, for one kind of picture."""
LUMA = (0.299, 0.587, 0.114)
LAPLACIAN = ((0.0, 1.0, 0.0), (1.0, -4.0, 1.0), (0.0, 1.0, 0.0))


def sharpness(images: Tensor) -> Tensor:
    """Variance of the Laplacian of the luma of pictures (B, 3, H, W) in [0, 1], (B,)."""
    luma = (images.float() * images.new_tensor(LUMA, dtype=torch.float).view(3, 1, 1)).sum(1)
    kernel = luma.new_tensor(LAPLACIAN).view(1, 1, 3, 3)
    return F.conv2d(luma[:, None], kernel).flatten(1).var(1)


def likeness(images: Tensor, truth: Tensor) -> dict[str, float]:
    """PSNR in dB and SSIM of pictures (B, 3, H, W) in [0, 1] against the true ones."""
    psnr = peak_signal_noise_ratio(images, truth, 1.0, dim=(1, 2, 3), reduction=None)
    ssim = structural_similarity_index_measure(images, truth, data_range=1.0)
    assert isinstance(ssim, Tensor)
    # Two equal pictures have an infinite ratio, which no mean survives.
    return {"psnr": float(psnr.clamp_max(100).mean()), "ssim": float(ssim)}


class IdentityEmbedding:
    """Tells how far pictures are from the target person, whom its network never saw.

    A convolutional network learns to tell many people apart: ``subject`` (N,) of the originals
    ``images`` (N, 3, S, S) uint8. Its embedding, from which the mean face is subtracted, gives a
    cosine near 0 between different people.
    """

    def __init__(self, images: Tensor, subject: Tensor, training: ConvTraining) -> None:
        people, number = subject.unique(return_inverse=True)
        whole = fit_conv(images, number, len(people), F.cross_entropy, training)
        self.network = whole[0]
        self.mean = read_conv(self.network, images).mean(0)

    def distance(self, images: Tensor, target: Tensor) -> float:
        """Mean of 1 - cosine between pictures (N, 3, S, S) and the target (3, S, S), uint8."""
        seen, wanted = (read_conv(self.network, i) - self.mean for i in (images, target[None]))
        return 1 - float(F.cosine_similarity(seen, wanted).mean())


def read_pictures(
    images: Tensor, target: Tensor, oracle: Tensor | None, embedding: IdentityEmbedding | None
) -> Readings:
    """Measure pictures (N, 3, S, S) uint8 themselves, against the target and the oracle."""
    parts = images.split(256)
    sharp = torch.cat([sharpness(part / 255) for part in parts])
    values = {
        "spread": spread(picture_features(images)),
        "sharpness": float(sharp.mean() / sharpness(target[None] / 255)),
    }
    if embedding is not None:
        values["target_distance"] = embedding.distance(images, target)
    if oracle is not None:
        values |= against(images, oracle)
    return values


def against(images: Tensor, oracle: Tensor) -> Readings:
    """Compare pictures with the oracle's, both (N, 3, S, S) uint8: PSNR, SSIM, feature distance."""
    distance, weights = FeatureDistance(), []
    found: list[Readings] = []
    for part, truth in zip(images.split(256), oracle.split(256), strict=True):
        shown, wanted = part / 255, truth / 255
        found.append(likeness(shown, wanted) | {"feature_distance": distance(shown, wanted)})
        weights.append(len(part) / len(images))
    return {k: sum(w * f[k] for w, f in zip(weights, found, strict=True)) for k in found[0]}


def picture_features(images: Tensor) -> Tensor:
    """Pool pictures (N, 3, S, S) uint8 to what linear probes read, (N, 768)."""
    return torch.cat([pooled(part / 255) for part in images.split(256)])
