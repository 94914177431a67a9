"""What a data set in files owes: a YAML, a look-alike, a row of docs, and that it all works."""

import re
from importlib import import_module
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml

from norface_pl import cli
from norface_pl.data.prepared import MANIFEST
from norface_pl.lightning_cli import NorfaceCLI
from norface_pl.sources import SOURCES
from tests.helpers.lookalikes import prepare_lookalike
from tests.helpers.tiny import arguments_of

ROOT = Path(__file__).parents[2]
CPU = ["--trainer.accelerator=cpu", "--trainer.devices=1", "--trainer.fast_dev_run=true"]
QUIET = ["--trainer.enable_progress_bar=false", "--trainer.enable_model_summary=false"]


def config_of(name):
    return ROOT / "configs" / "data" / f"{name}.yaml"


@pytest.fixture(scope="module", params=sorted(SOURCES))
def prepared(request, tmp_path_factory):
    """Name of a data set, and its look-alike after `norface prepare`."""
    folder = tmp_path_factory.mktemp("lookalike")
    return request.param, prepare_lookalike(request.param, folder)


@pytest.mark.parametrize("name", sorted(SOURCES))
def test_has_its_yaml_its_lookalike_and_its_readme_row(name):
    assert config_of(name).is_file()
    assert callable(import_module(f"tests.datamodules.test_{name}").write_lookalike)
    assert f"| `{name}` |" in (ROOT / "docs" / "data_sets.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", sorted(SOURCES))
def test_wrong_root_is_one_sentence_that_names_it(name, tmp_path, capsys):
    (tmp_path / "holiday").mkdir()
    with pytest.raises(SystemExit) as stop:
        cli.main(["prepare", name, f"--root={tmp_path}", f"--out={tmp_path / 'out'}"])
    said = capsys.readouterr().err
    assert stop.value.code == 2
    assert str(tmp_path) in said
    assert said.count("\n") == 1
    assert not (tmp_path / "out").exists()


def test_every_picture_is_prepared_or_explained(prepared):
    _, out = prepared
    manifest = pd.read_parquet(out / MANIFEST)
    assert len(manifest) > 0
    assert all((out / path).is_file() for path in manifest["path"])
    described = yaml.safe_load((out / "dataset.yaml").read_text(encoding="utf-8"))
    counts = described["counts"]
    assert counts["listed"] == counts["prepared"] + counts["failed"]
    assert counts["prepared"] == len(manifest)


def test_verify_finds_nothing_that_it_cannot_explain(prepared, capsys):
    name, out = prepared
    # Ends with exit code 1 otherwise.
    cli.main(["verify", name, f"--prepared={out}"])
    assert re.search(r"( explained,| to compare with;) 0 wrong\s*$", capsys.readouterr().out)


def test_training_test_and_validation_share_nobody(prepared):
    name, out = prepared
    faces = datamodule(name, out)
    splits = {split: faces.dataset(split) for split in ("train", "val", "test")}
    keys = [key for split in splits.values() for key in split.keys]
    assert len(keys) == len(set(keys))
    people = [set(split.columns["subject"].tolist()) for split in splits.values()]
    assert not (people[0] & people[1])
    assert not (people[0] & people[2])
    assert not (people[1] & people[2])


def test_batches_hold_what_modules_expect(prepared):
    name, out = prepared
    faces = datamodule(name, out)
    batch = faces.dataset("test").__getitems__([0, 1])
    assert batch["image"].shape == (2, 3, 64, 64)
    assert np.isfinite(batch["pose"].numpy()).all()
    for task, names in faces.labels_by_task.items():
        assert batch[task].shape == ((2,) if task == "expression" else (2, len(names)))


def test_trains_a_step(prepared):
    name, out = prepared
    task = datamodule(name, out).task
    stage = {"au_detection": "au", "au_intensity": "intensity", "expression": "expression"}[task]
    arguments = ["--config", str(ROOT / "configs" / "classifier" / f"{stage}.yaml")]
    arguments += ["--data", str(config_of(name)), f"--data.prepared={out}", "--data.image_size=64"]
    arguments += ["--data.num_workers=0", "--data.batch_size=8", "--data.normalized=null"]
    if hasattr(datamodule(name, out), "val_subjects"):
        arguments += ["--data.val_subjects=1"]
    trainer = NorfaceCLI(["fit", *arguments, "--model.inputs=original", *CPU, *QUIET]).trainer
    assert trainer.global_step == 1
    assert trainer.callback_metrics["train/loss"].isfinite()
    assert trainer.callback_metrics["val/loss"].isfinite()
    assert trainer.datamodule.task == task


def datamodule(name, out):
    """Returns the datamodule of the data set's YAML on its prepared look-alike."""
    described = yaml.safe_load(config_of(name).read_text(encoding="utf-8"))
    module, _, class_name = described["class_path"].rpartition(".")
    changes = {"prepared": out, "image_size": 64, "num_workers": 0}
    if "val_subjects" in arguments_of(described["class_path"]):
        changes["val_subjects"] = 1
    return getattr(import_module(module), class_name)(**(described["init_args"] | changes))
