"""Drawn faces of a setting as tensors, some of them spoiled, and how a normalizer redraws them."""

from typing import NamedTuple

import torch
from torch import Tensor
from torchvision.transforms.v2.functional import rotate

from experiments.mixtures.setting import Setting, Style
from norface_pl.data.dataset import FaceDataset
from norface_pl.datamodules.acted import DrawnClips, DrawnPeople
from norface_pl.datamodules.synthetic import SyntheticDataModule
from norface_pl.normalizer.module import NormalizerModule
from norface_pl.precision import autocast
from norface_pl.types import Split, Task

TASKS: list[Task] = ["au_detection", "au_intensity", "expression"]
BATCH = 192
TURN, DARK = 40.0, 0.15  # degrees; share of the light that is left
STATES = ("whole", "turned", "dark", "covered")


class Faces(NamedTuple):
    """Faces of one split.

    Attributes:
        original: (N, 3, S, S) uint8.
        normalized: the same faces, redrawn.
        labels: of each task, as in `FaceBatch`.
        subjects: name of each face's person; those of two styles are different people.
        states: (N,) of the original before it was redrawn, places in `STATES`.
    """

    original: Tensor
    normalized: Tensor
    labels: dict[Task, Tensor]
    subjects: list[str]
    states: Tensor


def load(setting: Setting, split: Split, test_people: int, normalizer: NormalizerModule) -> Faces:
    """Draw, spoil and redraw the faces of a split."""
    drawn = {style: _draw(setting, style, split, test_people) for style in setting.styles}
    original = torch.cat([_pictures(part) for part in drawn.values()])
    random = torch.Generator().manual_seed(setting.seed)
    chosen = torch.rand(len(original), generator=random) < setting.spoiled
    kinds = torch.randint(3, (len(original),), generator=random)
    sides = torch.rand(len(original), generator=random) < 0.5
    for place in chosen.nonzero().flatten().tolist():
        original[place] = spoil(original[place], int(kinds[place]), bool(sides[place]))
    return Faces(
        original,
        _redraw(normalizer, original),
        {task: torch.cat([part.columns[task] for part in drawn.values()]) for task in TASKS},
        [
            f"{style} {number}"
            for style, part in drawn.items()
            for number in part.columns["subject"].tolist()
        ],
        torch.where(chosen, kinds + 1, 0),
    )


def spoil(face: Tensor, kind: int, side: bool) -> Tensor:
    """Return a face (3, S, S) uint8 turned (kind 0), dark (1) or with a half covered (2).

    Args:
        face: a picture.
        kind: what happens to it.
        side: which way it is turned, or which half is covered.
    """
    if kind == 0:
        return rotate(face, TURN if side else -TURN, fill=[128.0])  # type: ignore[no-any-return]
    if kind == 1:
        return (face * DARK).to(torch.uint8)
    covered, middle = face.clone(), face.shape[1] // 2
    covered[:, slice(middle, None) if side else slice(middle)] = 128
    return covered


def _draw(setting: Setting, style: Style, split: Split, test_people: int) -> FaceDataset:
    data = SyntheticDataModule(
        style=style,
        task=TASKS,
        seed=setting.seed,
        people=DrawnPeople(train=setting.people, test=test_people),
        clips=DrawnClips(train=setting.clips),
        draw_processes=1,
        cache_dir=None,
    )
    return data.dataset(split)


def _pictures(faces: FaceDataset) -> Tensor:
    batch = faces.__getitems__(list(range(len(faces))))
    return batch["image"].contiguous()


def _redraw(normalizer: NormalizerModule, original: Tensor) -> Tensor:
    parts = []
    for part in original.split(BATCH):
        with autocast(part.device):
            parts.append(normalizer.normalize(part / 255))
    return torch.cat([(part.float() * 255).round().to(torch.uint8) for part in parts])
