"""Caches that a known neutral face takes part in."""

import pytest
import torch

from norface_pl.data.cache import NormalizedCache
from norface_pl.inference import redraw
from norface_pl.inference.redraw import cache_neutral, cache_normalized
from tests.helpers.tiny import tiny_data


class HalfAsBright(torch.nn.Module):
    image_size = 64

    def __init__(self):
        super().__init__()
        self.target = torch.full((3, 64, 64), 0.25)

    def normalize(self, images):
        return images / 2


@pytest.fixture
def spared(monkeypatch, tmp_path):
    monkeypatch.setattr(redraw, "load_module", lambda cls, path: HalfAsBright())
    (tmp_path / "n.ckpt").write_bytes(b"weights")
    return tiny_data(image_size=64, spare="neutral")


def pictures(data, folder, split="test"):
    faces = data.dataset(split)
    batch = faces.__getitems__(list(range(len(faces))))
    cache = NormalizedCache.open(folder)
    return batch, torch.from_numpy(cache.load_all(faces.keys)).permute(0, 3, 1, 2)


def test_the_neutral_face_is_that_of_the_same_person(spared, tmp_path):
    cache_neutral(spared, tmp_path / "neutral")
    batch, found = pictures(spared, tmp_path / "neutral")
    assert torch.equal(found, batch["neutral"])
    assert len(found.flatten(1).unique(dim=0)) == len(batch["subject"].unique())


def test_what_the_neutral_face_shows_beyond_the_target_is_taken_off(spared, tmp_path):
    where = tmp_path / "relative"
    cache_normalized(spared, tmp_path / "n.ckpt", where, "cpu", relative=True)
    batch, found = pictures(spared, where)
    expected = (batch["image"].float() - batch["neutral"].float()) / 2 + 0.25 * 255
    assert (found - expected.clamp(0, 255)).abs().max() <= 1
    cache_normalized(spared, tmp_path / "n.ckpt", tmp_path / "plain", "cpu")
    keys = {NormalizedCache.open(folder).key.normalizer for folder in (where, tmp_path / "plain")}
    assert len(keys) == 2
