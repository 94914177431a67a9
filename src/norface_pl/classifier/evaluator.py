"""Measures a classifier on validation and test people; learns what only the former can tell."""

from collections.abc import Mapping

import torch
from torch import Tensor, nn
from torchmetrics import MetricCollection
from torchmetrics.classification import MulticlassConfusionMatrix

from norface_pl.classifier.calibration import Calibration
from norface_pl.classifier.moe import GateLog
from norface_pl.classifier.network import Classified, FaceClassifier
from norface_pl.classifier.task_losses import TaskLosses, spans
from norface_pl.labels import in_one_list
from norface_pl.metrics.face import face_metrics
from norface_pl.metrics.tallies import TALLIES
from norface_pl.metrics.tally import Tally
from norface_pl.nn.losses import occurrence_loss
from norface_pl.types import FaceBatch, Task

Labels = dict[Task, Tensor]


class Evaluator(nn.Module):
    """Collects what a classifier reads from faces, and turns it into metrics.

    Validation people also decide how much each reading of a face counts and, if it is asked for,
    thresholds and temperatures. The metrics of several tasks begin with the name of the task.

    Args:
        labels: names of the labels of each task.
        calibrate: report F1 at thresholds of validation people too.
    """

    def __init__(self, labels: Mapping[Task, list[str]], calibrate: bool) -> None:
        super().__init__()
        self.labels, self.label_names = dict(labels), in_one_list(dict(labels))
        self.spans = spans(labels)
        # A test may run in inference mode, whose tensors no later training may change.
        self.metrics = nn.ModuleDict(
            {
                stage: nn.ModuleDict({t: face_metrics(t, names) for t, names in labels.items()})
                for stage in ("val", "test")
            }
        )
        classes = len(labels.get("expression", ()))
        self.confusion = MulticlassConfusionMatrix(classes, ignore_index=-1) if classes else None
        self.calibration = Calibration(len(labels["au_detection"])) if calibrate else None
        self.gates = GateLog()
        self._seen: list[tuple[Tensor, Labels]] = []
        self._taken: tuple[Tensor, Labels] | None = None

    def prefix(self, task: Task) -> str:
        """Return what the names of a task's metrics begin with."""
        return f"{task}/" if len(self.labels) > 1 else ""

    def forget(self) -> None:
        """Leave behind the faces of an epoch that was interrupted."""
        self._seen.clear()

    def collect(self, output: Classified, batch: FaceBatch) -> None:
        """Add a batch of faces."""
        labels = {task: batch[task].cpu() for task in self.labels}
        self._seen.append((output.readings.float().cpu(), labels))
        self.gates.add(output.mixtures)

    def take(self, device: torch.device) -> tuple[Tensor, Labels]:
        """Return the readings (P, N, L) and labels of the faces collected, and forget them."""
        readings = torch.cat([reading for reading, _ in self._seen], dim=1)
        labels = {
            task: torch.cat([known[task] for _, known in self._seen]).to(device)
            for task in self.labels
        }
        self.forget()
        self._taken = readings.to(device), labels
        return self._taken

    def tallies(self, net: FaceClassifier, loss: TaskLosses) -> dict[str, dict[Task, Tally]]:
        """Count the faces that were taken last, those of this process.

        Returns:
            Tallies of the classifier, called ``all``, and of each of its readings of one picture
            alone, by that picture's name.
        """
        assert self._taken is not None
        readings, labels = self._taken
        named = {"all": net.mix(readings)} | dict(zip(net.alone, readings[1:], strict=True))
        return {name: self._count(loss.read(read), labels) for name, read in named.items()}

    def _count(self, read: Tensor, labels: Labels) -> dict[Task, Tally]:
        tallies = {task: TALLIES[task](names) for task, names in self.labels.items()}
        for task, tally in tallies.items():
            known = labels[task].cpu().numpy()
            own = read[..., self.spans[task]].detach().float().cpu().numpy()
            tally.update(own, known, [""] * len(known))
        return tallies

    def learn(
        self, net: FaceClassifier, loss: TaskLosses, readings: Tensor, labels: Labels
    ) -> None:
        """Fit ensemble weights and calibration to validation people, readings (P, N, L)."""
        if len(readings) > 1:
            for task, one in loss.each.items():
                net.ensemble.fit(readings, labels[task], one.score, self.spans[task])
        if self.calibration is not None:
            self.calibration.fit(self._occurrences(net.mix(readings)), labels["au_detection"])

    def measure(
        self, stage: str, net: FaceClassifier, loss: TaskLosses, readings: Tensor, labels: Labels
    ) -> dict[str, Tensor]:
        """Return the metrics of validation ("val") or test faces, and the ensemble's weights.

        ``score`` is the mean over tasks of what the field compares: one number to choose by.
        """
        read, values, scores = loss.read(net.mix(readings)), dict[str, Tensor](), []
        for task, metrics in self.metrics[stage].items():  # type: ignore[operator]
            assert isinstance(metrics, MetricCollection)
            metrics.update(read[..., self.spans[task]], labels[task])
            # Computed here and not by self.log: a metric per label is no torchmetrics object.
            found: dict[str, Tensor] = metrics.compute()
            metrics.reset()
            scores.append(found[TALLIES[task].main])
            values |= {f"{self.prefix(task)}{name}": value for name, value in found.items()}
        values["score"] = torch.stack(scores).nanmean()
        for name, weight in zip(net.alone, net.ensemble.weight[1:], strict=True):
            values[f"ensemble_weight_{name}"] = weight.mean()
            named = zip(self.label_names, weight, strict=True)
            values |= {f"ensemble_weight_{name}/{label}": value for label, value in named}
        return values

    def calibrated(self, logits: Tensor, labels: Labels) -> dict[str, Tensor]:
        """Return loss and F1 of all faces at the temperatures and thresholds learned."""
        if self.calibration is None:
            return {}
        own, truth = self._occurrences(logits), labels["au_detection"]
        f1 = self.calibration.f1(own, truth)
        named = zip(self.labels["au_detection"], f1, strict=True)
        found = {
            "loss_calibrated": occurrence_loss(own / self.calibration.temperature, truth),
            "f1_calibrated": f1.mean(),
            **{f"f1_calibrated/{name}": value for name, value in named},
        }
        return {f"{self.prefix('au_detection')}{name}": value for name, value in found.items()}

    def count_confusion(self, outputs: Tensor, labels: Labels) -> None:
        """Count which expression was taken for which, where expressions are told."""
        if self.confusion is not None:
            self.confusion.update(outputs[..., self.spans["expression"]], labels["expression"])

    def _occurrences(self, outputs: Tensor) -> Tensor:
        return outputs[..., self.spans["au_detection"]]
