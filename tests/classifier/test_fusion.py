"""Fusions: an untrained one is the mean of its sources."""

import pytest
import torch
from torch import nn

from norface_pl.classifier.fusion import (
    AttentionFusion,
    ConcatFusion,
    InputMoE,
    MeanFusion,
    WeightedMean,
)
from norface_pl.classifier.options import FusionOptions

FUSIONS = [
    MeanFusion(),
    ConcatFusion(6),
    ConcatFusion(6, hidden=5),
    InputMoE(6),
    InputMoE(6, 2, FusionOptions(experts=3, per_source=True)),
]


@pytest.mark.parametrize("fusion", FUSIONS, ids=lambda f: type(f).__name__)
def test_untrained_fusion_is_the_mean(fusion: nn.Module) -> None:
    sources = torch.randn(4, 2, 6)
    assert torch.allclose(fusion(sources).output, sources.mean(dim=1), atol=1e-6)


@pytest.mark.parametrize("fusion", FUSIONS[1:], ids=lambda f: type(f).__name__)
def test_trained_fusion_tells_the_sources_apart(fusion: nn.Module) -> None:
    for parameter in fusion.parameters():
        nn.init.normal_(parameter)
    sources = torch.randn(4, 2, 6)
    assert not torch.allclose(fusion(sources).output, fusion(sources.flip(1)).output, atol=1e-3)


def test_gates_of_the_input_moe_sum_to_one() -> None:
    gates = InputMoE(6, 2, FusionOptions(experts=3))(torch.randn(4, 2, 6)).gates
    assert gates.shape == (4, 1, 3)
    assert torch.allclose(gates.sum(-1), torch.ones(4, 1))


def test_input_moe_equals_the_written_out_mixture() -> None:
    moe = InputMoE(6, 2, FusionOptions(experts=3, hidden=4))
    nn.init.normal_(moe.second.weight)
    sources = torch.randn(4, 2, 6)
    output = moe(sources)
    h = moe.norm(sources.flatten(1))
    expected = sources.mean(dim=1)
    for k in range(3):
        hidden = nn.functional.gelu(h @ moe.first.weight[k] + moe.first.bias[k])
        expert = hidden @ moe.second.weight[k] + moe.second.bias[k]
        expected = expected + output.gates[:, 0, k, None] * expert
    assert torch.allclose(output.output, expected, atol=1e-5)


def test_learns_to_take_one_source_only() -> None:
    mean = WeightedMean(3, 2)
    sources = torch.randn(4, 2, 3)
    assert torch.allclose(mean(sources), sources.mean(dim=1))
    with torch.no_grad():
        mean.weight.copy_(torch.tensor([[0.0], [1.0]]).expand(2, 3))
    assert torch.equal(mean(sources), sources[:, 1])


def test_experts_per_source_see_only_their_source() -> None:
    moe = InputMoE(2, 2, FusionOptions(experts=4, per_source=True))
    assert moe.mask.tolist() == [[1, 1, 0, 0], [0, 0, 1, 1], [1, 1, 1, 1], [1, 1, 0, 0]]


def test_learns_from_zero() -> None:
    moe = InputMoE(6)
    optimizer = torch.optim.SGD(moe.parameters(), 0.1)
    for _ in range(2):  # the first step moves only the last layer, the second all of them
        optimizer.zero_grad()
        (moe(torch.randn(8, 2, 6)).output - 1).square().mean().backward()
        optimizer.step()
    assert all((parameter.grad != 0).any() for parameter in moe.parameters())


def test_untrained_attention_is_the_mean() -> None:
    sources = torch.randn(4, 2, 6)
    fusion = AttentionFusion(6, token_dim=5, hidden=8)
    assert torch.allclose(fusion(sources, torch.randn(4, 2, 3, 5)).output, sources.mean(dim=1))


def test_attention_looks_from_each_face_at_the_other() -> None:
    torch.manual_seed(0)
    fusion = AttentionFusion(6, token_dim=5, hidden=8)
    nn.init.normal_(fusion.last.weight)
    sources, tokens = torch.zeros(1, 2, 6), torch.randn(1, 2, 3, 5, requires_grad=True)
    # What the first face's places find depends on the second face, which is not so without it.
    places = (fusion.narrow(tokens) + fusion.source).flatten(1, 2)
    seen = fusion.norm(places)
    fusion.attention(seen, seen, seen, need_weights=False)[0][:, :3].sum().backward()
    assert (tokens.grad[:, 1].abs().sum(-1) > 0).all()
    other = tokens.detach().clone()
    other[:, 1] += 1 + torch.randn(3, 5)
    first, second = fusion(sources, tokens.detach()).output, fusion(sources, other).output
    assert not torch.allclose(first, second, atol=1e-4)


def test_attention_tells_the_faces_apart() -> None:
    torch.manual_seed(0)
    fusion = AttentionFusion(6, token_dim=5, hidden=8)
    nn.init.normal_(fusion.last.weight)
    nn.init.normal_(fusion.source)
    sources, tokens = torch.zeros(1, 2, 6), torch.randn(1, 2, 3, 5)
    swapped = fusion(sources, tokens.flip(1)).output
    assert not torch.allclose(fusion(sources, tokens).output, swapped, atol=1e-4)
