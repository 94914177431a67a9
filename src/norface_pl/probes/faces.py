"""The faces that `norface probe` reads: originals, redrawn ones and oracles of some people."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol

import torch
from torch import Tensor

from norface_pl.nn.regions import outside_face
from norface_pl.precision import autocast
from norface_pl.progress import track
from norface_pl.types import FaceData, FaceTable, Split, Task


class Redrawer(Protocol):
    """What is asked of a normalizer: side of its pictures, its target, and to redraw faces."""

    image_size: int

    @property
    def target(self) -> Tensor:
        """The target face (3, S, S) in [0, 1]."""
        ...

    def normalize(self, images: Tensor) -> Tensor:
        """Redraw faces (B, 3, H, W) in [0, 1]."""
        ...


@dataclass(frozen=True)
class Faces:
    """Faces of some people with all that is known of them.

    Attributes:
        pictures: ``original``, ``normalized`` and perhaps ``oracle`` -> (N, 3, S, S) uint8.
        labels: task -> labels, as in `FaceBatch`.
        subject, clip, frame: (N,) person, recording, and number of the frame within it.
        pose: (N, 3) yaw, pitch, roll in degrees.
        background: (N, 3) mean colour of the original outside of the face, in [0, 1].
    """

    pictures: Mapping[str, Tensor]
    labels: Mapping[Task, Tensor]
    subject: Tensor
    clip: Tensor
    frame: Tensor
    pose: Tensor
    background: Tensor

    @property
    def people(self) -> int:
        """Number of people."""
        return len(self.subject.unique())


def collect(
    tasks: Mapping[Task, FaceData], split: Split, normalizer: Redrawer, limit: int, batch_size: int
) -> Faces:
    """Read and redraw at most ``limit`` faces of a split, spread evenly over it.

    Unlabelled people have no labels and, as there are many, no oracle. The target person is left
    out: probes shall know it no better than anybody else.
    """
    labelled = split != "unlabelled"
    module = next(iter(tasks.values()))
    dataset = module.dataset(split, oracle=labelled)
    places = torch.arange(len(dataset))
    if not labelled and (own := module.target_clips()) is not None:
        places = places[~torch.isin(dataset.columns["clip"], own)]
    count = min(limit, len(places))
    chosen = places[torch.linspace(0, len(places) - 1, count).round().long()]
    pictures: dict[str, list[Tensor]] = {}
    parts = chosen.split(batch_size)
    for part in track(parts, description=f"redrawing {split} people"):
        batch = dataset.__getitems__(part.tolist())
        image = batch["image"].to(normalizer.target.device).float() / 255
        with autocast(image.device):
            drawn = normalizer.normalize(image).clamp(0, 1).mul(255).round().byte()
        shown = {"original": batch["image"], "normalized": drawn.cpu()}
        if "oracle" in batch:
            shown["oracle"] = batch["oracle"]
        for name, faces in shown.items():
            pictures.setdefault(name, []).append(faces.contiguous())
    whole = {name: torch.cat(faces) for name, faces in pictures.items()}
    keys = [dataset.keys[index] for index in chosen.tolist()]
    labels = {t: _labels(m.dataset(split), t, keys) for t, m in tasks.items() if labelled}
    known = {name: dataset.columns[name][chosen] for name in ("subject", "clip", "frame", "pose")}
    return Faces(whole, labels, **known, background=background_colour(whole["original"]))


def collect_more(
    tasks: Mapping[Task, FaceData],
    labelled: Faces,
    normalizer: Redrawer,
    limit: int,
    batch_size: int,
) -> Faces:
    """Add the people of stage 1 to the labelled training people, for what needs no label.

    Probes that learn from few people read little from anybody else, whatever the picture shows.
    """
    module = next(iter(tasks.values()))
    if module.dataset("unlabelled").keys == module.dataset("train").keys:
        return labelled
    other = collect(tasks, "unlabelled", normalizer, limit, batch_size)
    both = (labelled, other)
    pictures = {name: torch.cat([part.pictures[name] for part in both]) for name in other.pictures}
    columns = ("subject", "clip", "frame", "pose", "background")
    joined = {name: torch.cat([getattr(part, name) for part in both]) for name in columns}
    return Faces(pictures, {}, **joined)


def _labels(dataset: FaceTable, task: Task, keys: Iterable[str]) -> Tensor:
    """Labels of some faces by key, missing for those that another task of the data set lacks."""
    label = dataset.columns[task]
    missing = torch.full_like(label[:1], torch.nan if label.is_floating_point() else -1)
    place = {key: index for index, key in enumerate(dataset.keys)}
    return torch.cat([label, missing])[[place.get(key, len(label)) for key in keys]]


def background_colour(images: Tensor) -> Tensor:
    """Mean colour outside of the face of pictures (N, 3, S, S) uint8, (N, 3) in [0, 1]."""
    outside = outside_face(images.shape[-1])
    outside = outside / outside.sum()
    parts = [(part.float() / 255 * outside).sum((2, 3)) for part in images.split(256)]
    return torch.cat(parts)
