"""Photographs from a folder as it was downloaded to the table of both stages."""

import json
from pathlib import Path

import pandas as pd
import pytest
import torch
import yaml

from norface_pl import cli
from norface_pl.commands import prepare as command
from norface_pl.data.cache import NormalizedCache
from norface_pl.face_module import PEOPLE_KEY
from tests.helpers.facekit import write_shapes
from tests.helpers.faces import FakeDetector, write_face
from tests.helpers.fake_teacher import FakeTeacherRecipe
from tests.helpers.taught_photographs import shape_names
from tests.helpers.tiny import QUICK

COLUMNS = ["normalized", "original", "oracle"]


@pytest.fixture(scope="module")
def words(tmp_path_factory):
    """Prepares photographs with avatars; returns the command that does the rest."""
    folder = tmp_path_factory.mktemp("photo")
    shapes = write_shapes(folder / "facekit.npz")
    for person in range(6):
        for number in (1, 2):
            name = f"Person_{person}"
            write_face(folder / f"lfw/{name}/{name}_{number:04d}.jpg", 2 * person + number, 64)
    (folder / "notes").mkdir()
    with pytest.MonkeyPatch.context() as patch:
        recipe = FakeTeacherRecipe(folder / "notes", shapes=shape_names(shapes))
        patch.setattr(command, "find_weights", lambda *_: Path(__file__))
        patch.setattr(command, "load_detector", lambda *_, **__: FakeDetector())
        patch.setattr(command, "teacher_recipe", lambda *_: recipe)
        where = [f"--root={folder / 'lfw'}", f"--out={folder / 'photographs'}"]
        how = ["--folders=subject", "--size=32", "--teacher=face_landmarker", f"--avatar={shapes}"]
        cli.main(["prepare", "folder", *where, *how])
    data = {
        "photographs": [str(folder / "photographs")],
        "shapes": str(shapes),
        "people": {"unlabelled": 4, "train": 3, "val": 2, "test": 3, "recordings_of_target": 0},
        "clips": {"length": 8, "train": 1},
        "image_size": 32,
        "batch_size": 8,
        "draw_processes": 0,
        "cache_dir": str(folder / "cache"),
    }
    described = {"class_path": "norface_pl.datamodules.PhotoDataModule", "init_args": data}
    (folder / "data.yaml").write_text(yaml.safe_dump(described), encoding="utf-8")
    quick = json.dumps(QUICK)
    code = f"--model.init_args.generator.code_dim={len(shape_names(shapes))}"
    first = json.dumps([*QUICK, code])
    return [
        *("run", "--config", "photo", "--data", str(folder / "data.yaml")),
        *("--out", str(folder / "out"), "--normalizer_args", first, "--classifier_args", quick),
    ]


def folder_of(words):
    return Path(words[words.index("--out") + 1])


def test_photographs_and_3d_people_lead_to_the_table(words, capsys):
    cli.main(words)
    out, printed = folder_of(words), capsys.readouterr().out
    content = json.loads((out / "results.json").read_text(encoding="utf-8"))
    assert content["task"] == ["au_detection", "au_intensity"]
    assert list(content["columns"]) == COLUMNS
    for metrics in content["columns"].values():
        assert 0 <= metrics["test/score"] <= 1
    phases = {"normalizer", "normalized", "oracle", *(f"classifier_{name}" for name in COLUMNS)}
    assert content["phases"].keys() == phases
    assert "mean f1" in printed
    # 3-D people: 3 x 8 frames, every second of 2 x 2 and 3 x 2 clips; photographs that were read.
    cache = NormalizedCache.open(out / "normalized")
    photographs = [key for key in cache.keys if key.startswith("photographs__")]
    assert 0 < len(photographs) < 12
    assert len(cache) == 3 * 8 + 2 * 2 * 4 + 3 * 2 * 4 + len(photographs)
    assert (out / "grid.png").is_file()


def test_the_checkpoint_names_who_was_photographed(words):
    checkpoint = torch.load(folder_of(words) / "normalizer" / "last.ckpt", weights_only=True)
    people = checkpoint[PEOPLE_KEY]
    photographs = folder_of(words).parent / "photographs"
    subject = pd.read_parquet(photographs / "manifest.parquet")["subject"]
    read = pd.read_parquet(photographs / "teacher.parquet")["presence"].notna()
    expected = {f"photographs/{name}" for name in subject[read]}
    assert expected
    assert {name for name in people["subjects"] if "/" in name} == expected
    assert people["population"] == "facekit, seed 0, and photographs"


def test_the_same_command_again_skips_everything(words, capsys):
    out = folder_of(words)
    before = {path: path.stat().st_mtime_ns for path in out.rglob("*.ckpt")}
    assert len(before) == 2 * 4
    cli.main(words)
    assert {path: path.stat().st_mtime_ns for path in out.rglob("*.ckpt")} == before
    printed = capsys.readouterr().out
    assert printed.count("finished before, skipped") == 6
    assert "mean f1" in printed
