"""Batches of clips: several people with several frames each, the diet of the normalizer."""

from collections.abc import Callable, Iterator

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
        target: clips of the target person, which are not among those.
        target_clips: how many of these stand at the end of every batch besides.
        single_epochs: the first epochs, whose batches hold as many faces, but drawn one by one from
            everybody except the target person.
        seed: of the draw.
        rank: number of this process.
        world_size: number of processes that share the epoch.
        epoch: tells the number of the epoch that is about to begin. Lightning calls ``set_epoch``
            of samplers but not of batch samplers, and on a resume only after the first batch.
    """

    def __init__(
        self,
        clip: Tensor,
        clips: int,
        frames: int,
        target: Tensor | None = None,
        target_clips: int = 0,
        single_epochs: int = 0,
        seed: int = 0,
        rank: int = 0,
        world_size: int = 1,
        epoch: Callable[[], int] = lambda: 0,
    ) -> None:
        order = clip.argsort(stable=True)
        _, counts = clip[order].unique_consecutive(return_counts=True)
        long = [part for part in order.split(counts.tolist()) if len(part) >= frames]
        own = set() if target is None else set(target.tolist())
        self.members = [part for part in long if int(clip[part[0]]) not in own]
        self.target = [part for part in long if int(clip[part[0]]) in own]
        self.target_clips = min(target_clips, len(self.target))
        if len(self.members) < clips:
            raise NorfaceError(
                f"a batch of {clips} clips with {frames} frames each needs as many clips of that "
                f"length, the data set has {len(self.members)}; lower data.clips_per_batch or "
                "data.frames_per_clip"
            )
        self.clips, self.frames, self.single_epochs = clips, frames, single_epochs
        self.seed, self.rank, self.epoch = seed, rank, epoch
        self.batches = max(1, sum(map(len, self.members)) // (clips * frames * world_size))

    def __len__(self) -> int:
        """Return the number of batches of an epoch."""
        return self.batches

    def __iter__(self) -> Iterator[list[int]]:
        """Yield lists of indices, ``frames`` for every clip."""
        epoch = self.epoch()
        random = torch.Generator().manual_seed(hash((self.seed, epoch, self.rank)) % 2**63)
        return self._faces(random) if epoch < self.single_epochs else self._clips(random)

    def _faces(self, random: torch.Generator) -> Iterator[list[int]]:
        """Yield batches of single faces; all are shown before one is shown again."""
        faces = torch.cat(self.members)
        size = (self.clips + self.target_clips) * self.frames
        rounds = -(-self.batches * size // len(faces))
        shown = torch.cat([torch.randperm(len(faces), generator=random) for _ in range(rounds)])
        for places in shown.split(size)[: self.batches]:
            yield faces[places].tolist()

    def _clips(self, random: torch.Generator) -> Iterator[list[int]]:
        for _ in range(self.batches):
            batch: list[int] = []
            for pool, count in ((self.members, self.clips), (self.target, self.target_clips)):
                for number in torch.randperm(len(pool), generator=random)[:count].tolist():
                    picked = torch.randperm(len(pool[number]), generator=random)[: self.frames]
                    batch += pool[number][picked].tolist()
            yield batch
