"""What a classifier does with validation and test people: metrics, gates, and what it learns."""

import torch
from lightning.pytorch.loggers import TensorBoardLogger
from lightning.pytorch.trainer.states import TrainerFn
from torch import Tensor
from torchmetrics import MetricCollection
from torchmetrics.classification import MulticlassConfusionMatrix

from norface_pl.classifier.calibration import Calibration
from norface_pl.classifier.gate_log import GateLog
from norface_pl.classifier.network import Classified, FaceClassifier
from norface_pl.classifier.task import TaskLoss
from norface_pl.face_module import FaceModule
from norface_pl.metrics.face import face_metrics
from norface_pl.nn.losses import occurrence_loss
from norface_pl.types import FaceBatch, Task


class EvaluatedModule(FaceModule):
    """Base of the classifier: everything about it that is no training.

    Validation people decide how much each reading of a face counts and, if it is asked for, the
    thresholds and temperatures; after every epoch of a fit, and never when they are test people
    (``select_on_test``).
    """

    net: FaceClassifier
    loss: TaskLoss

    def prepare_evaluation(self, task: Task, label_names: list[str], calibrate: bool) -> None:
        """Make metrics and buffers."""
        self.task: Task = task
        self.label_names = list(label_names)
        size = len(self.label_names)
        metrics = face_metrics(task, self.label_names)
        self.val_metrics = metrics.clone(prefix="val/")
        self.test_metrics = metrics.clone(prefix="test/")
        self.confusion = (
            MulticlassConfusionMatrix(size, ignore_index=-1) if task == "expression" else None
        )
        self.calibration = Calibration(size) if calibrate else None
        self._gates = GateLog()
        self._seen: list[tuple[Tensor, Tensor]] = []

    def activate(self, logits: Tensor) -> Tensor:
        """Turn the network's outputs into what is reported."""
        return self.loss.read(logits)

    def validation_step(self, batch: FaceBatch, batch_idx: int) -> None:
        """Collect readings and gates."""
        self._collect(batch)

    def test_step(self, batch: FaceBatch, batch_idx: int) -> None:
        """Collect readings and gates."""
        self._collect(batch)

    def _collect(self, batch: FaceBatch) -> None:
        output: Classified = self(batch.get("image"), batch.get("normalized"))
        self._seen.append((output.readings.float().cpu(), batch["label"].cpu()))
        self._gates.add(output.mixtures)

    def on_validation_epoch_start(self) -> None:
        """Forget the faces of an interrupted epoch."""
        self._seen.clear()

    def on_validation_epoch_end(self) -> None:
        """Learn from validation people what only they can tell, then log all metrics."""
        readings, labels = self._take()
        if self._may_learn():
            self.learn(*self._everybody(readings, labels))
        self._log_all("val", self.val_metrics, readings, labels)

    def _may_learn(self) -> bool:
        datamodule = getattr(self.trainer, "datamodule", None)
        fitting = self.trainer.state.fn == TrainerFn.FITTING and not self.trainer.sanity_checking
        return fitting and not getattr(datamodule, "select_on_test", False)

    def on_test_epoch_start(self) -> None:
        """Forget the confusion of an earlier test; it stays readable after this one."""
        self._seen.clear()
        if self.confusion is not None:
            self.confusion.reset()

    def on_test_epoch_end(self) -> None:
        """Log all metrics."""
        readings, labels = self._take()
        if self.confusion is not None:
            self.confusion.update(self.activate(self._mix(readings)), labels.to(self.device))
        self._log_all("test", self.test_metrics, readings, labels)

    def learn(self, readings: Tensor, labels: Tensor) -> None:
        """Fit trust and calibration to readings (P, N, L) and labels of validation people."""
        if len(readings) > 1:
            self.net.trust.fit(readings, labels, self.loss.score)
        if self.calibration is not None:
            self.calibration.fit(self._mix(readings), labels.to(self.device))

    def _take(self) -> tuple[Tensor, Tensor]:
        readings = torch.cat([reading for reading, _ in self._seen], dim=1)
        labels = torch.cat([label for _, label in self._seen])
        self._seen.clear()
        return readings, labels

    def _everybody(self, readings: Tensor, labels: Tensor) -> tuple[Tensor, Tensor]:
        """What all processes have read together."""
        if self.trainer.world_size == 1:
            return readings.to(self.device), labels.to(self.device)
        rows = self.all_gather(readings.transpose(0, 1)).flatten(0, 1)  # type: ignore[union-attr]
        return rows.transpose(0, 1), self.all_gather(labels).flatten(0, 1)  # type: ignore[union-attr]

    def _mix(self, readings: Tensor) -> Tensor:
        readings = readings.to(self.device)
        return self.net.trust(readings) if len(readings) > 1 else readings[0]

    def _log_all(
        self, stage: str, metrics: MetricCollection, readings: Tensor, labels: Tensor
    ) -> None:
        logits, labels = self._mix(readings), labels.to(self.device)
        self.log(f"{stage}/loss", self.loss(logits, labels), prog_bar=True, sync_dist=True)
        metrics.update(self.activate(logits), labels)
        # Compute here and not through self.log: a metric per label is no torchmetrics object.
        values = metrics.compute()
        metrics.reset()
        if self.calibration is not None:
            values |= self._calibrated(stage, *self._everybody(readings, labels))
        for name, trust in zip(self.net.alone, self.net.trust.weight[1:], strict=True):
            values[f"{stage}/trust_{name}"] = trust.mean()
            named = zip(self.label_names, trust, strict=True)
            values |= {f"{stage}/trust_{name}/{label}": value for label, value in named}
        scalars, histograms = self._gates.summarize()
        values |= {f"{stage}/{name}": value for name, value in scalars.items()}
        self.log_dict({name: value for name, value in values.items() if value.isfinite()})
        if isinstance(self.logger, TensorBoardLogger) and not self.trainer.sanity_checking:
            for name, numbers in histograms.items():
                self.logger.experiment.add_histogram(f"{stage}/{name}", numbers, self.global_step)

    def _calibrated(self, stage: str, readings: Tensor, labels: Tensor) -> dict[str, Tensor]:
        assert self.calibration is not None
        logits = self._mix(readings)
        f1 = self.calibration.f1(logits, labels)
        cooled = logits / self.calibration.temperature
        named = zip(self.label_names, f1, strict=True)
        return {
            f"{stage}/loss_calibrated": occurrence_loss(cooled, labels),
            f"{stage}/f1_calibrated": f1.mean(),
            **{f"{stage}/f1_calibrated/{name}": value for name, value in named},
        }
