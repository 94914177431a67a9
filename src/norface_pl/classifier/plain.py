"""Stage 2 without Lightning: what is left to pass on once it was trained."""

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor

from norface_pl.classifier.network import build_network, choose_pictures
from norface_pl.classifier.options import (
    BackboneOptions,
    FusionOptions,
    HeadOptions,
    ObjectiveOptions,
)
from norface_pl.classifier.task_losses import TaskLosses
from norface_pl.face_module import build
from norface_pl.labels import by_task, in_one_list
from norface_pl.nn.hub import HubNetwork
from norface_pl.types import Inputs, TaskOrTasks


class PlainClassifier(HubNetwork):
    """Reads labels from aligned faces, redrawn ones or both.

    `ClassifierModule.network` returns one, and so does ``PlainClassifier.from_pretrained``.

    Args:
        task: what is read, or a list of several tasks.
        label_names: names of the labels, those of several tasks as "task/name".
        image_size: side of the faces in pixels.
        inputs: which pictures of a face are read.
        backbone: `BackboneOptions` as plain values, and so for the next three.
        fusion: how the features of two pictures become one.
        head: how features become labels.
        objective: what outputs mean.

    Attributes:
        thresholds: probabilities (L,) from which a label counts as present.
    """

    thresholds: Tensor

    def __init__(
        self,
        task: TaskOrTasks,
        label_names: list[str],
        image_size: int,
        inputs: Inputs,
        backbone: Mapping[str, Any],
        fusion: Mapping[str, Any],
        head: Mapping[str, Any],
        objective: Mapping[str, Any],
    ) -> None:
        super().__init__()
        self.labels = by_task(task, label_names)
        self.label_names, self.image_size = in_one_list(self.labels), image_size
        self.inputs: Inputs = inputs
        self.net = build_network(
            image_size,
            inputs,
            len(label_names),
            build(BackboneOptions, backbone),
            build(FusionOptions, fusion),
            build(HeadOptions, head),
        )
        self.loss = TaskLosses(self.labels, build(ObjectiveOptions, objective))
        self.register_buffer("thresholds", torch.full((len(label_names),), 0.5))
        self.eval().requires_grad_(False)

    def forward(self, original: Tensor | None = None, normalized: Tensor | None = None) -> Tensor:
        """Return a column (B, L) for each of ``label_names``; see `ClassifierModule.predict`.

        Args:
            original: aligned faces (B, 3, H, W) in [0, 1], if ``inputs`` names them.
            normalized: the same faces redrawn, if ``inputs`` names them.
        """
        pictures = choose_pictures(self.inputs, self.image_size, original, normalized)
        return self.loss.read(self.net(pictures).logits)
