"""Fusions: an untrained one is the mean of its sources."""

import pytest
import torch
from torch import nn

from norface_pl.nn.fusion import ConcatFusion, InputMoE, MeanFusion, WeightedMean

FUSIONS = [
    MeanFusion(),
    ConcatFusion(6),
    ConcatFusion(6, hidden=5),
    InputMoE(6),
    InputMoE(6, num_experts=3, per_source=True),
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
    gates = InputMoE(6, num_experts=3)(torch.randn(4, 2, 6)).gates
    assert gates.shape == (4, 1, 3)
    assert torch.allclose(gates.sum(-1), torch.ones(4, 1))


def test_input_moe_equals_the_written_out_mixture() -> None:
    moe = InputMoE(6, num_experts=3, hidden=4)
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
    moe = InputMoE(2, num_experts=4, per_source=True)
    assert moe.mask.tolist() == [[1, 1, 0, 0], [0, 0, 1, 1], [1, 1, 1, 1], [1, 1, 0, 0]]


def test_learns_from_zero() -> None:
    moe = InputMoE(6)
    optimizer = torch.optim.SGD(moe.parameters(), 0.1)
    for _ in range(2):  # the first step moves only the last layer, the second all of them
        optimizer.zero_grad()
        (moe(torch.randn(8, 2, 6)).output - 1).square().mean().backward()
        optimizer.step()
    assert all((parameter.grad != 0).any() for parameter in moe.parameters())
