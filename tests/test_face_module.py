"""Loading of checkpoints: one clear sentence for each mistake."""

from pathlib import Path
from types import SimpleNamespace

import pytest
import torch

from norface_pl.errors import NorfaceError
from norface_pl.face_module import FaceModule, load_module


class Little(FaceModule):
    def __init__(self, width: int = 2, path: Path | None = None) -> None:
        super().__init__()
        self.remember(width=width)
        self.layer = torch.nn.Linear(width, 1)


class Other(FaceModule):
    pass


def save(module: FaceModule, path: Path) -> Path:
    checkpoint: dict[str, object] = {
        "state_dict": module.state_dict(),
        "hyper_parameters": dict(module.hparams),
        "pytorch-lightning_version": "2.6.6",
    }
    module.trainer = SimpleNamespace(datamodule=None)
    module.on_save_checkpoint(checkpoint)
    torch.save(checkpoint, path)
    return path


def test_comes_back_in_evaluation_mode(tmp_path: Path) -> None:
    module = Little(width=3, path=tmp_path)
    loaded = load_module(Little, save(module, tmp_path / "little.ckpt"))
    assert torch.equal(loaded.layer.weight, module.layer.weight)
    assert not loaded.training
    assert dict(loaded.hparams) == {"width": 3}


def test_other_module(tmp_path: Path) -> None:
    path = save(Little(), tmp_path / "little.ckpt")
    with pytest.raises(NorfaceError, match="little.ckpt holds a Little"):
        load_module(Other, path)


def test_missing_file(tmp_path: Path) -> None:
    with pytest.raises(NorfaceError, match="none.ckpt does not exist"):
        load_module(Little, tmp_path / "none.ckpt")


def test_no_checkpoint(tmp_path: Path) -> None:
    path = tmp_path / "photo.ckpt"
    path.write_bytes(b"\xff\xd8\xff\xe0 not a checkpoint")
    with pytest.raises(NorfaceError, match="photo.ckpt is not a checkpoint"):
        load_module(Little, path)


def test_checkpoint_of_another_program(tmp_path: Path) -> None:
    path = tmp_path / "foreign.ckpt"
    torch.save({"state_dict": {}}, path)
    with pytest.raises(NorfaceError, match="foreign.ckpt was not written by this package"):
        load_module(Little, path)


def test_code_in_a_checkpoint_is_not_run(tmp_path: Path) -> None:
    path = tmp_path / "evil.ckpt"
    torch.save({"norface_module": "Little", "call": Little}, path)
    with pytest.raises(NorfaceError, match="loads safely"):
        load_module(Little, path)


def test_weights_that_no_longer_fit(tmp_path: Path) -> None:
    path = save(Little(width=2), tmp_path / "old.ckpt")
    content = torch.load(path, weights_only=True)
    content["norface_options"]["width"] = 5
    torch.save(content, path)
    with pytest.raises(NorfaceError, match="does not fit version"):
        load_module(Little, path)
