"""3-D people work as drawn faces do."""

from itertools import combinations

import numpy as np
import pytest
import torch

from norface_pl.datamodules import DrawnClips, DrawnPeople, FaceKitDataModule
from norface_pl.errors import NorfaceError
from norface_pl.lightning_cli import NorfaceCLI
from tests.helpers.facekit import write_shapes
from tests.helpers.tiny import CONFIGS, QUICK, TINY_CLIPS, TINY_PEOPLE

PEOPLE = DrawnPeople(5, train=2, val=2, test=3, recordings_of_target=1)


@pytest.fixture(scope="module")
def shapes(tmp_path_factory):
    return write_shapes(tmp_path_factory.mktemp("shapes") / "facekit.npz")


@pytest.fixture
def small(shapes):
    def make(**changes):
        clips = DrawnClips(length=8, train=1)
        settings = {"people": PEOPLE, "clips": clips, "image_size": 16, "draw_processes": 1}
        return FaceKitDataModule(**({"shapes": shapes, "cache_dir": None} | settings | changes))

    return make


def test_people_are_disjoint(small):
    data = small()
    people = [
        set(data.dataset(split).columns["subject"].tolist())
        for split in ("unlabelled", "train", "val", "test")
    ]
    assert [len(group) for group in people] == [6, 2, 2, 3]
    assert all(not a & b for a, b in combinations(people, 2))


def test_labels_per_task(small):
    intensity = small(task="au_intensity").dataset("train").columns["au_intensity"]
    occurrence = small(task="au_detection").dataset("train").columns["au_detection"]
    assert torch.equal(occurrence, (intensity >= 2).float())
    emotion = small(task="expression").dataset("train").columns["expression"]
    assert emotion.dtype == torch.int64
    assert small(task="expression").label_names[0] == "neutral"
    assert small().label_names[-1] == "AU43"
    assert small().num_labels == 18


def test_oracle_and_target_are_the_avatar(small):
    data = small()
    assert data.target().shape == (16, 16, 3)
    faces = data.dataset("val", oracle=True)
    assert faces.pictures["oracle"].shape == faces.pictures["image"].shape
    assert data.target_clips().tolist() == [5]


def test_kept_pictures_are_used_again(small, tmp_path, monkeypatch):
    first = small(cache_dir=tmp_path).dataset("val")

    def refuse(*_):
        raise AssertionError("drawn again")

    monkeypatch.setattr("norface_pl.acting.tables.draw_table", refuse)
    second = small(cache_dir=tmp_path).dataset("val")
    assert np.array_equal(first.pictures["image"], second.pictures["image"])


def test_fingerprint_changes_with_the_faces_only(small):
    base = small().fingerprint()
    assert small(batch_size=4).fingerprint() == base
    assert small(seed=1).fingerprint() != base
    assert small(image_size=24).fingerprint() != base


def test_missing_shapes_are_one_sentence(small, tmp_path):
    with pytest.raises(NorfaceError, match="nothing.npz is not there: pack the release with"):
        small(shapes=tmp_path / "nothing.npz").target()


def test_the_normalizer_trains_on_them(shapes, tmp_path):
    options = {"shapes": shapes, "image_size": 32, "batch_size": 16, "clips_per_batch": 8}
    options |= {"frames_per_clip": 2, "draw_processes": 0, "cache_dir": tmp_path}
    options |= {"people": TINY_PEOPLE, "clips": TINY_CLIPS}
    arguments = [f"--data.{name}={value}" for name, value in options.items()]
    stage = ["--config", str(CONFIGS / "normalizer" / "tiny.yaml")]
    stage += ["--data", str(CONFIGS / "data" / "facekit.yaml"), *arguments]
    quick = [*QUICK, "--trainer.logger=false", "--model.teachers.comparison_steps=1"]
    trainer = NorfaceCLI(["fit", *stage, *quick, "--trainer.max_epochs=1"]).trainer
    assert trainer.global_step > 0
    assert trainer.callback_metrics["val/spread/normalized"].isfinite()
