"""Experts against a loop, gates, and the statistics of their use."""

import math

import pytest
import torch

from norface_pl.classifier.moe import Experts, Gate, expert_similarity, gate_entropy, load_imbalance


def test_experts_equal_a_loop_over_linear_layers() -> None:
    experts = Experts(3, 5, 2)
    torch.nn.init.normal_(experts.bias)
    x, each = torch.randn(4, 5), torch.randn(4, 3, 5)
    shared = [x @ w + b for w, b in zip(experts.weight, experts.bias, strict=True)]
    own = [each[:, k] @ experts.weight[k] + experts.bias[k] for k in range(3)]
    assert torch.allclose(experts(x), torch.stack(shared, 1), atol=1e-6)
    assert torch.allclose(experts(each), torch.stack(own, 1), atol=1e-6)


def test_experts_start_different() -> None:
    weight = Experts(2, 8, 8).weight
    assert not torch.equal(weight[0], weight[1])


def test_gates_sum_to_one_for_every_label() -> None:
    gates = Gate(6, num_experts=4, num_labels=3)(torch.randn(5, 6) * 100)
    assert gates.shape == (5, 3, 4)
    assert torch.allclose(gates.sum(-1), torch.ones(5, 3))
    assert (gates >= 0).all()


def test_temperature_divides_the_logits() -> None:
    soft, hard = Gate(6, 4, temperature=2.0), Gate(6, 4, temperature=1.0)
    soft.load_state_dict(hard.state_dict())
    x = torch.randn(3, 6)
    logits = hard.linear(hard.norm(x))
    assert torch.allclose(soft(x)[:, 0], (logits / 2).softmax(-1), atol=1e-6)


def test_top_gates_keep_the_best_and_sum_to_one() -> None:
    gate = Gate(6, num_experts=4, num_labels=3, top=2).eval()
    full = Gate(6, num_experts=4, num_labels=3).eval()
    full.load_state_dict(gate.state_dict())
    x = torch.randn(5, 6)
    gates, dense = gate(x), full(x)
    best = dense.topk(2, dim=-1)
    expected = torch.zeros_like(dense).scatter(-1, best.indices, best.values)
    assert torch.allclose(gates, expected / expected.sum(-1, keepdim=True), atol=1e-6)
    assert torch.equal(gate(x), gates)


def test_other_experts_are_tried_in_training_only() -> None:
    gate = Gate(6, num_experts=8, num_labels=3, top=1).train()
    x = torch.randn(20, 6)
    assert not torch.equal(gate(x) > 0, gate(x) > 0)
    assert ((gate(x) > 0).sum(-1) == 1).all()


def test_as_many_as_there_are_is_all() -> None:
    gate = Gate(6, num_experts=2, top=2)
    x = torch.randn(3, 6)
    assert torch.equal(gate(x), gate(x))
    assert (gate(x) > 0).all()


def test_similarity_of_equal_opposite_and_perpendicular_experts() -> None:
    first = torch.tensor([[1.0, 0.0]])
    other = torch.tensor([[0.0, 3.0]])
    assert expert_similarity(torch.stack([first, 2 * first], 1)).item() == pytest.approx(1)
    assert expert_similarity(torch.stack([first, -first], 1)).item() == pytest.approx(-1)
    assert expert_similarity(torch.stack([first, other], 1)).item() == pytest.approx(0)
    # cosines 1, 0 and 0 of the three pairs
    three = torch.stack([first, 2 * first, other], 1)
    assert expert_similarity(three).item() == pytest.approx(1 / 3)
    assert expert_similarity(first[:, None]) == 0


def test_imbalance_of_equal_and_of_single_use() -> None:
    assert load_imbalance(torch.full((4, 2, 4), 0.25)) == 0
    one = torch.zeros(4, 2, 4)
    one[..., 0] = 1
    # load 1, 0, 0, 0: mean 1/4, variance 3/16, ratio 3
    assert load_imbalance(one).item() == pytest.approx(3.0)


def test_experts_that_nobody_uses_are_no_division_by_zero() -> None:
    assert load_imbalance(torch.zeros(4, 2, 3)) == 0


def test_labels_may_prefer_experts_if_all_are_used() -> None:
    assert load_imbalance(torch.eye(2).expand(4, 2, 2)) == 0


def test_entropy_from_zero_to_one() -> None:
    assert gate_entropy(torch.full((2, 1, 4), 0.25)).item() == pytest.approx(1.0)
    assert gate_entropy(torch.eye(4)[:, None]) == 0
    assert gate_entropy(torch.ones(3, 1, 1)) == 0
    mixed = torch.tensor([[0.25, 0.75]])
    expected = -(0.25 * math.log(0.25) + 0.75 * math.log(0.75)) / math.log(2)
    assert gate_entropy(mixed).item() == pytest.approx(expected)
