"""Encoder, merging, decoder and generator."""

from pathlib import Path

import pytest
import torch

from norface_pl.errors import NorfaceError
from norface_pl.normalizer.discriminator import MultiScaleDiscriminator
from norface_pl.normalizer.encoder import FaceEncoder
from norface_pl.normalizer.generator import Generator
from norface_pl.normalizer.merging import ExpressionMerging
from norface_pl.normalizer.options import EncoderOptions, GeneratorOptions
from tests.helpers.small import small_generator


def test_redraws_in_range_and_shape() -> None:
    """F(I_o, I_t) is a picture."""
    drawn = small_generator()(torch.rand(3, 3, 16, 16), torch.rand(3, 3, 16, 16))
    assert drawn.shape == (3, 3, 16, 16)
    assert drawn.min() >= 0
    assert drawn.max() <= 1


def test_only_the_code_passes_from_the_original() -> None:
    """Two originals with the same code give the same picture; another code another picture."""
    net = small_generator().eval()
    target = net.encoder(torch.rand(1, 3, 16, 16))
    frontal = torch.zeros(1, 3)
    first = net.decode(target, torch.zeros(1, 4), frontal, frontal)
    assert torch.equal(first, net.decode(target, torch.zeros(1, 4), frontal, frontal))
    assert not torch.allclose(first, net.decode(target, torch.ones(1, 4), frontal, frontal))
    assert not torch.allclose(first, net.decode(target, torch.zeros(1, 4), frontal + 20, frontal))


def test_a_closed_gate_keeps_the_target() -> None:
    """With the gates at zero the merged tokens do not depend on the original."""
    merging = ExpressionMerging(24, 2, 2)
    for block in merging.blocks:
        torch.nn.init.zeros_(block.gate)
    target = torch.randn(1, 4, 24)
    sources = torch.randn(2, 1, 5, 24)
    assert torch.equal(merging(target, sources[0]), merging(target, sources[1]))


def test_every_weight_of_the_generator_gets_a_gradient() -> None:
    """Nothing is built and not used."""
    net = small_generator()
    faces = net.embed(torch.rand(4, 3, 16, 16))
    pose = torch.randn(4, 3)
    net.decode(faces.tokens.roll(1, 0), faces.code, pose, pose.roll(1, 0)).sum().backward()
    unused = [n for n, p in net.named_parameters() if p.grad is None]
    assert unused == []


def encoder(dim: int, depth: int, weights: Path | None = None) -> FaceEncoder:
    """An encoder of 16 px faces."""
    return FaceEncoder(16, EncoderOptions(8, dim, depth, 2, "patch", weights=weights))


def test_mae_file_is_loaded_and_checked(tmp_path: Path) -> None:
    """Weights with a class token and a decoder load; others are refused with a sentence."""
    made = encoder(24, 1)
    state = {name: torch.randn_like(value) for name, value in made.vit.state_dict().items()}
    position = state["pos_embed"]
    full = state | {
        "pos_embed": torch.cat([torch.zeros(1, 1, 24), position], 1),
        "cls_token": torch.zeros(1, 1, 24),
        "mask_token": torch.zeros(1, 1, 24),
        "decoder_embed.weight": torch.zeros(2, 2),
    }
    torch.save({"model": full}, tmp_path / "mae.pth")
    loaded = encoder(24, 1, tmp_path / "mae.pth")
    for name, value in loaded.vit.state_dict().items():
        assert torch.equal(value, state[name]), name
    with pytest.raises(NorfaceError, match="does not fit"):
        encoder(48, 1, tmp_path / "mae.pth")
    with pytest.raises(NorfaceError, match="lacks"):
        encoder(24, 2, tmp_path / "mae.pth")
    (tmp_path / "text.pth").write_text("no checkpoint", encoding="utf-8")
    with pytest.raises(NorfaceError, match=r"text\.pth is not a checkpoint"):
        encoder(24, 1, tmp_path / "text.pth")
    with pytest.raises(NorfaceError, match="do not exist"):
        encoder(24, 1, tmp_path / "absent.pth")
    with pytest.raises(NorfaceError, match="multiple of patch_size"):
        FaceEncoder(20)


def test_discriminator_judges_every_scale() -> None:
    """One map of logits per scale, the second from half the resolution."""
    logits = MultiScaleDiscriminator()(torch.rand(2, 3, 64, 64))
    assert [tuple(map_.shape) for map_ in logits] == [(2, 1, 8, 8), (2, 1, 4, 4)]


def hiding(code_from: str = "picture") -> Generator:
    """A generator of 32 px faces that covers where its targets show expressions."""
    stem = EncoderOptions(embed_dim=24, depth=1, num_heads=2, stem="patch")
    options = GeneratorOptions(stem, 1, code_from, 4, 2, (16, 8, 8), hide_expression=True)
    return Generator(32, options)


def test_covered_places_of_a_target_change_nothing() -> None:
    """Pixels change places where the cover is whole, so that the mean they are given stays."""
    net = hiding().eval()
    target = torch.rand(2, 3, 32, 32)
    covered = net.cover == 1
    changed = target.clone()
    changed[:, :, covered] = target[:, :, covered].flip(-1)
    assert covered.sum() > 100
    assert not torch.equal(changed, target)
    torch.testing.assert_close(net.see(changed), net.see(target), atol=1e-5, rtol=1e-5)
    # What is not covered tells who it is.
    changed[:, :, :4] = 0
    assert not torch.allclose(net.see(changed), net.see(target), atol=1e-2)


def test_codes_are_read_from_the_whole_picture() -> None:
    net = hiding().eval()
    image = torch.rand(2, 3, 32, 32)
    changed = image.clone()
    changed[:, :, net.cover == 1] = 0
    assert not torch.allclose(net.read(changed), net.read(image), atol=1e-4)


def test_a_checkpoint_does_not_hold_the_cover() -> None:
    """It is made from the size, so that weights of before fit."""
    assert "cover" not in hiding().state_dict()
    assert small_generator().cover is None


def test_codes_from_tokens_of_covered_pictures_are_refused() -> None:
    with pytest.raises(NorfaceError, match="hide_expression covers .* set generator.code_from"):
        hiding("tokens")
