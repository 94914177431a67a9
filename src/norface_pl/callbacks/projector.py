"""Original and normalized faces as points in TensorBoard's projector, with thumbnails."""

from collections.abc import Sequence
from typing import NamedTuple

import lightning as L
import torch
from torch import Tensor
from torch.nn import functional as F

from norface_pl.classifier import ClassifierModule
from norface_pl.classifier.network import choose_pictures
from norface_pl.datamodules.base import FaceDataModule
from norface_pl.loggers import batches_seen, tensorboards
from norface_pl.probes.linear import pooled
from norface_pl.types import PICTURES, FaceBatch, Task

THUMBNAIL = 32
DIMENSIONS = 50
NAMES = {"original": "I_o", "normalized": "I_n"}


class Points(NamedTuple):
    """Some faces: features (N, D), thumbnails (N, 3, 32, 32), and what is known of each."""

    features: Tensor
    thumbnails: Tensor
    known: list[list[str]]


class Projector(L.Callback):
    """Keep some faces of each validation, and write those of the last one when a fit ends.

    Every face has a point for I_o and one for I_n, to be coloured by picture, person and label:
    what does normalization do to people? Points of stage 1 are the reduced pictures that probes
    read, those of stage 2 what the backbone sees in each picture that it is given; both are
    projected on their first 50 principal components. Only TensorBoard has a projector.

    Args:
        faces: about how many, spread evenly over the validation faces.
    """

    def __init__(self, faces: int = 200) -> None:
        self.faces = faces
        self._parts: list[Points] = []

    def on_validation_epoch_start(self, trainer: L.Trainer, pl_module: L.LightningModule) -> None:
        """Forget the last validation."""
        self._parts = []

    def on_validation_batch_end(
        self,
        trainer: L.Trainer,
        pl_module: L.LightningModule,
        outputs: object,
        batch: FaceBatch,
        batch_idx: int,
        dataloader_idx: int = 0,
    ) -> None:
        """Keep a few faces of the people that the module never trained on."""
        second, reads = dataloader_idx == 1, isinstance(pl_module, ClassifierModule)
        if not isinstance(outputs, Tensor) or second == reads:
            return
        data = _data(trainer)
        step = max(1, len(data.dataset("val")) // self.faces)
        places = torch.nonzero(batch["index"].cpu() % step == 0).flatten()
        if isinstance(pl_module, ClassifierModule):
            names, given = PICTURES[pl_module.inputs], (batch.get("image"), batch.get("normalized"))
            pictures = choose_pictures(pl_module.inputs, pl_module.image_size, *given)
            features = list(outputs.unbind(1))
        else:
            names, pictures = PICTURES["both"], [batch["image"], outputs]
            features = [pooled(images) for images in pictures]
        for name, images, seen in zip(names, pictures, features, strict=True):
            small = F.interpolate(images.float(), THUMBNAIL, mode="area").cpu()
            known = [[NAMES[name], *row] for row in _known(batch, data, places.tolist())]
            self._parts.append(Points(seen.float().cpu()[places], small[places], known))

    def on_train_end(self, trainer: L.Trainer, pl_module: L.LightningModule) -> None:
        """Write the points."""
        if not self._parts:
            return
        labels = [name for names in _data(trainer).labels_by_task.values() for name in names]
        for writer in tensorboards(trainer):
            writer.add_embedding(
                projected(torch.cat([part.features for part in self._parts])),
                [row for part in self._parts for row in part.known],
                torch.cat([part.thumbnails for part in self._parts]),
                batches_seen(trainer),
                "faces",
                ["picture", "person", *labels, "face"],
            )


def projected(features: Tensor) -> Tensor:
    """Return features (N, D) on their first principal components, of variance 1 together.

    To four digits, since TensorBoard reads them as text.
    """
    centred = (features - features.mean(0)).double()
    axes = torch.linalg.svd(centred, full_matrices=False).Vh[:DIMENSIONS]
    places: Tensor = centred @ axes.T
    return places.div(places.square().sum(1).mean().sqrt().clamp_min(1e-12)).round(decimals=4)


def _data(trainer: L.Trainer) -> FaceDataModule:
    data: FaceDataModule = trainer.datamodule  # type: ignore[attr-defined]
    return data


def _known(batch: FaceBatch, data: FaceDataModule, places: Sequence[int]) -> list[list[str]]:
    """Return person, labels and key of some faces of a batch."""
    labels = data.labels_by_task
    told = [_told(batch[task], task, names) for task, names in labels.items()]  # type: ignore[literal-required]
    people = batch["subject"].tolist()
    return [
        [data.called(people[place]), *(one for part in told for one in part[place])]
        + [batch["key"][place]]
        for place in places
    ]


def _told(labels: Tensor, task: Task, names: Sequence[str]) -> list[list[str]]:
    """Return the labels of a task as words, a row for each face."""
    if task == "expression":
        classes = range(len(names))
        return [["yes" if own == one else "no" for own in classes] for one in labels.tolist()]
    return [[f"{value:.3g}" for value in row] for row in labels.tolist()]
