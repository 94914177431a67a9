"""The losses of one or several tasks, each of which has columns of its own in the outputs."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import accumulate, pairwise

import torch
from torch import Tensor, nn

from norface_pl.classifier.options import TASK_WEIGHTS, ObjectiveOptions
from norface_pl.classifier.task import TaskLoss
from norface_pl.errors import NorfaceError
from norface_pl.types import Task

RATED: tuple[Task, ...] = ("au_intensity", "valence_arousal")
"""Tasks whose loss is a squared error."""


def spans(labels: Mapping[Task, Sequence[str]]) -> dict[Task, slice]:
    """Return the columns of each task."""
    borders = accumulate((len(names) for names in labels.values()), initial=0)
    return {task: slice(*ends) for task, ends in zip(labels, pairwise(borders), strict=True)}


class TaskLosses(nn.Module):
    """Weighed sum of the losses of all tasks; a task counts where some face has labels of it.

    Args:
        labels: names of the labels of each task.
        options: see `ObjectiveOptions`; of several tasks, another loss is for occurrences.
    """

    def __init__(
        self,
        labels: Mapping[Task, Sequence[str]],
        options: ObjectiveOptions = ObjectiveOptions(),
    ) -> None:
        super().__init__()
        given, single = options.task_weights, len(labels) == 1
        weights = given if isinstance(given, dict) else {}
        if stray := [task for task in weights if task not in labels]:
            raise NorfaceError(
                f"model.objective.task_weights names {stray[0]}, which is not learned: "
                f"{', '.join(labels)} are."
            )
        if options.ordinal and not single and "au_intensity" not in labels:
            raise NorfaceError(
                f"model.objective.ordinal orders intensities; {', '.join(labels)} have none: leave "
                "it out."
            )
        each: dict[str, nn.Module] = {}
        for task, names in labels.items():
            own = options
            if not single:
                own = replace(own, ordinal=options.ordinal and task == "au_intensity")
                own = replace(own, loss=options.loss if task == "au_detection" else None)
            each[task] = TaskLoss(task, len(names), own)
        self.each: Mapping[Task, TaskLoss] = nn.ModuleDict(each)  # type: ignore[assignment]
        self.spans, self.weighted = spans(labels), options.label_weights == "inverse"
        usual = {} if single or given == "uncertainty" else TASK_WEIGHTS
        self.weights = {task: float({**usual, **weights}.get(task, 1.0)) for task in labels}
        learned = torch.zeros(len(labels)) if given == "uncertainty" else None
        self.log_variance = None if learned is None else nn.Parameter(learned)

    def weigh(self, labels: Mapping[Task, Tensor]) -> None:
        """Take the weights of labels from those of the training people."""
        for task, loss in self.each.items():
            loss.weigh(labels[task])

    def by_task(self, outputs: Tensor, labels: Mapping[Task, Tensor]) -> dict[Task, Tensor]:
        """Return the loss of each task of outputs (B, L), before it is weighed."""
        return {
            task: loss(outputs[..., self.spans[task]], labels[task])
            for task, loss in self.each.items()
        }

    def together(self, losses: Mapping[Task, Tensor], labels: Mapping[Task, Tensor]) -> Tensor:
        """Return the sum of the losses of tasks, times their weights.

        Learned weights follow Kendall, Gal and Cipolla, 2018: a loss counts exp(-s), and half as
        much if it is a squared error, plus s / 2, where s is the logarithm of a variance.
        """
        weighed = []
        for place, (task, loss) in enumerate(losses.items()):
            value = self.weights[task] * loss
            if self.log_variance is not None:
                s, half = self.log_variance[place], 0.5 if task in RATED else 1.0
                value = (half * (-s).exp() * value + s / 2) * known(labels[task]).any()
            weighed.append(value)
        return torch.stack(weighed).sum()

    def forward(self, outputs: Tensor, labels: Mapping[Task, Tensor]) -> Tensor:
        """Loss of outputs (B, L)."""
        return self.together(self.by_task(outputs, labels), labels)

    def read(self, outputs: Tensor) -> Tensor:
        """Outputs (B, L) as they are reported, task by task; see `TaskLoss.read`."""
        read = [loss.read(outputs[..., self.spans[task]]) for task, loss in self.each.items()]
        return torch.cat(read, dim=-1)


def known(labels: Tensor) -> Tensor:
    """Tell which labels there are: classes from 0 on, numbers that are not NaN."""
    return ~labels.isnan() if labels.is_floating_point() else labels >= 0
