"""Components of the classifier are set from YAML by their class path."""

import torch
import yaml

from norface_pl import cli
from norface_pl.classifier import ClassifierModule
from tests.helpers.tiny import CONFIGS, QUICK, write_data

OPTIONS = {
    "inputs": "original",
    "backbone": {"name": "test_vit", "drop_path": 0.1, "gradient_checkpointing": True},
    "head": {"kind": "ple", "experts": 2},
    "objective": {
        "loss": {"class_path": "norface_pl.classifier.AsymmetricLoss", "init_args": {"gamma": 1.5}},
        "adversary": {"weight": 0.5, "ramp": 0.2},
    },
    "augment": {"erase": 0.25, "light": {"count": 3}},
    "schedule": {"layer_decay": 0.65},
    "calibrate": True,
}


def test_a_fine_tuning_recipe_trains_and_is_tested(tmp_path, monkeypatch):
    trained = []
    monkeypatch.setattr(ClassifierModule, "on_fit_end", lambda module: trained.append(module))
    path = tmp_path / "options.yaml"
    path.write_text(yaml.safe_dump({"model": {"init_args": OPTIONS}}), encoding="utf-8")
    data, stage = write_data(tmp_path), CONFIGS / "classifier" / "au.yaml"
    arguments = ["--config", str(stage), "--data", str(data), "--config", str(path)]
    arguments.append(f"--checkpoint.dirpath={tmp_path / 'run'}")
    cli.main(["fit", *arguments, *QUICK, "--trainer.max_epochs=1"])
    (module,) = trained
    assert module.loss.each["au_detection"].other.gamma == 1.5
    assert module.adversary.options.ramp == 0.2
    assert module.augment.light.options.count == 3
    assert module.schedule.layer_decay == 0.65
    best = tmp_path / "run" / "best.ckpt"
    state = torch.load(best, weights_only=True)["state_dict"]
    assert state["adversary.linear.weight"].shape == (3, 64)
    cli.main(["test", *arguments, "--trainer.accelerator=cpu", f"--ckpt_path={best}"])
