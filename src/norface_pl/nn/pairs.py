"""Who is redrawn as whom: every frame of a batch is both an original and a target."""

from typing import NamedTuple

import torch
from torch import Tensor

from norface_pl.nn.generator import Embedding, Generator


def partners(clips: int, count: int, self_share: float, device: torch.device) -> Tensor:
    """Pair every frame with another frame of its clip, or now and then with itself.

    Args:
        clips: clips in the batch; the frames of a clip stand next to each other.
        count: frames in the batch.
        self_share: share of the frames that are paired with themselves.
        device: of the result.

    Returns:
        (count,) index of the target of every frame. Clips of one frame give self pairs.
    """
    frames = count // clips
    places = torch.arange(count, device=device).view(clips, frames)
    if frames == 1:
        return places.flatten()
    shift = int(torch.randint(1, frames, ()))
    own = torch.rand(count, device=device) < self_share
    return torch.where(own, places.flatten(), places.roll(shift, 1).flatten())


class Crossed(NamedTuple):
    """Faces redrawn as other people, and who they were redrawn as (indices into the batch)."""

    images: Tensor
    source: Tensor
    target: Tensor


def cross(
    generator: Generator, faces: Embedding, pose: Tensor, clips: int, share: float
) -> Crossed:
    """Redraw a share of the faces as people of other clips of the batch, in the others' pose."""
    count = len(pose)
    source = torch.randperm(count, device=pose.device)[: round(count * share)]
    frames = count // clips
    other = (source + frames * int(torch.randint(1, clips, ()))) % count
    images = generator.decode(faces.tokens[other], faces.code[source], pose[other], pose[other])
    return Crossed(images.float(), source, other)
