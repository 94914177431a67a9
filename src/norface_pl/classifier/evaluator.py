"""Measures a classifier on validation and test people; learns what only the former can tell."""

import torch
from torch import Tensor, nn
from torchmetrics import MetricCollection
from torchmetrics.classification import MulticlassConfusionMatrix

from norface_pl.classifier.calibration import Calibration
from norface_pl.classifier.moe import GateLog
from norface_pl.classifier.network import Classified, FaceClassifier
from norface_pl.classifier.task import TaskLoss
from norface_pl.metrics.face import face_metrics
from norface_pl.nn.losses import occurrence_loss
from norface_pl.types import Task


class Evaluator(nn.Module):
    """Collects what a classifier reads from faces, and turns it into metrics.

    Validation people also decide how much each reading of a face counts and, if it is asked for,
    thresholds and temperatures.

    Args:
        task: what is predicted.
        label_names: names of the labels, AU names or emotions.
        calibrate: report F1 at thresholds of validation people too.
    """

    def __init__(self, task: Task, label_names: list[str], calibrate: bool) -> None:
        super().__init__()
        self.label_names = label_names
        # A test may run in inference mode, whose tensors no later training may change.
        metrics = face_metrics(task, label_names)
        self.metrics = nn.ModuleDict({"val": metrics, "test": metrics.clone()})
        classes = len(label_names) if task == "expression" else None
        self.confusion = (
            None if classes is None else MulticlassConfusionMatrix(classes, ignore_index=-1)
        )
        self.calibration = Calibration(len(label_names)) if calibrate else None
        self.gates = GateLog()
        self._seen: list[tuple[Tensor, Tensor]] = []

    def forget(self) -> None:
        """Leave behind the faces of an epoch that was interrupted."""
        self._seen.clear()

    def collect(self, output: Classified, label: Tensor) -> None:
        """Add a batch of faces."""
        self._seen.append((output.readings.float().cpu(), label.cpu()))
        self.gates.add(output.mixtures)

    def take(self, device: torch.device) -> tuple[Tensor, Tensor]:
        """Return the readings (P, N, L) and labels of the faces collected, and forget them."""
        readings = torch.cat([reading for reading, _ in self._seen], dim=1)
        labels = torch.cat([label for _, label in self._seen])
        self.forget()
        return readings.to(device), labels.to(device)

    def learn(self, net: FaceClassifier, loss: TaskLoss, readings: Tensor, labels: Tensor) -> None:
        """Fit ensemble weights and calibration to validation people, readings (P, N, L)."""
        if len(readings) > 1:
            net.ensemble.fit(readings, labels, loss.score)
        if self.calibration is not None:
            self.calibration.fit(net.mix(readings), labels)

    def measure(
        self, stage: str, net: FaceClassifier, loss: TaskLoss, readings: Tensor, labels: Tensor
    ) -> dict[str, Tensor]:
        """Return the metrics of validation ("val") or test faces, and the ensemble's weights."""
        metrics = self.metrics[stage]
        assert isinstance(metrics, MetricCollection)
        metrics.update(loss.read(net.mix(readings)), labels)
        # Computed here and not by self.log: a metric per label is no torchmetrics object.
        values: dict[str, Tensor] = metrics.compute()
        metrics.reset()
        for name, weight in zip(net.alone, net.ensemble.weight[1:], strict=True):
            values[f"ensemble_weight_{name}"] = weight.mean()
            named = zip(self.label_names, weight, strict=True)
            values |= {f"ensemble_weight_{name}/{label}": value for label, value in named}
        return values

    def calibrated(self, logits: Tensor, labels: Tensor) -> dict[str, Tensor]:
        """Return loss and F1 of all faces at the temperatures and thresholds learned."""
        if self.calibration is None:
            return {}
        f1 = self.calibration.f1(logits, labels)
        named = zip(self.label_names, f1, strict=True)
        return {
            "loss_calibrated": occurrence_loss(logits / self.calibration.temperature, labels),
            "f1_calibrated": f1.mean(),
            **{f"f1_calibrated/{name}": value for name, value in named},
        }
