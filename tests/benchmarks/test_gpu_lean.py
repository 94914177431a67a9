"""A checkpoint of half precision redraws as the whole one does."""

from types import SimpleNamespace

import pytest
import torch

from benchmarks.gpu_lean import write_lean
from norface_pl.errors import NorfaceError
from norface_pl.face_module import PEOPLE_KEY, load_module
from norface_pl.normalizer import NormalizerModule
from norface_pl.normalizer.options import EncoderOptions, GeneratorOptions


@pytest.fixture
def checkpoint(tmp_path):
    """A normalizer whose average differs from what is trained, with what a training adds."""
    torch.manual_seed(0)
    options = GeneratorOptions(
        encoder=EncoderOptions(embed_dim=32, depth=1), decoder_channels=(16, 16, 16)
    )
    module = NormalizerModule(image_size=32, generator=options)
    module.set_target(torch.rand(3, 32, 32))
    for weight in module.redrawer.generator.parameters():
        weight.add_(0.01 * torch.randn_like(weight))
    module.trainer = SimpleNamespace(datamodule=None)
    content = {"hyper_parameters": dict(module.hparams), "state_dict": module.state_dict()}
    module.on_save_checkpoint(content)
    content |= {PEOPLE_KEY: {"population": "photo", "subjects": ["A"]}}
    content["optimizer_states"] = [torch.rand(100_000)]
    content["norface_pseudo_labels"] = {"epoch": 1, "labels": torch.rand(100_000)}
    content["state_dict"]["objective.judge"] = torch.rand(100_000)
    path = tmp_path / "last.ckpt"
    torch.save(content, path)
    return path


def test_it_loads_and_redraws_alike_and_is_a_quarter_as_large(checkpoint, tmp_path):
    out = tmp_path / "lean.ckpt"
    size = write_lean(checkpoint, out)
    assert size == out.stat().st_size / 1e6
    whole, lean = (load_module(NormalizerModule, path) for path in (checkpoint, out))
    faces = torch.rand(2, 3, 32, 32)
    torch.testing.assert_close(lean.normalize(faces), whole.normalize(faces), atol=5e-3, rtol=0)
    # The average stands in for what was trained.
    weights, averaged = lean.generator.state_dict(), lean.redrawer.generator.state_dict()
    assert all(torch.equal(weights[name], averaged[name]) for name in weights)
    numbers = sum(value.numel() for value in averaged.values())
    assert out.stat().st_size < 2 * numbers + 100_000
    assert torch.load(out, weights_only=True)[PEOPLE_KEY]["subjects"] == ["A"]


def test_numbers_too_large_for_16_bits_keep_theirs(checkpoint, tmp_path):
    content = torch.load(checkpoint, weights_only=True)
    name = "redrawer.averaged.module.place"
    content["state_dict"][name][0, 0, 0] = 1e6
    torch.save(content, checkpoint)
    write_lean(checkpoint, tmp_path / "lean.ckpt")
    lean = load_module(NormalizerModule, tmp_path / "lean.ckpt")
    assert lean.redrawer.generator.place[0, 0, 0] == 1e6


def test_a_checkpoint_that_is_not_there_is_named(tmp_path):
    with pytest.raises(NorfaceError, match=r"none\.ckpt does not exist"):
        write_lean(tmp_path / "none.ckpt", tmp_path / "lean.ckpt")
