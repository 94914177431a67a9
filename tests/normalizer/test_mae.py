"""MAEModule: training and the file it leaves for the encoder."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import lightning as L
import torch
from lightning.pytorch.callbacks import ModelCheckpoint

from norface_pl.face_module import load_module
from norface_pl.normalizer import MAEModule
from norface_pl.normalizer.encoder import FaceEncoder
from norface_pl.normalizer.mae_network import MaskedDecoder
from norface_pl.normalizer.options import EncoderOptions
from tests.helpers.toy import SIZE, ToyDataModule, toy_batch

ENCODER = EncoderOptions(8, 24, 1, 2, "patch")


def small() -> MAEModule:
    """A masked autoencoder of the toy faces."""
    return MAEModule(SIZE, ENCODER, MaskedDecoder(dim=24, depth=1))


def test_fit_leaves_an_encoder_that_loads(tmp_path: Path) -> None:
    module = small()
    trainer = L.Trainer(
        accelerator="cpu",
        default_root_dir=tmp_path,
        logger=False,
        callbacks=[ModelCheckpoint(tmp_path / "run", filename="best")],
        enable_progress_bar=False,
        enable_model_summary=False,
        max_epochs=1,
    )
    trainer.fit(module, ToyDataModule("au_detection"))
    assert {"train/loss", "val/loss"} <= set(trainer.callback_metrics)
    assert sorted(path.name for path in (tmp_path / "run").iterdir()) == ["best.ckpt", "encoder.pt"]

    encoder = FaceEncoder(SIZE, replace(ENCODER, weights=tmp_path / "run" / "encoder.pt")).eval()
    batch = toy_batch("au_detection")
    module.eval()
    assert torch.equal(encoder(batch["image"]), module.net.encoder(batch["image"]))
    assert torch.equal(module.predict_step(batch, 0), encoder(batch["image"]).mean(dim=1))

    again = load_module(MAEModule, tmp_path / "run" / "best.ckpt")
    assert torch.equal(again.predict_step(batch, 0), module.predict_step(batch, 0))


class TwoLoaders(ToyDataModule):
    """Training people first, as loaders for stage 1 come."""

    def val_dataloader(self) -> list[Any]:  # type: ignore[override]
        return [self.loader(), self.loader()]


def test_only_the_last_validation_loader_is_logged(tmp_path: Path) -> None:
    trainer = L.Trainer(
        accelerator="cpu", default_root_dir=tmp_path, fast_dev_run=True, logger=False
    )
    trainer.fit(small(), TwoLoaders("au_detection"))
    assert {name for name in trainer.callback_metrics if "val" in name} == {"val/loss"}


def test_a_trial_run_leaves_no_file(tmp_path: Path) -> None:
    trainer = L.Trainer(
        accelerator="cpu", default_root_dir=tmp_path, fast_dev_run=True, logger=False
    )
    trainer.fit(small(), ToyDataModule("au_detection"))
    assert list(tmp_path.iterdir()) == []
