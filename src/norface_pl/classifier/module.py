"""Stage 2: reads action units, emotion and affect from the original and the normalized face."""

from dataclasses import replace

import torch
from lightning.pytorch.cli import OptimizerCallable
from lightning.pytorch.trainer.states import TrainerFn
from lightning.pytorch.utilities.types import OptimizerLRScheduler
from torch import Tensor

from norface_pl.classifier.adversary import IdentityAdversary
from norface_pl.classifier.evaluator import Evaluator, Labels
from norface_pl.classifier.gate_map import gate_map
from norface_pl.classifier.moe import load_imbalance
from norface_pl.classifier.network import Classified, build_network, choose_pictures
from norface_pl.classifier.optimization import layer_decayed
from norface_pl.classifier.options import (
    BackboneOptions,
    FusionOptions,
    HeadOptions,
    ObjectiveOptions,
    Schedule,
)
from norface_pl.classifier.plain import PlainClassifier
from norface_pl.classifier.task_losses import TaskLosses
from norface_pl.errors import NorfaceError
from norface_pl.face_module import FaceModule
from norface_pl.labels import by_task, in_one_list
from norface_pl.loggers import batches_seen, log_picture, tensorboards
from norface_pl.nn.augment import Augmentation, FaceAugment
from norface_pl.types import TASKS, FaceBatch, Inputs, TaskOrTasks


