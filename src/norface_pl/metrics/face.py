"""The metrics of each task, named as they are logged: ``f1``, ``f1/AU12``, ``icc``."""

from collections.abc import Sequence

import torch
from torch import Tensor
from torchmetrics import Metric, MetricCollection
from torchmetrics.utilities import dim_zero_cat

from norface_pl.metrics.tallies import TALLIES
from norface_pl.types import Task


class FaceScores(Metric):
    """The scores of a `Tally`, of each label and as a mean over the labels that have a value."""

    full_state_update = False

    preds: list[Tensor]
    target: list[Tensor]

    def __init__(self, task: Task, label_names: Sequence[str]) -> None:
        super().__init__()
        self.task, self.label_names = task, list(label_names)
        self.add_state("preds", [], dist_reduce_fx="cat")
        self.add_state("target", [], dist_reduce_fx="cat")

    def update(self, preds: Tensor, target: Tensor) -> None:
        """Add predictions and labels."""
        self.preds.append(preds.detach().float())
        self.target.append(target)

    def compute(self) -> dict[str, Tensor]:
        """Return each score; one without a value is NaN and in no mean."""
        preds, target = (dim_zero_cat(part).cpu().numpy() for part in (self.preds, self.target))
        tally = TALLIES[self.task](self.label_names)
        tally.update(preds, target, [""] * len(target))
        # Recalls and errors of labels are for tables; what is logged stays short.
        return {
            name: torch.tensor(value, device=self.device)
            for name, value in tally.scores().items()
            if not name.startswith(("recall", "ece/"))
        }


def face_metrics(task: Task, label_names: Sequence[str]) -> MetricCollection:
    """All metrics of a task; update with what ``ClassifierModule.predict`` returns and the labels.

    Probabilities (B, L) for occurrence, intensities (B, L) on 0-5, class probabilities (B, C) for
    expressions. Missing labels (NaN, or class -1) are left out.
    """
    return MetricCollection({"face": FaceScores(task, label_names)}, compute_groups=False)
