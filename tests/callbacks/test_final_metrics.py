"""Rows of TensorBoard's tab of hyperparameters."""

from types import SimpleNamespace

import torch
from lightning.pytorch.callbacks import ModelCheckpoint
from lightning.pytorch.loggers import CSVLogger, TensorBoardLogger
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from norface_pl.callbacks.final_metrics import flat, write_metrics, write_options
from tests.helpers.watched import trainer


def test_options_have_paths_and_classes_their_names():
    options = {
        "model": {
            "class_path": "norface_pl.classifier.ClassifierModule",
            "init_args": {"inputs": "both", "head": {"kind": "moe", "experts": 2}, "none": None},
        },
        "seed_everything": 3,
        "flag": True,
        "list": [1, 2],
    }
    assert dict(flat(options)) == {
        "model": "ClassifierModule",
        "model/inputs": "both",
        "model/head/kind": "moe",
        "model/head/experts": 2,
        "seed_everything": 3,
        "flag": True,
        "list": "[1, 2]",
    }


def test_a_row_has_options_headlines_and_the_best_score(tmp_path):
    keeper = ModelCheckpoint(monitor="val/f1")
    keeper.best_model_score = torch.tensor(0.75)
    measured = {"val/f1": 0.5, "val/f1/AU12": 0.9, "val/spread/normalized": 0.25, "lr": 0.1}
    running = trainer(
        checkpoint_callback=keeper,
        callback_metrics={name: torch.tensor(value) for name, value in measured.items()},
    )
    running.loggers = [CSVLogger(tmp_path / "csv"), TensorBoardLogger(tmp_path, "", "")]
    write_options(running, {"seed_everything": 3})
    write_metrics(running)
    log = EventAccumulator(str(tmp_path / "final")).Reload()
    found = {tag: log.Scalars(tag)[0] for tag in log.Tags()["scalars"]}
    assert {tag: event.value for tag, event in found.items()} == {
        "final/val/f1": 0.5,
        "final/val/spread/normalized": 0.25,
        "final/best/val/f1": 0.75,
    }
    assert {event.step for event in found.values()} == {7}
    started = log.SummaryMetadata("_hparams_/session_start_info")
    assert b"seed_everything" in started.plugin_data.content


def test_no_tensorboard_no_files(tmp_path):
    write_options(SimpleNamespace(loggers=[CSVLogger(tmp_path)], is_global_zero=True), {"a": 1})
    assert list(tmp_path.iterdir()) == []
