"""Batches of clips: several people with several frames each, the diet of the normalizer."""

from collections.abc import Iterator

import torch
from torch import Tensor
from torch.utils.data import Sampler

from norface_pl.errors import NorfaceError


class ClipBatchSampler(Sampler[list[int]]):
    """Yield batches of ``clips`` different clips with ``frames`` different frames each.

    Frames of one clip stand next to each other, so that a batch can be viewed as
    (clips, frames, ...). An epoch shows as many frames as there are; every epoch and every
    process of a distributed run draws its own.

    Args:
        clip: (N,) clip of every sample.
        clips: clips per batch.
        frames: frames per clip; shorter clips are left out.
        always: clips of which one is in every batch, such as those of the target person; they
            are drawn like all others besides.
        seed: of the draw.
        rank: number of this process.
        world_size: number of processes that share the epoch.
    """

    def __init__(
        self,
        clip: Tensor,
        clips: int,
        frames: int,
        always: Tensor | None = None,
        seed: int = 0,
        rank: int = 0,
        world_size: int = 1,
    ) -> None:
        order = clip.argsort(stable=True)
        _, counts = clip[order].unique_consecutive(return_counts=True)
        members = [part for part in order.split(counts.tolist()) if len(part) >= frames]
        first = clip[[int(part[0]) for part in members]]
        self.always = torch.isin(first, always).nonzero().flatten() if always is not None else None
        if len(members) < clips:
            raise NorfaceError(
                f"a batch of {clips} clips with {frames} frames each needs as many clips of that "
                f"length, the data set has {len(members)}; lower data.batch_size or "
                "data.frames_per_clip"
            )
        self.members, self.clips, self.frames = members, clips, frames
        self.seed, self.rank, self.epoch = seed, rank, 0
        self.batches = max(1, sum(map(len, members)) // (clips * frames * world_size))

    def __len__(self) -> int:
        """Return the number of batches of an epoch."""
        return self.batches

    def set_epoch(self, epoch: int) -> None:
        """Choose the epoch's draw; Lightning calls this, also after a resume."""
        self.epoch = epoch

    def __iter__(self) -> Iterator[list[int]]:
        """Yield lists of clips * frames indices."""
        random = torch.Generator().manual_seed(hash((self.seed, self.epoch, self.rank)) % 2**63)
        for _ in range(self.batches):
            chosen = torch.randperm(len(self.members), generator=random)
            if self.always is not None and len(self.always):
                one = self.always[torch.randint(len(self.always), (), generator=random)]
                chosen = torch.cat([one[None], chosen[chosen != one]])
            chosen = chosen[: self.clips]
            batch: list[int] = []
            for number in chosen.tolist():
                member = self.members[number]
                picked = torch.randperm(len(member), generator=random)[: self.frames]
                batch += member[picked].tolist()
            yield batch
