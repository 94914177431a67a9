"""ClassifierModule: tasks, inputs, training, checkpoints and logs."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import lightning as L
import pytest
import torch
from lightning.pytorch.callbacks import ModelCheckpoint
from lightning.pytorch.loggers import TensorBoardLogger
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from norface_pl.classifier import ClassifierModule
from norface_pl.classifier.options import (
    BackboneOptions,
    FusionOptions,
    HeadOptions,
    ObjectiveOptions,
    Schedule,
)
from norface_pl.errors import NorfaceError
from norface_pl.face_module import load_module
from norface_pl.nn.augment import Augmentation
from norface_pl.types import Inputs, Task
from tests.helpers.toy import NAMES, SIZE, ToyDataModule, toy_batch

TASKS: list[Task] = ["au_detection", "au_intensity", "expression"]
INPUTS: list[Inputs] = ["original", "normalized", "both"]


BACKBONE = BackboneOptions("test_byobnet")
HEAD = HeadOptions("moe", 2, 8)
WEIGHTED = ObjectiveOptions(label_weights="inverse")


def adam(parameters: Any) -> torch.optim.Optimizer:
    return torch.optim.Adam(parameters, lr=3e-3)


def make(task: Task = "au_detection", **options: Any) -> ClassifierModule:
    settings: dict[str, Any] = {
        "inputs": "both",
        "backbone": BACKBONE,
        "fusion": FusionOptions("moe", 2, 8),
        "head": HEAD,
        "augment": None,
        "optimizer": adam,
    }
    torch.manual_seed(0)
    return ClassifierModule(task, NAMES, SIZE, **{**settings, **options})


def trainer(folder: Path, **options: Any) -> L.Trainer:
    return L.Trainer(
        **{
            "accelerator": "cpu",
            "default_root_dir": folder,
            "logger": False,
            "enable_checkpointing": False,
            "enable_progress_bar": False,
            "enable_model_summary": False,
            "max_epochs": 1,
            **options,
        }
    )


@pytest.mark.parametrize("inputs", INPUTS)
@pytest.mark.parametrize("task", TASKS)
def test_predictions_have_the_range_of_the_task(task: Task, inputs: Inputs) -> None:
    module = make(task, inputs=inputs).eval()
    batch = toy_batch(task)
    values = module.predict(batch["image"], batch["normalized"])
    assert values.shape == (16, 3)
    assert not values.requires_grad
    assert values.min() >= 0
    assert values.max() <= (5 if task == "au_intensity" else 1)
    if task == "expression":
        assert torch.allclose(values.sum(-1), torch.ones(16))
    assert torch.equal(module.predict_step(batch, 0), values)


@pytest.mark.parametrize("inputs", INPUTS)
@pytest.mark.parametrize("task", TASKS)
def test_fit_validate_test_predict(task: Task, inputs: Inputs, tmp_path: Path) -> None:
    data = ToyDataModule(task, normalized=inputs != "original")
    module = make(task, inputs=inputs, augment=Augmentation(), objective=WEIGHTED)
    runner = trainer(tmp_path, fast_dev_run=True)
    runner.fit(module, data)
    monitored = {"au_detection": "f1", "au_intensity": "icc", "expression": "accuracy"}[task]
    assert f"val/{monitored}" in runner.callback_metrics
    runner.test(module, data, verbose=False)
    assert f"test/{monitored}" in runner.callback_metrics
    assert "test/loss" in runner.callback_metrics
    (values,) = runner.predict(module, data)
    assert values.shape == (8, 3)


@pytest.mark.parametrize("task", TASKS)
def test_overfits_one_batch(task: Task) -> None:
    module = make(task, head=replace(HEAD, experts=4, dropout=0.0))
    batch = toy_batch(task)
    optimizer = torch.optim.Adam(module.parameters(), lr=3e-3)
    first = None
    for _ in range(60):
        optimizer.zero_grad()
        readings = module(batch["image"], batch["normalized"]).readings
        loss = sum(module.loss(reading, {task: batch[task]}) for reading in readings)
        loss.backward()
        optimizer.step()
        first = first or loss.item()
    assert loss.item() < 0.1 * first


def test_missing_labels_do_not_change_the_gradient() -> None:
    module = make(head=replace(HEAD, dropout=0.0)).eval()
    batch = toy_batch("au_detection")
    logits = module(batch["image"], batch["normalized"]).logits
    labels = {"au_detection": batch["au_detection"]}
    module.loss(logits, labels).backward(inputs=[logits])
    assert logits.grad is not None
    known = ~batch["au_detection"].isnan()
    assert (logits.grad[~known] == 0).all()
    assert (logits.grad[known] != 0).all()


@pytest.mark.parametrize("task", TASKS)
def test_checkpoint_loads_safely_and_predicts_the_same(task: Task, tmp_path: Path) -> None:
    data = ToyDataModule(task)
    module = make(task, objective=WEIGHTED, augment=Augmentation())
    saver = ModelCheckpoint(tmp_path, filename="best")
    trainer(tmp_path, enable_checkpointing=True, callbacks=[saver]).fit(module, data)
    loaded = load_module(ClassifierModule, tmp_path / "best.ckpt")
    batch = toy_batch(task)
    module.eval()
    assert torch.equal(
        loaded.predict(batch["image"], batch["normalized"]),
        module.predict(batch["image"], batch["normalized"]),
    )
    assert loaded.label_names == NAMES
    assert loaded.labels == {task: NAMES}
    assert torch.equal(loaded.loss.each[task].weight, module.loss.each[task].weight)
    content = torch.load(tmp_path / "best.ckpt", weights_only=True)
    assert "hyper_parameters" not in content
    assert not {"optimizer", "augment", "schedule"} & set(content["norface_options"])
    assert "norface_pl" not in str(content["norface_options"])


def test_label_weights_come_from_the_training_labels(tmp_path: Path) -> None:
    module = make(objective=WEIGHTED)
    trainer(tmp_path, fast_dev_run=True).fit(module, ToyDataModule("au_detection"))
    label = toy_batch("au_detection")["au_detection"]
    inverse = 1 / label.nanmean(dim=0)
    assert torch.allclose(module.loss.each["au_detection"].weight, inverse / inverse.mean())


def test_no_label_weights_by_default(tmp_path: Path) -> None:
    module = make()
    trainer(tmp_path, fast_dev_run=True).fit(module, ToyDataModule("au_detection"))
    assert torch.equal(module.loss.each["au_detection"].weight, torch.ones(3))


def test_rate_warms_up_and_ends_at_zero(tmp_path: Path) -> None:
    module = make(schedule=Schedule(warmup=0.5))
    runner = trainer(tmp_path, max_epochs=2)
    runner.fit(module, ToyDataModule("au_detection"))
    assert runner.lr_scheduler_configs[0].interval == "step"
    assert runner.lr_scheduler_configs[0].scheduler.get_last_lr() == [pytest.approx(0.0)]


def test_given_scheduler_replaces_the_built_in_one(tmp_path: Path) -> None:
    module = make(
        schedule=Schedule(
            scheduler=lambda optimizer: torch.optim.lr_scheduler.StepLR(optimizer, 1, 0.1)
        )
    )
    runner = trainer(tmp_path, max_epochs=2)
    runner.fit(module, ToyDataModule("au_detection"))
    assert runner.lr_scheduler_configs[0].interval == "epoch"
    assert runner.optimizers[0].param_groups[0]["lr"] == pytest.approx(3e-5)


@pytest.mark.parametrize("inputs", ["normalized", "both"])
def test_missing_normalized_faces_name_the_option(inputs: Inputs) -> None:
    with pytest.raises(NorfaceError, match="--data.normalized DIR"):
        make(inputs=inputs).predict(toy_batch("au_detection")["image"])


def test_faces_of_another_size_are_refused() -> None:
    with pytest.raises(NorfaceError, match="32 pixels and got 48"):
        make(inputs="original").predict(torch.rand(1, 3, 48, 48))


def test_original_only_ignores_the_normalized_face() -> None:
    module = make(inputs="original").eval()
    image = torch.rand(2, 3, SIZE, SIZE)
    other = torch.rand(2, 3, SIZE, SIZE)
    assert torch.equal(module.predict(image, other), module.predict(image))


def test_tensorboard_gets_scalars_and_gate_histograms(tmp_path: Path) -> None:
    logger = TensorBoardLogger(tmp_path, name="", version="")
    trainer(tmp_path, logger=logger, log_every_n_steps=1).fit(
        make(inputs="both"), ToyDataModule("au_detection")
    )
    events = EventAccumulator(str(tmp_path)).Reload()
    scalars = set(events.Tags()["scalars"])
    assert {"train/loss", "val/loss", "val/f1", "val/f1/AU12", "val/auc", "val/output_entropy"} <= (
        scalars
    )
    mixtures = {"input", "output", "output_original", "output_normalized"}
    names = {f"val/{name}_{what}" for name in mixtures for what in ("gates", "load")}
    assert set(events.Tags()["histograms"]) == names
    assert set(events.Tags()["images"]) == {f"val/{name}_map" for name in mixtures}
    for what in ("entropy", "busiest", "similarity"):
        assert {f"val/{name}_{what}" for name in mixtures} <= scalars
    assert {"val/ensemble_weight_normalized", "val/ensemble_weight_original/AU12"} <= scalars


def test_confusion_counts_known_test_faces_only(tmp_path: Path) -> None:
    module = make("expression", inputs="original")
    data = ToyDataModule("expression")
    trainer(tmp_path).fit(module, data)
    for _ in range(2):
        trainer(tmp_path).test(module, data, verbose=False)
    assert module.evaluator.confusion is not None
    assert module.evaluator.confusion.compute().sum() == 15  # one of 16 toy labels is missing
