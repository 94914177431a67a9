"""The metrics of each task, named as they are logged: ``f1``, ``f1/AU12``, ``icc``."""

from collections.abc import Sequence

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
        if target.ndim == 2:
            self.coded += (~target.isnan()).sum(dim=0)
        else:
            # A face with a class is a label for every class.
            self.coded += (target >= 0).sum()
        self.metric.update(preds, target.nan_to_num(-1).long() if self.occurrence else target)

    def compute(self) -> dict[str, Tensor]:
        """Mean and per-label values; a label without a value is NaN and not in the mean."""
        values = torch.as_tensor(self.metric.compute()).float()
        values = values.where(self.coded > 0, torch.nan)
        named = zip(self.label_names, values, strict=True)
        return {
            self.name: values.nanmean(),
            **{f"{self.name}/{label}": value for label, value in named},
        }

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
    names = list(label_names)
    size = len(names)
    metrics: list[PerLabel] = []
    if task == "au_detection":
        metrics = [
            PerLabel(
                MultilabelF1Score(size, THRESHOLD, average="none", ignore_index=-1),
                "f1",
                names,
                occurrence=True,
            ),
            PerLabel(
                MultilabelAccuracy(size, THRESHOLD, average="none", ignore_index=-1),
                "accuracy",
                names,
                occurrence=True,
            ),
            PerLabel(
                KnownAUROC(size, average="none", ignore_index=-1), "auc", names, occurrence=True
            ),
        ]
    elif task == "au_intensity":
        metrics = [
            PerLabel(ICC(size), "icc", names),
            PerLabel(MultioutputWrapper(MeanAbsoluteError(), size), "mae", names),
            PerLabel(MultioutputWrapper(MeanSquaredError(), size), "mse", names),
        ]
    else:
        return MetricCollection(
            {
                "accuracy": MulticlassAccuracy(size, average="micro", ignore_index=-1),
                "mean_accuracy": MeanClassAccuracy(size, ignore_index=-1),
                "f1": PerLabel(KnownF1(size, ignore_index=-1), "f1", names),
            },
            compute_groups=False,
        )
    return MetricCollection({metric.name: metric for metric in metrics}, compute_groups=False)
