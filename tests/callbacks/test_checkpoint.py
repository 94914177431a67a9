from pathlib import Path

import pytest
import torch

from norface_pl.lightning_cli import NorfaceCLI

ARGS = [
    "--model=tests.fakes.LinkedModule",
    "--data=tests.fakes.FakeDataModule",
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
