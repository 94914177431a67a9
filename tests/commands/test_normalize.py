import csv
import os
from pathlib import Path

import numpy as np
import pytest
import torch

from norface_pl import face_module as base
from norface_pl.commands import normalize as command
from norface_pl.commands.normalize import normalize
from norface_pl.data.cache import NormalizedCache
from norface_pl.datamodules import load
from norface_pl.datamodules.load import load_datamodule
from norface_pl.errors import NorfaceError
from norface_pl.faces.align import AU_CROP
from norface_pl.faces.detect import Face
from norface_pl.inference import redraw as caches
from norface_pl.io.files import sha256_file
from norface_pl.io.images import Picture, write_image


class FakeNormalizer(torch.nn.Module):
    """Inverts pictures and remembers how many it saw at a time."""

    image_size = 16

    def __init__(self) -> None:
        super().__init__()
        self.target = torch.zeros(3, 16, 16)
        self.batches: list[int] = []

    def normalize(self, images: torch.Tensor) -> torch.Tensor:
        self.batches.append(len(images))
        return 1 - images


class FakeDetector:
    def detect(self, image: Picture) -> list[Face]:
        if not image.any():
            return []
        return [Face(np.array([0, 0, 16, 16]), 0.9, AU_CROP * 16 - 0.5)]


@pytest.fixture(autouse=True)
def module(monkeypatch: pytest.MonkeyPatch) -> FakeNormalizer:
    module = FakeNormalizer()
    monkeypatch.setattr(base, "load_module", lambda cls, path: module)
    monkeypatch.setattr(command, "load_detector", lambda *arguments: FakeDetector())
    return module


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    folder = tmp_path / "photos"
    folder.mkdir()
    for value in (10, 20, 30):
        write_image(folder / f"{value}.png", np.full((32, 32, 3), value, np.uint8))
    return folder


@pytest.fixture
def checkpoint(tmp_path: Path) -> Path:
    path = tmp_path / "best.ckpt"
    path.write_bytes(b"weights")
    return path


def test_aligned_pictures_become_a_cache(
    photos: Path, checkpoint: Path, tmp_path: Path, module: FakeNormalizer
) -> None:
    out = tmp_path / "out"
    normalize(checkpoint, out, images=photos, batch_size=2, device="cpu")
    cache = NormalizedCache.open(out, 16)
    assert cache.keys == ["10", "20", "30"]
    assert cache.key.normalizer == sha256_file(checkpoint)
    assert cache.manifest["file"].tolist() == [str(photos / f"{key}.png") for key in cache.keys]
    assert (cache["20"] == 235).all()
    assert module.batches == [2, 1]


def test_the_same_command_goes_on_and_repeats_nothing(
    photos: Path, checkpoint: Path, tmp_path: Path, module: FakeNormalizer
) -> None:
    out = tmp_path / "out"
    normalize(checkpoint, out, images=photos, device="cpu")
    (out / "manifest.parquet").unlink()
    (out / "images" / "20.png").unlink()
    normalize(checkpoint, out, images=photos, device="cpu")
    assert module.batches == [3, 1]
    assert NormalizedCache.open(out).keys == ["10", "20", "30"]


def test_another_normalizer_needs_overwrite(photos: Path, checkpoint: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    normalize(checkpoint, out, images=photos, device="cpu")
    checkpoint.write_bytes(b"other weights")
    with pytest.raises(NorfaceError, match="another normalizer"):
        normalize(checkpoint, out, images=photos, device="cpu")
    normalize(checkpoint, out, images=photos, overwrite=True, device="cpu")
    assert NormalizedCache.open(out).key.normalizer == sha256_file(checkpoint)


def test_photographs_are_aligned_and_failures_listed(
    photos: Path, checkpoint: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_image(photos / "black.png", np.zeros((20, 20, 3), np.uint8))
    (photos / "cut.png").write_bytes((photos / "10.png").read_bytes()[:30])
    half = np.zeros((40, 32, 3), np.uint8)
    half[:16, :16] = 99
    write_image(photos / "half.png", half)
    out = tmp_path / "out"
    normalize(checkpoint, out, images=photos, weights=checkpoint, device="cpu")
    cache = NormalizedCache.open(out)
    assert cache.keys == ["10", "20", "30", "half"]
    assert (cache["half"] == 255 - 99).all()
    with (out / "failures.csv").open(encoding="utf-8") as file:
        failures = list(csv.DictReader(file))
    assert [Path(row["file"]).name for row in failures] == ["black.png", "cut.png"]
    assert "4 normalized faces" in capsys.readouterr().out


def test_odd_names_and_unreadable_files_stop_nothing(
    photos: Path, checkpoint: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    content = (photos / "10.png").read_bytes()
    for name in (os.fsdecode(b"caf\xe9.png"), "影" * 80 + ".png", "sub\\b.png"):
        (photos / name).write_bytes(content)
    (photos / "gone.png").symlink_to("nowhere.png")
    (photos / "a.heic").touch()
    out = tmp_path / "out"
    normalize(checkpoint, out, images=photos, device="cpu")
    cache = NormalizedCache.open(out)
    assert [Path(file).name for file in cache.manifest["file"]] == [
        *("10.png", "20.png", "30.png", r"caf\udce9.png", "sub\\b.png", "影" * 80 + ".png"),
    ]
    assert all((cache[key] == 245).all() for key in cache.keys[3:])
    printed = capsys.readouterr().out
    assert "gone.png: there is no picture" in printed
    assert "6 normalized faces" in printed
    assert ", 1 failures" in printed
    assert "1 file of another kind left out: .heic 1" in printed
    # The same command again finds it done, and tells the same.
    normalize(checkpoint, out, images=photos, device="cpu")
    assert len(NormalizedCache.open(out)) == 6


def test_pictures_that_are_not_square_need_a_detector(
    photos: Path, checkpoint: Path, tmp_path: Path
) -> None:
    wide = tmp_path / "wide.png"
    write_image(wide, np.zeros((20, 30, 3), np.uint8))
    with pytest.raises(NorfaceError, match="30 x 20 pixels, so no aligned face"):
        normalize(checkpoint, tmp_path / "out", images=wide, device="cpu")
    assert not (tmp_path / "out").exists()


def test_a_data_set_goes_to_the_shared_cache_writer(
    checkpoint: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[tuple[object, ...]] = []
    monkeypatch.setattr(load, "load_datamodule", lambda path: path.stem)
    monkeypatch.setattr(caches, "cache_normalized", lambda *arguments: calls.append(arguments))
    normalize(checkpoint, tmp_path / "out", data=Path("faces.yaml"), device="cpu")
    assert calls == [("faces", checkpoint, tmp_path / "out", "cpu", False)]


def test_wrong_arguments_are_one_sentence(photos: Path, checkpoint: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    with pytest.raises(NorfaceError, match="either a data set"):
        normalize(checkpoint, out)
    with pytest.raises(NorfaceError, match="either a data set"):
        normalize(checkpoint, out, data=Path("a.yaml"), images=photos)
    with pytest.raises(NorfaceError, match="batch_size"):
        normalize(checkpoint, out, images=photos, batch_size=0)
    assert not out.exists()


@pytest.mark.parametrize("text", ["class_path: no.such.Class", "just text", "[", "class_path: int"])
def test_wrong_data_configs_are_named(tmp_path: Path, text: str) -> None:
    path = tmp_path / "data.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(NorfaceError, match="data.yaml"):
        load_datamodule(path)
    with pytest.raises(NorfaceError, match="gone.yaml"):
        load_datamodule(tmp_path / "gone.yaml")
