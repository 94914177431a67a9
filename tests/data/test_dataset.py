"""Batches, joined pictures and clip batches."""

import functools
import operator

import numpy as np
import pytest
import torch
from torch.utils.data import DataLoader

from norface_pl.data.dataset import FaceDataset, JoinedPictures, as_batch, join
from norface_pl.data.sampling import ClipBatchSampler
from norface_pl.errors import NorfaceError


def numbered(start: int, count: int) -> FaceDataset:
    """Faces whose pictures and labels hold their number."""
    numbers = np.arange(start, start + count)
    pictures = np.broadcast_to(numbers[:, None, None, None], (count, 4, 4, 3)).astype(np.uint8)
    return FaceDataset(
        {"image": pictures},
        {"au_detection": torch.from_numpy(numbers).float()[:, None]},
        [f"n{n}" for n in numbers],
    )


def test_loader_gets_whole_batches() -> None:
    """Pictures come as uint8 NCHW in the order of the keys."""
    loader = DataLoader(numbered(0, 5), batch_size=2, collate_fn=as_batch)
    batches = list(loader)
    assert [batch["key"] for batch in batches] == [["n0", "n1"], ["n2", "n3"], ["n4"]]
    assert batches[1]["image"].shape == (2, 3, 4, 4)
    assert batches[1]["image"].dtype == torch.uint8
    assert batches[1]["image"][:, 0, 0, 0].tolist() == [2, 3]
    assert batches[1]["au_detection"][:, 0].tolist() == [2, 3]


def test_join_reads_from_every_part() -> None:
    """Indices in any order find their part."""
    both = join([numbered(0, 3), numbered(10, 2)])
    batch = both.__getitems__([4, 0, 3, 2])
    assert batch["image"][:, 0, 0, 0].tolist() == [11, 0, 10, 2]
    assert batch["key"] == ["n11", "n0", "n10", "n2"]
    assert isinstance(both.pictures["image"], JoinedPictures)


def test_clip_batches() -> None:
    """Different clips, different frames of each, next to each other; epochs differ."""
    clip = torch.tensor([0, 1, 2, 3] * 10)
    epoch = 0
    sampler = ClipBatchSampler(clip, clips=3, frames=4, seed=1, epoch=lambda: epoch)
    batches = list(sampler)
    assert len(batches) == len(sampler) == 40 // 12
    for batch in batches:
        owners = clip[batch].view(3, 4)
        assert (owners == owners[:, :1]).all()
        assert len(owners[:, 0].unique()) == 3
        assert len(set(batch)) == 12
    assert batches == list(sampler)
    epoch = 1
    assert batches != list(sampler)
    other = ClipBatchSampler(clip, clips=3, frames=4, seed=1, rank=1, world_size=2)
    assert len(other) == 1
    assert next(iter(other)) != batches[0]
    with pytest.raises(NorfaceError, match="needs as many clips"):
        ClipBatchSampler(clip, clips=5, frames=4)


def test_clips_of_the_target_stand_last_in_every_batch() -> None:
    """As many as asked, or as there are; they are not among the others."""
    clip = torch.arange(20).repeat_interleave(4)
    own = torch.tensor([17, 18, 19])
    epoch = 0
    sampler = ClipBatchSampler(clip, 3, 2, own, 2, seed=1, epoch=lambda: epoch)
    seen = set()
    for epoch in range(4):  # noqa: B007, the sampler asks for it
        for batch in sampler:
            owners = clip[batch].view(5, 2)[:, 0].tolist()
            assert len(set(owners)) == 5
            assert max(owners[:3]) < 17 <= min(owners[3:])
            seen |= set(owners)
    assert seen >= {17, 18, 19}
    assert len(seen) > 12
    assert len(sampler) == 17 * 4 // 6
    assert len(next(iter(ClipBatchSampler(clip, 3, 2, own, 9)))) == 2 * (3 + 3)
    assert len(next(iter(ClipBatchSampler(clip, 3, 2, own, 0)))) == 2 * 3


def test_single_faces_come_first() -> None:
    """As many as in the batches of clips; every face but the target's once before any again."""
    clip = torch.arange(20).repeat_interleave(4)
    own = torch.tensor([17, 18, 19])
    epoch = 0
    sampler = ClipBatchSampler(clip, 3, 2, own, 2, single_epochs=2, epoch=lambda: epoch)
    first = list(sampler)
    assert len(first) == len(sampler) == 11
    assert {len(batch) for batch in first} == {10}
    shown = functools.reduce(operator.iadd, first, [])
    assert sorted(shown[:68]) == list(range(68))
    assert len(set(shown[68:])) == 110 - 68
    epoch = 1
    assert functools.reduce(operator.iadd, sampler, []) != shown
    epoch = 2
    assert (clip[next(iter(sampler))].view(5, 2).diff() == 0).all()
