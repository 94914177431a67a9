"""The loss of a task, and how outputs become what is reported."""

import torch
from torch import Tensor, nn

from norface_pl.classifier.intensity import OrdinalLevels, concordance_loss, consistency_loss
from norface_pl.classifier.occurrence import dice_loss
from norface_pl.classifier.options import ObjectiveOptions
from norface_pl.errors import NorfaceError
from norface_pl.labels import MAX_INTENSITY
from norface_pl.nn.losses import (
    expression_loss,
    intensity_loss,
    inverse_frequency,
    occurrence_loss,
)
from norface_pl.types import Task


class TaskLoss(nn.Module):
    """Cross-entropy, or the mean squared error of ratings; missing labels are left out.

    Args:
        task: what is predicted.
        num_labels: L action units or classes.
        options: another loss, levels, weights and smoothing.
    """

    weight: Tensor

    def __init__(
        self, task: Task, num_labels: int, options: ObjectiveOptions = ObjectiveOptions()
    ) -> None:
        super().__init__()
        if options.ordinal and task != "au_intensity":
            raise NorfaceError(
                f"model.objective.ordinal orders intensities; {task} has none: leave it out."
            )
        self.task, self.smoothing, self.other = task, options.smoothing, options.loss
        self.weighted = options.label_weights == "inverse"
        self.levels = OrdinalLevels(num_labels) if options.ordinal else None
        self.register_buffer("weight", torch.ones(num_labels))

    def weigh(self, labels: Tensor) -> None:
        """Take the weights from the labels of the training people; affect has none."""
        if self.task == "valence_arousal":
            return
        if self.task == "au_intensity":
            labels = torch.where(labels.isnan(), labels, (labels > 0).float())
        classes = len(self.weight) if self.task == "expression" else None
        self.weight.copy_(inverse_frequency(labels, classes))

    def forward(self, outputs: Tensor, labels: Tensor) -> Tensor:
        """Loss of outputs (B, L)."""
        weight = self.weight if self.weighted else None
        loss = self._usual if self.other is None else self.other
        value: Tensor = loss(outputs, labels, weight)
        return value

    def score(self, outputs: Tensor, labels: Tensor) -> Tensor:
        """The field's score as a loss: soft F1, ICC(3,1), CCC, or the cross-entropy of classes."""
        if self.task == "au_detection":
            return dice_loss(outputs, labels)
        if self.task == "expression":
            return expression_loss(outputs, labels)
        if self.task == "valence_arousal":
            return concordance_loss(outputs, labels)
        values = outputs if self.levels is None else self.levels.read(outputs)
        return consistency_loss(values, labels)

    def _usual(self, outputs: Tensor, labels: Tensor, weight: Tensor | None) -> Tensor:
        if self.task == "au_detection":
            return occurrence_loss(outputs, labels, weight)
        if self.task == "expression":
            return expression_loss(outputs, labels, weight, self.smoothing)
        if self.levels is None:
            return intensity_loss(outputs, labels, weight)
        levels: Tensor = self.levels(outputs, labels, weight)
        return levels

    def read(self, outputs: Tensor) -> Tensor:
        """Probabilities of AUs or emotions, AU intensities from 0 to 5, or affect from -1 to 1."""
        if self.task == "au_detection":
            return outputs.float().sigmoid()
        if self.task == "expression":
            return outputs.float().softmax(dim=-1)
        if self.task == "valence_arousal":
            return outputs.float().clamp(-1.0, 1.0)
        values = outputs.float() if self.levels is None else self.levels.read(outputs)
        return values.clamp(0.0, MAX_INTENSITY)
