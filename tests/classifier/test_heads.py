"""Heads: each against its formula written out."""

import torch
from torch.nn import functional as F

from norface_pl.classifier.heads import OutputMoE, SoftMoE
from norface_pl.classifier.options import HeadOptions


def test_output_moe_equals_the_written_out_mixture() -> None:
    moe = OutputMoE(6, 2, HeadOptions("moe", 3, 4, dropout=0.0))
    x = torch.randn(5, 6)
    output = moe(x)
    experts = F.gelu(moe.experts(x))
    for label in range(2):
        mixed = sum(output.gates[:, label, k, None] * experts[:, k] for k in range(3))
        expected = mixed @ moe.towers.weight[label] + moe.towers.bias[label]
        assert torch.allclose(output.output[:, label], expected[:, 0], atol=1e-5)


def test_every_expert_and_gate_gets_a_gradient() -> None:
    moe = OutputMoE(6, 2, HeadOptions("moe", 3, 4, dropout=0.0))
    moe(torch.randn(5, 6)).output.square().sum().backward()
    assert moe.experts.weight.grad is not None
    assert (moe.experts.weight.grad.abs().sum(dim=(1, 2)) > 0).all()
    assert moe.gate.linear.weight.grad is not None
    assert moe.gate.linear.weight.grad.abs().sum() > 0


def test_experts_of_pictures_side_by_side_see_one_or_all() -> None:
    moe = OutputMoE(6, 2, HeadOptions("moe", 2, 4, dropout=0.0), sources=2)
    x = torch.randn(5, 6)
    output = moe(x)
    assert output.gates.shape == (5, 2, 6)
    single, joint = moe.experts.single, moe.experts.joint
    seen = [x[:, :3], x[:, :3], x[:, 3:], x[:, 3:]]
    written_out = [part @ single.weight[k] + single.bias[k] for k, part in enumerate(seen)]
    written_out += [x @ joint.weight[k] + joint.bias[k] for k in range(2)]
    experts = F.gelu(torch.stack(written_out, 1))
    assert torch.allclose(output.experts, experts, atol=1e-5)
    for label in range(2):
        mixed = sum(output.gates[:, label, k, None] * experts[:, k] for k in range(6))
        expected = mixed @ moe.towers.weight[label] + moe.towers.bias[label]
        assert torch.allclose(output.output[:, label], expected[:, 0], atol=1e-5)


def test_private_experts_equal_the_written_out_mixture() -> None:
    moe = OutputMoE(6, 2, HeadOptions("ple", 3, 4, dropout=0.0))
    x = torch.randn(5, 6)
    output = moe(x)
    assert output.gates.shape == (5, 2, 4)
    assert torch.allclose(output.gates.sum(-1), torch.ones(5, 2))
    assert output.experts.shape == (5, 3, 4)
    experts, private = F.gelu(moe.experts(x)), F.gelu(moe.private(x))
    for label in range(2):
        mixed = sum(output.gates[:, label, k, None] * experts[:, k] for k in range(3))
        mixed = mixed + output.gates[:, label, 3, None] * private[:, label]
        expected = mixed @ moe.towers.weight[label] + moe.towers.bias[label]
        assert torch.allclose(output.output[:, label], expected[:, 0], atol=1e-5)


def test_a_private_expert_learns_from_its_label_only() -> None:
    moe = OutputMoE(6, 3, HeadOptions("ple", 2, 4, dropout=0.0))
    moe(torch.randn(5, 6)).output[:, 1].sum().backward()
    used = moe.private.weight.grad.abs().sum(dim=(1, 2)) > 0
    assert used.tolist() == [False, True, False]


def test_soft_moe_equals_loops_over_slots_and_labels() -> None:
    moe = SoftMoE(6, 3, HeadOptions("soft", 2, 4, dropout=0.0))
    x = torch.randn(5, 6)
    output = moe(x)
    tokens = [moe.norm(x) + moe.labels[label] for label in range(3)]
    likeness = torch.stack([token @ moe.slots.T for token in tokens], 1)
    dispatch, gates = likeness.softmax(1), likeness.softmax(2)
    assert torch.allclose(output.gates, gates, atol=1e-5)
    made = []
    for k in range(2):
        seen = sum(dispatch[:, label, k, None] * tokens[label] for label in range(3))
        made.append(F.gelu(seen @ moe.experts.weight[k] + moe.experts.bias[k]))
    for label in range(3):
        mixed = sum(gates[:, label, k, None] * made[k] for k in range(2))
        expected = mixed @ moe.towers.weight[label] + moe.towers.bias[label]
        assert torch.allclose(output.output[:, label], expected[:, 0], atol=1e-5)
