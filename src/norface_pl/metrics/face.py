"""The metrics of each task, named as they are logged: ``f1``, ``f1/AU12``, ``icc``."""

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor
from torchmetrics import Metric, MetricCollection
from torchmetrics.classification import (
    MulticlassAccuracy,
    MulticlassConfusionMatrix,
    MultilabelAccuracy,
    MultilabelAUROC,
    MultilabelF1Score,
)
from torchmetrics.functional.classification import binary_auroc
from torchmetrics.regression import MeanAbsoluteError, MeanSquaredError
from torchmetrics.utilities import dim_zero_cat
from torchmetrics.wrappers import MultioutputWrapper

from norface_pl.metrics.icc import ICC
from norface_pl.types import Task

THRESHOLD = 0.5  # of the probability of an AU; the field reports F1 at 0.5


class PerLabel(Metric):
    """A metric of each label, and its mean over the labels that have a value.

    A label that is missing in all faces has no value, whatever the metric returns for it.

    Args:
        metric: computes one value per label (L,).
        name: of the mean; the value of a label is called ``name/label``.
        label_names: L names.
        occurrence: turn labels 0/1/NaN into the integers 0/1/-1 that torchmetrics expects.
    """

    full_state_update = False

    coded: Tensor

    def __init__(
        self, metric: Metric, name: str, label_names: Sequence[str], occurrence: bool = False
    ) -> None:
        super().__init__()
        self.metric = metric
        self.name = name
        self.label_names = list(label_names)
        self.occurrence = occurrence
        self.add_state("coded", torch.zeros(len(self.label_names)), dist_reduce_fx="sum")

    def update(self, preds: Tensor, target: Tensor) -> None:
        """Add predictions and labels."""
        # A face with a class is a label for every class.
        self.coded += (target >= 0).sum() if target.ndim == 1 else (~target.isnan()).sum(dim=0)
        self.metric.update(preds, target.nan_to_num(-1).long() if self.occurrence else target)

    def compute(self) -> dict[str, Tensor]:
        """Mean and per-label values; a label without a value is NaN and not in the mean."""
        values = torch.as_tensor(self.metric.compute()).float()
        values = values.where(self.coded > 0, torch.nan)
        names = [f"{self.name}/{label}" for label in self.label_names]
        return {self.name: values.nanmean(), **dict(zip(names, values, strict=True))}

    def reset(self) -> None:
        """Forget all batches."""
        super().reset()
        self.metric.reset()


class KnownAUROC(MultilabelAUROC):
    """Area under the ROC curve per label; NaN (not 0 or an error) where one class is missing."""

    def compute(self) -> Tensor:  # type: ignore[override]
        """AUC of each label (L,)."""
        score, target = dim_zero_cat(self.preds), dim_zero_cat(self.target)
        values = torch.full((self.num_labels,), torch.nan, device=score.device)
        for i, (s, t) in enumerate(zip(score.T, target.T, strict=True)):
            known = (t == 0) | (t == 1)
            if t[known].unique().numel() == 2:
                values[i] = binary_auroc(s[known], t[known])
        return values


class KnownF1(MulticlassConfusionMatrix):
    """F1 of each class; NaN (not 0) for one that neither occurs nor is found."""

    def compute(self) -> Tensor:
        """F1 of each class (C,)."""
        matrix = super().compute().double()
        return (2 * matrix.diagonal() / (matrix.sum(0) + matrix.sum(1))).float()


class MeanClassAccuracy(MulticlassConfusionMatrix):
    """Mean accuracy of the classes that occur; one that is only predicted does not count."""

    def compute(self) -> Tensor:
        """Mean of the recalls of the classes with faces."""
        matrix = super().compute().double()
        return (matrix.diagonal() / matrix.sum(1)).nanmean().float()


def face_metrics(task: Task, label_names: Sequence[str]) -> MetricCollection:
    """All metrics of a task; update with what ``ClassifierModule.predict`` returns and the labels.

    Probabilities (B, L) for occurrence, intensities (B, L) on 0-5, class probabilities (B, C) for
    expressions. Missing labels (NaN, or class -1) are left out.
    """
    size, whole = len(label_names), dict[str, Metric | MetricCollection]()
    if task == "au_detection":
        options: dict[str, Any] = {"average": "none", "ignore_index": -1}
        each = {
            "f1": MultilabelF1Score(size, THRESHOLD, **options),
            "accuracy": MultilabelAccuracy(size, THRESHOLD, **options),
            "auc": KnownAUROC(size, **options),
        }
    elif task == "au_intensity":
        each = {
            "icc": ICC(size),
            "mae": MultioutputWrapper(MeanAbsoluteError(), size),
            "mse": MultioutputWrapper(MeanSquaredError(), size),
        }
    else:
        whole["accuracy"] = MulticlassAccuracy(size, average="micro", ignore_index=-1)
        whole["mean_accuracy"] = MeanClassAccuracy(size, ignore_index=-1)
        each = {"f1": KnownF1(size, ignore_index=-1)}
    occurrence = task == "au_detection"
    labelled = {name: PerLabel(part, name, label_names, occurrence) for name, part in each.items()}
    return MetricCollection(whole | labelled, compute_groups=False)
