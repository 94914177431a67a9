"""Losses that fill the expression code and make it blind to the person and to the head pose.

They need no label but "these frames show one person": a training batch holds several clips with
several frames each. They are ours; how Norface keeps the original's identity out is not
published.
"""

import torch
from torch import Tensor


def standardize(values: Tensor) -> Tensor:
    """Give every column of (B, C) mean 0 and variance 1 over the batch, in float32."""
    values = values.float()
    centred = values - values.mean(0)
    return centred / (centred.square().mean(0) + 1e-6).sqrt()


def person_correlation(code: Tensor, clips: int) -> Tensor:
    """Intraclass correlation of every code dimension with the person as class, (C,).

    The mean product of different frames of one clip estimates the variance between people
    without the bias that the spread within a clip would add to a variance of clip means
    (ICC(1) of Shrout & Fleiss 1979 on standardized values). 1 means that the code tells people
    apart and nothing else; 0 that it tells nothing of the person on average.

    Args:
        code: (clips * frames, C), frames of a clip next to each other.
        clips: number of clips in the batch.
    """
    groups = standardize(code).view(clips, -1, code.shape[1])
    frames = groups.shape[1]
    products = groups.sum(1).square() - groups.square().sum(1)
    return products.mean(0) / (frames * (frames - 1))


def pose_correlation(code: Tensor, pose: Tensor) -> Tensor:
    """Squared correlation of every code dimension (B, C) with every angle (B, 3), (C, 3)."""
    correlation = standardize(code).T @ standardize(pose) / len(code)
    return correlation.square()


def above_baseline(seen: Tensor, clip: Tensor, share: float = 0.1) -> Tensor:
    """What is seen in a frame beyond the low end of what is seen in its clip.

    Every action unit is absent in some frames of a clip, so a low quantile over the clip is what
    the person shows at rest. Every output is then scaled to mean 0 and variance 1 over the data
    set, so that loud labels do not drown quiet ones.

    Args:
        seen: (N, L) values of a teacher.
        clip: (N,) clip of every frame.
        share: of the clip's frames that lie below its baseline.
    """
    seen = seen.float()
    changes = torch.empty_like(seen)
    for number in clip.unique():
        own = clip == number
        changes[own] = seen[own] - seen[own].quantile(share, dim=0)
    return standardize(changes)
