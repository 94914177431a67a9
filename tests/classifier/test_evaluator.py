"""What validation people decide, when, and what is reported beside it."""

import math
from pathlib import Path
from typing import Any

import pytest
import torch

from norface_pl.classifier import ClassifierModule
from norface_pl.errors import NorfaceError
from norface_pl.face_module import load_module
from tests.classifier.test_module import make, trainer
from tests.helpers.toy import NAMES, SIZE, ToyDataModule, toy_batch

EVEN = torch.full((3, 3), 1 / 3)


class NoisyDataModule(ToyDataModule):
    """Normalized faces say nothing of the labels."""

    def __init__(self, select_on_test: bool = False) -> None:
        super().__init__("au_detection")
        generator = torch.Generator().manual_seed(1)
        self.faces.columns["normalized"] = torch.rand(16, 3, SIZE, SIZE, generator=generator)
        self.select_on_test = select_on_test


def fitted(folder: Path, data: ToyDataModule, **options: Any) -> ClassifierModule:
    module = make(inputs="both", **options)
    trainer(folder).fit(module, data)
    return module


def test_validation_people_decide_whom_to_believe(tmp_path: Path) -> None:
    module = fitted(tmp_path, NoisyDataModule())
    weight = module.net.ensemble.weight
    assert torch.allclose(weight.sum(0), torch.ones(3))
    assert not torch.allclose(weight, EVEN, atol=1e-2)
    # The same weights come out of what the finished network reads from validation people.
    batch = {
        **toy_batch("au_detection"),
        "normalized": NoisyDataModule().faces.columns["normalized"],
    }
    module.eval()
    before = weight.clone()
    with torch.no_grad():
        readings = module(batch["image"], batch["normalized"]).readings
    labels = {"au_detection": batch["au_detection"]}
    module.evaluator.learn(module.net, module.loss, readings, labels)
    assert torch.allclose(module.net.ensemble.weight, before, atol=1e-4)


def test_test_people_decide_nothing(tmp_path: Path) -> None:
    module = fitted(tmp_path, NoisyDataModule(select_on_test=True), calibrate=True)
    assert torch.allclose(module.net.ensemble.weight, EVEN)
    assert torch.equal(module.evaluator.calibration.threshold, torch.full((3,), 0.5))
    trained = fitted(tmp_path, NoisyDataModule(), calibrate=True)
    before = {name: value.clone() for name, value in trained.state_dict().items()}
    runner = trainer(tmp_path)
    runner.validate(trained, NoisyDataModule(), verbose=False)
    runner.test(trained, NoisyDataModule(), verbose=False)
    after = trained.state_dict()
    assert all(torch.equal(before[name], after[name]) for name in before)


def test_all_processes_decide_the_same_from_what_all_have_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    module = fitted(tmp_path, NoisyDataModule())
    readings, labels = torch.randn(3, 4, 3), torch.rand(4, 3)
    other = -readings, 1 - labels
    answers = iter(
        [torch.stack([readings, other[0]]).transpose(1, 2), torch.stack([labels, other[1]])]
    )
    monkeypatch.setattr(type(module.trainer), "world_size", 2)
    monkeypatch.setattr(module, "all_gather", lambda given: next(answers))
    everything = module._everybody(readings, {"au_detection": labels})
    assert torch.equal(everything[0], torch.cat([readings, other[0]], 1))
    assert torch.equal(everything[1]["au_detection"], torch.cat([labels, other[1]]))


def test_what_was_decided_is_in_the_checkpoint(tmp_path: Path) -> None:
    module = make(inputs="both", calibrate=True)
    runner = trainer(tmp_path)
    runner.fit(module, NoisyDataModule())
    runner.save_checkpoint(tmp_path / "a.ckpt")
    loaded = load_module(ClassifierModule, tmp_path / "a.ckpt")
    assert torch.equal(loaded.net.ensemble.weight, module.net.ensemble.weight)
    assert torch.equal(
        loaded.evaluator.calibration.threshold, module.evaluator.calibration.threshold
    )
    assert torch.equal(
        loaded.evaluator.calibration.temperature, module.evaluator.calibration.temperature
    )


def test_calibrated_figures_stand_beside_the_plain_ones(tmp_path: Path) -> None:
    data = ToyDataModule("au_detection")
    plain, calibrated = (fitted(tmp_path, data, calibrate=choice) for choice in (False, True))
    results = []
    for module in (plain, calibrated):
        runner = trainer(tmp_path)
        results.append(runner.test(module, data, verbose=False)[0])
    extra = {f"test/f1_calibrated{name}" for name in ("", *(f"/{label}" for label in NAMES))}
    assert set(results[1]) - set(results[0]) == {*extra, "test/loss_calibrated"}
    for name in results[0]:
        assert results[1][name] == pytest.approx(results[0][name])
    # The toy's test people are its validation people: here the best thresholds are the best.
    assert results[1]["test/f1_calibrated"] >= results[1]["test/f1"]
    assert results[1]["test/loss_calibrated"] <= results[1]["test/loss"] + 1e-4


def test_only_occurrences_are_calibrated() -> None:
    with pytest.raises(NorfaceError, match="au_detection"):
        make("expression", calibrate=True)


def test_figures_are_of_all_faces_and_not_of_batches(tmp_path: Path) -> None:
    data = ToyDataModule("au_intensity")
    module = fitted(tmp_path, data, task="au_intensity")
    (result,) = trainer(tmp_path).test(module, data, verbose=False)
    batch = toy_batch("au_intensity")
    module.eval()
    with torch.no_grad():
        outputs = module(batch["image"], batch["normalized"]).logits
    labels = {"au_intensity": batch["au_intensity"]}
    assert result["test/loss"] == pytest.approx(module.loss(outputs, labels).item(), 1e-4)
    error = (module.loss.read(outputs) - batch["au_intensity"]).square().nanmean(0).mean()
    assert result["test/mse"] == pytest.approx(error.item(), rel=1e-3)
    assert math.isfinite(result["test/ensemble_weight_original"])
