"""Losses of AU detection to choose from: exact values and limits."""

import math

import pytest
import torch
from torch import nn

from norface_pl.classifier import AsymmetricLoss, DiceLoss, FocalLoss
from norface_pl.classifier.occurrence import dice_loss
from norface_pl.nn.losses import occurrence_loss

NAN = math.nan
LOSSES = [AsymmetricLoss(), FocalLoss(), DiceLoss()]
# Logits whose probabilities are 3/4 and 1/4.
LOGITS = torch.tensor([[math.log(3.0)], [-math.log(3.0)]])


def test_asymmetric_weighs_negatives_by_their_probability() -> None:
    absent = torch.zeros(2, 1)
    expected = (0.75 * -math.log(0.25) + 0.25 * -math.log(0.75)) / 2
    assert AsymmetricLoss()(LOGITS, absent).item() == pytest.approx(expected)
    squared = (0.75**2 * -math.log(0.25) + 0.25**2 * -math.log(0.75)) / 2
    assert AsymmetricLoss(2.0)(LOGITS, absent).item() == pytest.approx(squared)
    present = torch.ones(2, 1)
    plain = (-math.log(0.75) - math.log(0.25)) / 2
    assert AsymmetricLoss()(LOGITS, present).item() == pytest.approx(plain)


def test_no_gradient_flows_through_the_asymmetric_factor() -> None:
    logits = LOGITS.clone().requires_grad_()
    AsymmetricLoss()(logits, torch.zeros(2, 1)).backward()
    # The gradient of the cross-entropy of a negative is its probability, times the factor.
    assert logits.grad.flatten().tolist() == pytest.approx([0.75**2 / 2, 0.25**2 / 2])


def test_focal_weighs_all_by_the_probability_of_the_wrong_answer() -> None:
    labels = torch.tensor([[1.0], [1.0]])
    expected = (0.25**2 * -math.log(0.75) + 0.75**2 * -math.log(0.25)) / 2
    assert FocalLoss()(LOGITS, labels).item() == pytest.approx(expected)
    assert FocalLoss()(-LOGITS, 1 - labels).item() == pytest.approx(expected)


@pytest.mark.parametrize("loss", [AsymmetricLoss(0.0), FocalLoss(0.0), DiceLoss(0.0)])
def test_a_factor_of_nothing_is_plain_cross_entropy(loss: nn.Module) -> None:
    logits, weight = torch.randn(8, 3), torch.tensor([0.5, 1.0, 1.5])
    labels = (torch.rand(8, 3) < 0.5).float()
    labels[0, 0] = NAN
    expected = occurrence_loss(logits, labels, weight)
    assert torch.allclose(loss(logits, labels, weight), expected, atol=1e-6)


def test_dice_is_one_minus_a_smooth_f1() -> None:
    labels = torch.tensor([[1.0], [0.0]])
    # 2 * 0.75 + 1 over 0.75^2 + 0.25^2 + 1 + 1
    expected = 1 - 2.5 / (0.5625 + 0.0625 + 2)
    assert dice_loss(LOGITS, labels).item() == pytest.approx(expected)
    both = occurrence_loss(LOGITS, labels).item() + 0.5 * expected
    assert DiceLoss(0.5)(LOGITS, labels).item() == pytest.approx(both)


def test_dice_of_certain_answers_is_zero_and_weights_scale_units() -> None:
    labels = torch.tensor([[1.0, 1.0], [0.0, 1.0]])
    assert dice_loss(100 * (2 * labels - 1), labels).item() == pytest.approx(0)
    wrong = dice_loss(100 * (1 - 2 * labels), labels, torch.tensor([1.0, 0.0]))
    assert wrong.item() == pytest.approx((1 - 1 / 3) / 2)


@pytest.mark.parametrize("loss", LOSSES, ids=lambda loss: type(loss).__name__)
def test_missing_labels_have_neither_value_nor_gradient(loss: nn.Module) -> None:
    labels = torch.tensor([[1.0, NAN], [0.0, NAN], [NAN, NAN]])
    logits = torch.randn(3, 2, requires_grad=True)
    value = loss(logits, labels)
    value.backward()
    assert value.item() == pytest.approx(loss(logits[:2, :1], labels[:2, :1]).item())
    assert ((logits.grad != 0) == ~labels.isnan()).all()


@pytest.mark.parametrize("loss", LOSSES, ids=lambda loss: type(loss).__name__)
def test_all_missing_is_zero_without_a_nan_gradient(loss: nn.Module) -> None:
    logits = torch.randn(2, 3, requires_grad=True)
    value = loss(logits, torch.full((2, 3), NAN))
    value.backward()
    assert value == 0
    assert torch.equal(logits.grad, torch.zeros(2, 3))


@pytest.mark.parametrize("loss", LOSSES, ids=lambda loss: type(loss).__name__)
def test_certain_and_wrong_is_finite(loss: nn.Module) -> None:
    logits = torch.tensor([[200.0, -200.0]], requires_grad=True)
    loss(logits, torch.tensor([[0.0, 1.0]])).backward()
    assert logits.grad.isfinite().all()


def test_joint_data_sets_train_each_unit_from_the_set_that_codes_it() -> None:
    # Two data sets share the second unit; each lacks one of the others.
    first = torch.tensor([[1.0, 0.0, NAN], [0.0, 1.0, NAN]])
    second = torch.tensor([[NAN, 1.0, 1.0]])
    logits = torch.randn(3, 3, requires_grad=True)
    occurrence_loss(logits, torch.cat([first, second])).backward()
    alone = logits.detach().clone().requires_grad_()
    (occurrence_loss(alone[:2], first) * 4 + occurrence_loss(alone[2:], second) * 2).backward()
    # Means over known labels: 4 of the first, 2 of the second set, 6 in all.
    assert torch.allclose(logits.grad, alone.grad / 6, atol=1e-6)