class ClassifierModule(FaceModule):
    """Mixture-of-Experts classifier of aligned faces.

    Args:
        task: what to predict, or a list of several tasks; set from the data.
        label_names: names of the labels, AU names or emotions, those of several tasks as
            "task/name"; set from the data.
        image_size: side of the faces in pixels; set from the data.
        inputs: which pictures of a face to read.
        backbone: what sees them.
        fusion: how the features of two pictures become one.
        head: how features become labels.
        objective: what is learned.
        augment: of training batches; None for none.
        optimizer: over all parameters.
        schedule: of the learning rate.
        calibrate: also report F1 at thresholds, and the loss at temperatures, from validation
            people, beside F1 at 0.5.
    """

    training_only = ("adversary.", *(f"loss.each.{task}.other." for task in TASKS))
    shipped = (
        "net.",
        *(f"loss.each.{task}.levels." for task in TASKS),
        "evaluator.calibration.",
    )

    def __init__(
        self,
        task: TaskOrTasks,
        label_names: list[str],
        image_size: int,
        inputs: Inputs = "original",
        backbone: BackboneOptions = BackboneOptions(),
        fusion: FusionOptions = FusionOptions(),
        head: HeadOptions = HeadOptions(),
        objective: ObjectiveOptions = ObjectiveOptions(),
        augment: Augmentation | None = Augmentation(),
        optimizer: OptimizerCallable = lambda p: torch.optim.AdamW(p, lr=2e-3, weight_decay=0.05),
        schedule: Schedule = Schedule(),
        calibrate: bool = False,
    ) -> None:
        super().__init__()
        self.labels = by_task(task, label_names)
        if calibrate and "au_detection" not in self.labels:
            tasks = ", ".join(self.labels)
            raise NorfaceError(f"model.calibrate is for au_detection, not {tasks}: leave it out.")
        self.remember(
            task=task,
            label_names=label_names,
            image_size=image_size,
            inputs=inputs,
            # Files are read once; a checkpoint holds what was in them.
            backbone=replace(backbone, weights=None, gradient_checkpointing=False, compile=False),
            fusion=fusion,
            head=head,
            objective=replace(objective, loss=None, adversary=None),
            calibrate=calibrate,
        )
        self.label_names, self.image_size = in_one_list(self.labels), image_size
        self.inputs: Inputs = inputs
        self.compiled, self.balance = backbone.compile, objective.balance
        self.adversary = (
            None if objective.adversary is None else IdentityAdversary(objective.adversary)
        )
        self.augment = None if augment is None else FaceAugment(augment)
        self.optimizer, self.schedule = optimizer, schedule

        self.net = build_network(image_size, inputs, len(label_names), backbone, fusion, head)
        # Of all pictures together.
        self.feature_dim = self.net.backbones[0].feature_dim * (1 + (inputs == "both"))
        self.loss = TaskLosses(self.labels, objective)
        self.evaluator = Evaluator(self.labels, calibrate)

    def setup(self, stage: str) -> None:
        """Look at the training labels and people, and at nothing else."""
        if stage != "fit":
            return
        if self.compiled:
            self.net.compile()
        if self.adversary is not None:
            subjects = self.data.dataset("train").columns["subject"]
            self.adversary.meet(self.feature_dim, subjects)
        if self.loss.weighted:
            self.loss.weigh(self.data.train_labels())

    def forward(self, image: Tensor | None, normalized: Tensor | None = None) -> Classified:
        """Run the network on the pictures that ``inputs`` names, (B, 3, H, W) in [0, 1]."""
        pictures = choose_pictures(self.inputs, self.image_size, image, normalized)
        return self.net(pictures)  # type: ignore[no-any-return]

    @property
    def thresholds(self) -> Tensor:
        """Probabilities (L,) from which a label counts as present; 0.5 where none were learned."""
        learned = self.evaluator.calibration
        parts = [
            torch.full((len(names),), 0.5)
            if learned is None or task != "au_detection"
            else learned.threshold
            for task, names in self.labels.items()
        ]
        return torch.cat(parts)

    @torch.no_grad()
    def predict(self, image: Tensor | None, normalized: Tensor | None = None) -> Tensor:
        """Return a column (B, L) for each of ``label_names``.

        Probabilities of AUs or emotions, AU intensities from 0 to 5, affect from -1 to 1.
        """
        return self.loss.read(self(image, normalized).logits)

    def network(self) -> PlainClassifier:
        """Return what reads faces, without Lightning: a copy, to be exported or passed on."""
        options = {name: value for name, value in self.hparams.items() if name != "calibrate"}
        network = PlainClassifier(**options)
        own, state = network.state_dict(), {**self.state_dict(), "thresholds": self.thresholds}
        network.load_state_dict({name: state[name] for name in own if name in state})
        return network

    def predict_step(self, batch: FaceBatch, batch_idx: int) -> Tensor:
        """What `predict` returns."""
        return self.predict(batch.get("image"), batch.get("normalized"))

    def training_step(self, batch: FaceBatch, batch_idx: int) -> Tensor:
        """One optimization step."""
        given = batch.get("image"), batch.get("normalized")
        pictures = choose_pictures(self.inputs, self.image_size, *given)
        if self.augment is not None:
            first = None if self.inputs == "normalized" else pictures.pop(0)
            pictures = self.augment(first, pictures)
        output: Classified = self.net(pictures)
        count = len(pictures[0])
        labels = {task: batch[task] for task in self.labels}
        tasks = [self.loss.by_task(reading, labels) for reading in output.readings]
        losses = torch.stack([self.loss.together(each, labels) for each in tasks])
        self.log("train/loss", losses.mean(), prog_bar=True, batch_size=count)
        for task in self.labels if len(self.labels) > 1 else ():
            mean = torch.stack([each[task] for each in tasks]).mean()
            self.log(f"train/{task}/loss", mean, batch_size=count)
        loss = losses.sum()
        for name, mixed in output.mixtures.items():
            if self.balance and mixed.gates is not None and mixed.experts is not None:
                imbalance = load_imbalance(mixed.gates[..., : mixed.experts.shape[1]])
                self.log(f"train/{name}_imbalance", imbalance, batch_size=count)
                loss = loss + self.balance * imbalance
        if self.adversary is not None:
            done = self.global_step / max(1, self.trainer.estimated_stepping_batches)
            sources = output.sources.flatten(1)
            identity, recognized = self.adversary(sources, batch["subject"], done)
            self.log("train/identity_loss", identity, batch_size=count)
            self.log("train/identity_accuracy", recognized, batch_size=count)
            loss = loss + identity
        return loss

    def configure_optimizers(self) -> OptimizerLRScheduler:
        """Optimizer with warm-up and cosine per step, or with the given scheduler per epoch."""
        decay, scheduler = self.schedule.layer_decay, self.schedule.scheduler
        if decay == 1:
            optimizer = self.optimizer(self.parameters())
        else:
            nets = [backbone.net for backbone in self.net.backbones]
            optimizer = layer_decayed(self, nets, self.optimizer, decay)
        if scheduler is not None:
            return {"optimizer": optimizer, "lr_scheduler": scheduler(optimizer)}
        return self.warmed_up(optimizer, self.schedule.warmup)

    # Validation and test

    def on_validation_epoch_start(self) -> None:
        """Forget the faces of an interrupted epoch."""
        self.evaluator.forget()

    def validation_step(self, batch: FaceBatch, batch_idx: int) -> Tensor:
        """Collect readings and gates; callbacks get the features (B, S, D) of the pictures."""
        output: Classified = self(batch.get("image"), batch.get("normalized"))
        self.evaluator.collect(output, batch)
        return output.sources

    def on_validation_epoch_end(self) -> None:
        """Learn from validation people what only they can tell, then log all metrics."""
        readings, labels = self.evaluator.take(self.device)
        if self._may_learn():
            self.evaluator.learn(self.net, self.loss, *self._everybody(readings, labels))
        self._log_all("val", readings, labels)

    def _may_learn(self) -> bool:
        """Whether the people watched are validation people of a training, and no test people."""
        fitting = self.trainer.state.fn == TrainerFn.FITTING and not self.trainer.sanity_checking
        return fitting and not self.data.select_on_test

    def on_test_epoch_start(self) -> None:
        """Forget the confusion of an earlier test; it stays readable after this one."""
        self.evaluator.forget()
        if self.evaluator.confusion is not None:
            self.evaluator.confusion.reset()

    test_step = validation_step

    def on_test_epoch_end(self) -> None:
        """Log all metrics."""
        readings, labels = self.evaluator.take(self.device)
        self.evaluator.count_confusion(self.net.mix(readings), labels)
        self._log_all("test", readings, labels)

    def _everybody(self, readings: Tensor, labels: Labels) -> tuple[Tensor, Labels]:
        """What all processes have read together."""
        if self.trainer.world_size == 1:
            return readings, labels
        rows = self._gathered(readings.transpose(0, 1)).transpose(0, 1)
        return rows, {task: self._gathered(known) for task, known in labels.items()}

    def _gathered(self, rows: Tensor) -> Tensor:
        return self.all_gather(rows).flatten(0, 1)  # type: ignore[union-attr]

    def _log_all(self, stage: str, readings: Tensor, labels: Labels) -> None:
        loss = self.loss(self.net.mix(readings), labels)
        self.log(f"{stage}/loss", loss, prog_bar=True, sync_dist=True)
        values = self.evaluator.measure(stage, self.net, self.loss, readings, labels)
        if self.evaluator.calibration is not None:
            everything, known = self._everybody(readings, labels)
            values |= self.evaluator.calibrated(self.net.mix(everything), known)
        scalars, histograms = self.evaluator.gates.summarize()
        named = {f"{stage}/{name}": value for name, value in (values | scalars).items()}
        self.log_dict({name: value for name, value in named.items() if value.isfinite()})
        for name, numbers in histograms.items():
            for writer in tensorboards(self.trainer):
                writer.add_histogram(f"{stage}/{name}", numbers, batches_seen(self.trainer))
            mixture, _, kind = name.rpartition("_")
            if kind == "load":
                experts = self.net.expert_names(mixture, numbers.shape[1])
                drawn = gate_map(numbers, self.label_names, experts)
                log_picture(self.trainer, f"{stage}/{mixture}_map", drawn)
