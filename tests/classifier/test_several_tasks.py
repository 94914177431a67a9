"""One model of several tasks, and that a single task is learned as it always was."""

from pathlib import Path
from typing import Any

import lightning as L
import pytest
import torch
from lightning.pytorch.callbacks import ModelCheckpoint
from torch import Tensor

from norface_pl.classifier import ClassifierModule
from norface_pl.classifier.options import (
    BackboneOptions,
    FusionOptions,
    HeadOptions,
    ObjectiveOptions,
)
from norface_pl.face_module import load_module
from norface_pl.types import Task
from tests.classifier.test_module import adam, make, trainer
from tests.helpers.toy import NAMES, SIZE, ToyDataModule, toy_batch

TASKS: list[Task] = ["au_detection", "au_intensity", "expression"]
CLASSES = ["neutral", "happiness"]
FLAT = [
    *(f"au_detection/{name}" for name in NAMES),
    *(f"au_intensity/{name}" for name in NAMES),
    *(f"expression/{name}" for name in CLASSES),
]


class Several(ToyDataModule):
    """Toy faces with labels of three tasks; half of them have no expression."""

    def __init__(self) -> None:
        super().__init__("au_detection")
        present = self.faces.columns["au_detection"]
        expression = torch.where(torch.arange(16) < 8, (present[:, 2] > 0).long(), -1)
        self.faces.columns |= {"au_intensity": 4 * present, "expression": expression}

    def train_labels(self) -> dict[Task, Tensor]:
        return {task: self.faces.columns[task] for task in TASKS}


def several(**options: Any) -> ClassifierModule:
    torch.manual_seed(0)
    settings = {"inputs": "both", "backbone": BackboneOptions("test_byobnet"), "augment": None}
    return ClassifierModule(TASKS, FLAT, SIZE, **(settings | {"optimizer": adam} | options))


def test_metrics_say_their_task_and_one_number_stands_for_all(tmp_path: Path) -> None:
    runner = trainer(tmp_path)
    runner.fit(several(calibrate=True), Several())
    found = {name: float(value) for name, value in runner.callback_metrics.items()}
    mains = [found[f"val/{name}"] for name in ("au_detection/f1", "au_intensity/icc")]
    mains.append(found["val/expression/accuracy"])
    assert found["val/score"] == pytest.approx(sum(mains) / 3)
    assert {f"train/{task}/loss" for task in TASKS} <= set(found)
    assert {"val/au_detection/f1/AU12", "val/au_detection/f1_calibrated"} <= set(found)
    assert "val/ensemble_weight_original/expression/neutral" in found
    assert "val/f1" not in found


def test_every_label_has_a_column_and_the_checkpoint_keeps_them(tmp_path: Path) -> None:
    module = several(objective=ObjectiveOptions(task_weights="uncertainty"))
    saver = ModelCheckpoint(tmp_path, filename="best", monitor="val/score", mode="max")
    runner = trainer(tmp_path, enable_checkpointing=True, callbacks=[saver])
    runner.fit(module, Several())
    loaded = load_module(ClassifierModule, tmp_path / "best.ckpt")
    assert loaded.label_names == FLAT
    assert list(loaded.labels) == TASKS
    assert torch.equal(loaded.loss.log_variance, module.loss.log_variance)
    assert not torch.equal(loaded.loss.log_variance, torch.zeros(3))
    batch = toy_batch("au_detection")
    values = loaded.predict(batch["image"], batch["normalized"])
    assert values.shape == (16, 8)
    assert values[:, :3].max() <= 1
    assert torch.allclose(values[:, 6:].sum(1), torch.ones(16))


def test_each_task_decides_for_itself_whom_to_believe(tmp_path: Path) -> None:
    module = several()
    readings = torch.randn(3, 40, 8)
    labels = {
        "au_detection": (readings[1, :, :3] > 0).float(),
        "au_intensity": readings[2, :, 3:6],
        "expression": torch.full((40,), -1),
    }
    module.evaluator.learn(module.net, module.loss, readings, labels)
    weight = module.net.ensemble.weight
    assert weight[:, :3].argmax(0).tolist() == [1, 1, 1]
    assert weight[:, 3:6].argmax(0).tolist() == [2, 2, 2]
    # Nobody tells, so all count alike.
    assert torch.allclose(weight[:, 6:], torch.full((3, 2), 1 / 3))


class Losses(L.Callback):
    """What each step of a training lost."""

    def __init__(self) -> None:
        self.found: list[float] = []

    def on_train_batch_end(self, trainer: Any, module: Any, outputs: Any, *_: Any) -> None:
        self.found.append(float(outputs["loss"]))


# Of the code before there were several tasks, with the same seed.
BEFORE = {
    "au_detection": ([2.097435, 1.636556, 0.813464, 0.808363], "f1", 0.891667),
    "au_intensity": ([2.144165, 2.178529, 1.784610, 1.931111], "icc", 0.055025),
    "expression": ([2.706748, 0.892061, 0.231433, 0.081761], "accuracy", 1.0),
}


@pytest.mark.parametrize("given", [str, list])
@pytest.mark.parametrize("task", TASKS)
def test_a_single_task_is_learned_as_before(task: Task, given: type, tmp_path: Path) -> None:
    mixed = task == "au_intensity"
    torch.manual_seed(0)
    module = ClassifierModule(
        [task] if given is list else task,
        NAMES,
        SIZE,
        inputs="both",
        backbone=BackboneOptions("conv_face"),
        fusion=FusionOptions("moe" if mixed else "concat", 2, 8),
        head=HeadOptions("moe" if mixed else "linear", 2, 8),
        objective=ObjectiveOptions(label_weights="inverse", ordinal=mixed),
        optimizer=adam,
    )
    watch = Losses()
    runner = trainer(tmp_path, max_epochs=2, callbacks=[watch])
    runner.fit(module, ToyDataModule(task))
    losses, score, value = BEFORE[task]
    assert watch.found == pytest.approx(losses, rel=2e-3)
    assert float(runner.callback_metrics[f"val/{score}"]) == pytest.approx(value, abs=0.02)
    assert runner.callback_metrics["val/score"] == runner.callback_metrics[f"val/{score}"]
    assert "train/loss" in runner.callback_metrics
    assert f"train/{task}/loss" not in runner.callback_metrics


def test_a_task_in_a_list_is_the_task() -> None:
    one, other = make("au_detection"), make(["au_detection"])
    assert one.labels == other.labels
    assert one.state_dict().keys() == other.state_dict().keys()
