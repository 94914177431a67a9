"""The default data set: disjoint people, no oracle in training, the same faces every time."""

from dataclasses import replace
from itertools import combinations
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from norface_pl.data.cache import CacheKey, CacheWriter
from norface_pl.datamodules import DrawnClips, DrawnPeople, SyntheticDataModule
from norface_pl.errors import NorfaceError

PEOPLE = DrawnPeople(5, train=2, val=2, test=3, recordings_of_target=0)


@pytest.mark.parametrize("name", ["batch_size", "clips_per_batch", "frames_per_clip"])
def test_batches_of_nothing_are_refused(name: str) -> None:
    """The sentence names the option."""
    with pytest.raises(NorfaceError, match=f"{name}.* 0.*: give 1 or more"):
        small(**{name: 0})


def small(**changes: object) -> SyntheticDataModule:
    """A few people at 16 px."""
    settings = {
        "people": PEOPLE,
        "clips": DrawnClips(length=8, train=1),
        "image_size": 16,
        "batch_size": 8,
        "clips_per_batch": 2,
        "frames_per_clip": 4,
        "draw_processes": 1,
        "cache_dir": None,
    }
    return SyntheticDataModule(**(settings | changes))


def attach(data: SyntheticDataModule, sampling: str) -> SyntheticDataModule:
    """Pretend that a trainer with a module of that kind runs."""
    data.trainer = SimpleNamespace(
        lightning_module=SimpleNamespace(sampling=sampling, single_frame_epochs=0),
        global_rank=0,
        world_size=1,
        current_epoch=0,
    )
    return data


def test_the_target_person_is_recorded_for_stage_1_only() -> None:
    """Its clips stand last, move, join every batch, and change nothing else."""
    data, without = attach(small(people=replace(PEOPLE, recordings_of_target=2)), "clips"), small()
    faces, others = data.dataset("unlabelled"), without.dataset("unlabelled")
    assert len(faces) == len(others) + 2 * 8
    assert faces.keys[: len(others)] == others.keys
    assert data.target_clips().tolist() == [5, 6]
    assert without.target_clips().tolist() == []
    assert len(np.unique(faces.pictures["image"][len(others) :], axis=0)) == 16
    assert "au_detection" not in faces.columns
    for batch in data.train_dataloader():
        assert set(batch["clip"][batch["of_target"]].tolist()) == {5, 6}
        assert len(batch["clip"]) == 8 + 2 * 4
    assert data.fingerprint() != without.fingerprint()
    assert data.dataset("test").keys == without.dataset("test").keys


def test_people_are_disjoint() -> None:
    """No person is in two splits."""
    data = small()
    people = [
        set(data.dataset(split).columns["subject"].tolist())
        for split in ("unlabelled", "train", "val", "test")
    ]
    assert [len(group) for group in people] == [5, 2, 2, 3]
    assert all(not a & b for a, b in combinations(people, 2))


@pytest.mark.parametrize("sampling", ["clips", "frames"])
def test_training_batches_never_hold_the_oracle(sampling: str) -> None:
    """Neither by name nor by its pixels; stage 1 does not even see labels."""
    data = attach(small(), sampling)
    oracles = {
        picture.tobytes()
        for split in ("train", "val", "test")
        for picture in np.asarray(data.dataset(split, oracle=True).pictures["oracle"])
    }
    for batch in data.train_dataloader():
        assert "oracle" not in batch
        assert ("au_detection" in batch) == (sampling == "frames")
        for picture in batch["image"].permute(0, 2, 3, 1).contiguous().numpy():
            assert picture.tobytes() not in oracles


def test_evaluation_batches_of_stage_1_hold_the_oracle() -> None:
    """Training people first, for the probes, then validation or test people."""
    data = attach(small(), "clips")
    for loaders, split in ((data.val_dataloader(), "val"), (data.test_dataloader(), "test")):
        for loader, name in zip(loaders, ("train", split), strict=True):
            batch = next(iter(loader))
            assert batch["oracle"].shape == batch["image"].shape
            wanted = set(data.dataset(name).columns["subject"].tolist())
            assert set(batch["subject"].tolist()) <= wanted


def test_labels_per_task() -> None:
    """Occurrence is the thresholded intensity; emotions are class indices or -1."""
    intensity = small(task="au_intensity").dataset("train").columns["au_intensity"]
    occurrence = small(task="au_detection").dataset("train").columns["au_detection"]
    assert torch.equal(occurrence, (intensity >= 2).float())
    emotion = small(task="expression").dataset("train").columns["expression"]
    assert emotion.dtype == torch.int64
    assert emotion.min() >= -1
    assert emotion.max() < 8
    assert small(task="expression").label_names[0] == "neutral"
    assert small().label_names[:3] == ["AU1", "AU2", "AU4"]
    assert small().num_labels == 17


def test_pictures_become_floats_on_the_device() -> None:
    """uint8 on the way, [0, 1] in the module."""
    data = small()
    batch = data.dataset("val").__getitems__([0, 1])
    raw = batch["image"].clone()
    ready = data.on_after_batch_transfer(batch, 0)
    assert torch.equal(ready["image"], raw.float() / 255)


def test_cache_dir_gives_the_same_faces_without_drawing(tmp_path, monkeypatch) -> None:
    """The second time they are read; another setting draws anew."""
    first = small(cache_dir=tmp_path).dataset("val", oracle=True)

    def refuse(*_: object) -> None:
        raise AssertionError("drawn again")

    monkeypatch.setattr("norface_pl.acting.tables.draw_table", refuse)
    second = small(cache_dir=tmp_path).dataset("val", oracle=True)
    for name in ("image", "oracle"):
        assert np.array_equal(first.pictures[name], second.pictures[name])
    assert first.keys == second.keys
    with pytest.raises(AssertionError, match="drawn again"):
        small(cache_dir=tmp_path, seed=1).dataset("val")


def test_processes_do_not_change_the_faces() -> None:
    """Two processes draw what one draws."""
    one, two = (
        small(people=replace(PEOPLE, unlabelled=17), draw_processes=n).dataset("unlabelled")
        for n in (1, 2)
    )
    assert np.array_equal(one.pictures["image"], two.pictures["image"])
    assert one.keys == two.keys


def test_fingerprint_changes_with_the_faces_only() -> None:
    """The seed and the size decide the faces, the batch size does not."""
    base = small().fingerprint()
    assert small(batch_size=4).fingerprint() == base
    assert small(task="expression").fingerprint() == base
    assert small(seed=1).fingerprint() != base
    assert small(image_size=24).fingerprint() != base


def test_normalized_faces_are_matched_by_key(tmp_path) -> None:
    """Each face gets its own picture from the cache; the unlabelled people need none."""
    data = small()
    writer = CacheWriter(tmp_path / "cache", CacheKey("n", "t", data.fingerprint()))
    loader = data.predict_dataloader()
    rows = []
    for batch in loader:
        for key, frame in zip(batch["key"], batch["frame"].tolist(), strict=True):
            writer.add(key, np.full((16, 16, 3), frame, np.uint8))
            rows.append(key)
    import pandas as pd

    writer.finish(pd.DataFrame({"key": rows}))
    again = attach(small(normalized=tmp_path / "cache"), "frames")
    for batch in again.train_dataloader():
        assert batch["normalized"][:, 0, 0, 0].tolist() == batch["frame"].tolist()
    assert "normalized" not in again.dataset("unlabelled").pictures
