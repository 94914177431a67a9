"""Switches of the classifier that are off by default."""

from dataclasses import replace
from pathlib import Path

import pytest
import torch

from norface_pl.classifier import ClassifierModule, DiceLoss
from norface_pl.classifier.adversary import Adversary
from norface_pl.classifier.options import BackboneOptions, FusionOptions, ObjectiveOptions, Schedule
from norface_pl.face_module import load_module
from tests.classifier.test_module import BACKBONE, HEAD, adam, make, trainer
from tests.helpers.toy import ToyDataModule, ToyFaces, toy_batch


class PeopleDataModule(ToyDataModule):
    """Toy faces of four people."""

    def __init__(self) -> None:
        super().__init__("au_detection")
        self.faces.columns["subject"] = torch.arange(16) % 4 + 10

    def dataset(self, split: str) -> ToyFaces:
        assert split == "train"
        return self.faces


@pytest.mark.parametrize("inputs", ["original", "both"])
def test_adversary_meets_the_training_people_and_is_left_behind(
    inputs: str, tmp_path: Path
) -> None:
    module = make(inputs=inputs, objective=ObjectiveOptions(adversary=Adversary(0.5, 0.5)))
    runner = trainer(tmp_path)
    runner.fit(module, PeopleDataModule())
    assert module.adversary.linear.out_features == 4
    assert 0 <= runner.callback_metrics["train/identity_accuracy"] <= 1
    assert runner.callback_metrics["train/identity_loss"] > 0
    runner.save_checkpoint(tmp_path / "a.ckpt")
    loaded = load_module(ClassifierModule, tmp_path / "a.ckpt")
    batch = toy_batch("au_detection")
    pictures = batch["image"], batch["normalized"]
    assert torch.equal(loaded.predict(*pictures), module.eval().predict(*pictures))
    # Neither a test nor a resumed training stumbles over it.
    again = make(inputs=inputs, objective=ObjectiveOptions(adversary=Adversary(0.5, 0.5)))
    trainer(tmp_path).test(again, PeopleDataModule(), tmp_path / "a.ckpt", verbose=False)
    again = make(inputs=inputs, objective=ObjectiveOptions(adversary=Adversary(0.5, 0.5)))
    trainer(tmp_path, max_epochs=2).fit(again, PeopleDataModule(), ckpt_path=tmp_path / "a.ckpt")


def test_adversary_turns_the_features_away_from_the_person(tmp_path: Path) -> None:
    grads = []
    for adversary in (None, Adversary(weight=5.0)):
        objective = ObjectiveOptions(adversary=adversary)
        module = make(inputs="original", objective=objective, optimizer=torch.optim.SGD)
        trainer(tmp_path, max_steps=1).fit(module, PeopleDataModule())
        grads.append(module.net.backbones[0].net.stem.conv.weight.clone())
    assert not torch.allclose(grads[0], grads[1], atol=1e-6)


def test_layer_decay_reaches_the_optimizer(tmp_path: Path) -> None:
    module = make(
        backbone=BackboneOptions("vit_face"), schedule=Schedule(layer_decay=0.5, warmup=0.0)
    )
    runner = trainer(tmp_path, fast_dev_run=True)
    runner.fit(module, ToyDataModule("au_detection"))
    rates = {
        id(parameter): group["initial_lr"]
        for group in runner.optimizers[0].param_groups
        for parameter in group["params"]
    }
    assert len(rates) == len(list(module.parameters()))
    for backbone in module.net.backbones:
        assert rates[id(backbone.net.blocks[5].mlp.fc1.weight)] == pytest.approx(3e-3 * 0.5)
    assert rates[id(module.net.head.towers.weight)] == pytest.approx(3e-3)


@pytest.mark.parametrize("wanted", [False, True])
def test_the_network_is_compiled_for_training_only(
    wanted: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[object] = []
    monkeypatch.setattr(torch.nn.Module, "compile", lambda self: calls.append(self))
    module = make(backbone=replace(BACKBONE, compile=wanted))
    runner = trainer(tmp_path, fast_dev_run=True)
    runner.test(module, ToyDataModule("au_detection"), verbose=False)
    assert calls == []
    runner.fit(module, ToyDataModule("au_detection"))
    assert calls == ([module.net] if wanted else [])


def test_another_loss_is_trained_and_left_behind(tmp_path: Path) -> None:
    module = make(objective=ObjectiveOptions(loss=DiceLoss()))
    runner = trainer(tmp_path)
    runner.fit(module, ToyDataModule("au_detection"))
    runner.save_checkpoint(tmp_path / "a.ckpt")
    loaded = load_module(ClassifierModule, tmp_path / "a.ckpt")
    logits, labels = torch.randn(4, 3), torch.ones(4, 3)
    loss = module.loss(logits, {"au_detection": labels})
    assert torch.equal(loss, DiceLoss()(logits, labels))
    assert loaded.loss.each["au_detection"].other is None


def test_levels_are_part_of_the_network(tmp_path: Path) -> None:
    module = make("au_intensity", objective=ObjectiveOptions(ordinal=True))
    runner = trainer(tmp_path)
    runner.fit(module, ToyDataModule("au_intensity"))
    runner.save_checkpoint(tmp_path / "a.ckpt")
    loaded = load_module(ClassifierModule, tmp_path / "a.ckpt")
    batch = toy_batch("au_intensity")
    values = loaded.predict(batch["image"], batch["normalized"])
    module.eval()
    assert torch.equal(values, module.predict(batch["image"], batch["normalized"]))
    assert values.min() > 0
    assert values.max() < 5


@pytest.mark.parametrize("head", [{"kind": "ple"}, {"kind": "soft"}, {"top": 1}])
def test_other_mixtures_learn_a_batch(head: dict[str, object]) -> None:
    wanted = replace(HEAD, experts=4, dropout=0.0, **head)
    module = make(inputs="original", head=wanted)
    batch = toy_batch("au_detection")
    optimizer = adam(module.parameters())
    first = None
    for _ in range(60):
        optimizer.zero_grad()
        loss = module.loss(module(batch["image"]).logits, {"au_detection": batch["au_detection"]})
        loss.backward()
        optimizer.step()
        first = first or loss.item()
    assert loss.item() < 0.2 * first


def test_both_backbones_start_from_the_same_weights_and_are_two() -> None:
    first, second = make(inputs="both").net.backbones
    pairs = list(zip(first.parameters(), second.parameters(), strict=True))
    assert all(torch.equal(a, b) and a is not b for a, b in pairs)
    assert len(make(backbone=replace(BACKBONE, separate=False)).net.backbones) == 1
    assert len(make(inputs="original").net.backbones) == 1


def test_one_picture_has_one_reading() -> None:
    batch = toy_batch("au_detection")
    output = make(inputs="normalized").eval()(None, batch["normalized"])
    assert output.readings.shape == (1, 16, 3)
    assert torch.equal(output.logits, output.readings[0])


@pytest.mark.parametrize(
    "options",
    [
        {"fusion": FusionOptions("attention", hidden=8)},
        {"head": replace(HEAD, kind="ple")},
        {"head": replace(HEAD, kind="soft")},
        {"head": replace(HEAD, top=1)},
    ],
)
def test_mixtures_train_in_half_precision(options: dict[str, object], tmp_path: Path) -> None:
    module = make(inputs="both", calibrate=True, **options)
    runner = trainer(tmp_path, fast_dev_run=True, precision="bf16-mixed")
    runner.fit(module, ToyDataModule("au_detection"))
    assert runner.callback_metrics["train/loss"].isfinite()
    runner.test(module, ToyDataModule("au_detection"), verbose=False)
