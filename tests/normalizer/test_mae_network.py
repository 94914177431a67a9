"""Masked autoencoder: what is hidden, what is seen, what is learned."""

import pytest
import torch

from norface_pl.normalizer.encoder import FaceEncoder
from norface_pl.normalizer.mae_network import (
    MaskedAutoencoder,
    MaskedDecoder,
    Reconstruction,
    patchify,
)
from norface_pl.normalizer.options import EncoderOptions


def small(**options: object) -> MaskedAutoencoder:
    torch.manual_seed(0)
    encoder = FaceEncoder(32, EncoderOptions(8, 24, 1, 2, "patch"))
    decoder = MaskedDecoder(dim=24, depth=1, num_heads=2, **options)  # type: ignore[arg-type]
    return MaskedAutoencoder(encoder, decoder)


def test_patches_row_by_row() -> None:
    image = torch.arange(16.0).view(1, 1, 4, 4).expand(1, 3, 4, 4)
    patches = patchify(image, 2)
    assert patches.shape == (1, 4, 12)
    assert patches[0, 1, :4].tolist() == [2, 3, 6, 7]
    assert patches[0, 2, :4].tolist() == [8, 9, 12, 13]


def test_three_quarters_are_hidden() -> None:
    result = small()(torch.rand(3, 3, 32, 32))
    assert result.drawn.shape == result.truth.shape == (3, 16, 192)
    assert result.hidden.sum(dim=1).tolist() == [12, 12, 12]


def test_hidden_patches_do_not_reach_the_encoder() -> None:
    mae = small().eval()
    image = torch.rand(1, 3, 32, 32)
    kept = torch.tensor([[0, 5, 10, 15]])
    changed = image.clone()
    changed[:, :, :8, 8:16] = 1 - changed[:, :, :8, 8:16]  # patch 1
    assert torch.equal(mae.encode(image, kept), mae.encode(changed, kept))
    kept[0, 0] = 1
    assert not torch.equal(mae.encode(image, kept), mae.encode(changed, kept))


def test_with_nothing_hidden_it_encodes_as_the_encoder_does() -> None:
    mae = small().eval()
    image = torch.rand(2, 3, 32, 32)
    every = torch.arange(16).expand(2, 16)
    tokens = mae.encode((image - mae.encoder.mean) / mae.encoder.std, every)
    assert torch.allclose(tokens, mae.encoder(image), atol=1e-5)


def test_tokens_go_back_to_their_places() -> None:
    mae = small()
    kept, order = mae.choose(2, torch.device("cpu"))
    shuffle = order.argsort(dim=1)
    assert torch.equal(shuffle[:, : kept.shape[1]], kept)
    assert torch.equal(shuffle.gather(1, order), torch.arange(16).expand(2, 16))


def test_loss_counts_hidden_patches_only() -> None:
    truth = torch.zeros(1, 2, 12)
    drawn = torch.stack([torch.full((12,), 2.0), torch.full((12,), 9.0)])[None]
    result = Reconstruction(drawn, truth, torch.tensor([[1.0, 0.0]]))
    assert small(norm_pix=False).loss(result).item() == pytest.approx(4.0)


def test_normalized_patches_have_no_mean_and_unit_variance() -> None:
    truth = torch.rand(1, 2, 12) * 7 + 3
    result = Reconstruction(torch.zeros(1, 2, 12), truth, torch.ones(1, 2))
    assert small().loss(result).item() == pytest.approx(1.0, abs=1e-3)


def test_learns_a_picture() -> None:
    mae = small()
    image = torch.rand(1, 3, 4, 4).repeat_interleave(8, 2).repeat_interleave(8, 3)
    image = (image + 0.2 * torch.linspace(0, 1, 32)).expand(8, 3, 32, 32)
    optimizer = torch.optim.Adam(mae.parameters(), lr=3e-3)
    losses = []
    for _ in range(40):
        optimizer.zero_grad()
        loss = mae.loss(mae(image))
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    assert losses[-1] < 0.3 * losses[0]
