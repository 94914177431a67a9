import inspect
import re
from pathlib import Path

import lightning as L
import pytest
import torch

from norface_pl.callbacks import checkpoint
from norface_pl.lightning_cli import NorfaceCLI

ARGS = [
    "--model=tests.helpers.fakes.LinkedModule",
    "--data=tests.helpers.fakes.FakeDataModule",
    "--trainer.accelerator=cpu",
    "--trainer.logger=false",
    "--trainer.enable_progress_bar=false",
    "--trainer.enable_model_summary=false",
    "--trainer.max_epochs=3",
    "--checkpoint.monitor=val/loss",
    "--checkpoint.dirpath=out",
]


@pytest.mark.parametrize(("mode", "best"), [("min", 2), ("max", 0)])
def test_the_last_epoch_is_kept_beside_the_best(mode, best):
    # The loss falls from epoch to epoch, so that "max" never improves after the first.
    NorfaceCLI(["fit", *ARGS, f"--checkpoint.mode={mode}", "--model.rate=1e-4"])
    epochs = {
        name: torch.load(f"out/{name}.ckpt", weights_only=True)["epoch"]
        for name in ("best", "last")
    }
    assert epochs == {"best": best, "last": 2}


def test_no_last_checkpoint_where_none_is_wanted():
    NorfaceCLI(["fit", *ARGS, "--checkpoint.save_last=false"])
    assert [path.name for path in Path("out").iterdir()] == ["best.ckpt"]


@pytest.mark.parametrize("validation", [[], ["--trainer.limit_val_batches=0"]])
@pytest.mark.parametrize("every", [1, 2, 5])
def test_where_nothing_is_monitored_the_end_is_the_best(every, validation):
    # Lightning saved the second epoch with "2", and with "5" no best.ckpt at all.
    words = [*ARGS, f"--trainer.check_val_every_n_epoch={every}", "--checkpoint.monitor=null"]
    words += validation
    batches = NorfaceCLI(["fit", *words]).trainer.num_training_batches
    assert [steps(name) for name in ("best", "last")] == [3 * batches] * 2
    # And a longer training goes on from there.
    NorfaceCLI(["fit", *words, "--trainer.max_epochs=4", "--ckpt_path=out/last.ckpt"])
    assert [steps(name) for name in ("best", "last")] == [4 * batches] * 2


def test_the_end_is_kept_beside_the_best_of_the_last_validation():
    cli = NorfaceCLI(["fit", *ARGS, "--trainer.check_val_every_n_epoch=2", "--model.rate=1e-4"])
    batches = cli.trainer.num_training_batches
    assert [steps(name) for name in ("best", "last")] == [2 * batches, 3 * batches]


def steps(name):
    """Return the batches that a checkpoint has seen."""
    return torch.load(f"out/{name}.ckpt", weights_only=True)["global_step"]


def test_within_an_epoch_the_last_validation_is_kept(monkeypatch):
    """Where a training is stopped after a validation in the middle, it goes on from there."""
    seen = []
    monkeypatch.setattr(
        L.Trainer,
        "save_checkpoint",
        lambda self, path, *_, **__: seen.append((Path(path).stem, self.global_step)),
    )
    cli = NorfaceCLI(["fit", *ARGS, "--trainer.val_check_interval=0.5", "--trainer.max_epochs=1"])
    batches = cli.trainer.num_training_batches
    assert [step for name, step in seen if name == "last"] == [batches // 2, batches]


def test_nothing_is_kept_of_a_fast_development_run():
    NorfaceCLI(["fit", *ARGS, "--trainer.fast_dev_run=true", "--checkpoint.monitor=null"])
    assert not Path("out").exists()


def test_only_the_public_interface_of_lightning_is_used():
    source = inspect.getsource(checkpoint)
    own = set(vars(checkpoint.BestAndLast)) | {"_kept_step"}
    assert set(re.findall(r"\b(?:self|trainer)\.(_\w+)", source)) <= own
