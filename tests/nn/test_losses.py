"""Exact values of the classifier's losses."""

import math

import pytest
import torch

from norface_pl.nn.losses import (
    expression_loss,
    intensity_loss,
    inverse_frequency,
    occurrence_loss,
)

NAN = math.nan


def test_occurrence_at_zero_logits_is_log_two() -> None:
    loss = occurrence_loss(torch.zeros(2, 2), torch.tensor([[0.0, 1.0], [1.0, 1.0]]))
    assert loss.item() == pytest.approx(math.log(2))


def test_occurrence_weight_scales_positives_and_negatives_alike() -> None:
    labels = torch.tensor([[1.0, 0.0], [0.0, 1.0]])
    loss = occurrence_loss(torch.zeros(2, 2), labels, torch.tensor([1.0, 3.0]))
    assert loss.item() == pytest.approx(2 * math.log(2))


def test_missing_occurrence_has_neither_value_nor_gradient() -> None:
    logits = torch.tensor([[2.0, -1.0]], requires_grad=True)
    loss = occurrence_loss(logits, torch.tensor([[NAN, 0.0]]))
    loss.backward()
    assert loss.item() == pytest.approx(math.log(1 + math.exp(-1.0)))
    assert logits.grad is not None
    assert logits.grad[0, 0] == 0
    assert logits.grad[0, 1] == pytest.approx(1 / (1 + math.exp(1.0)))


@pytest.mark.parametrize("loss", [occurrence_loss, intensity_loss])
def test_all_missing_gives_zero_and_no_nan_gradient(loss: object) -> None:
    logits = torch.ones(2, 3, requires_grad=True)
    value = loss(logits, torch.full((2, 3), NAN))  # type: ignore[operator]
    value.backward()
    assert value == 0
    assert torch.equal(logits.grad, torch.zeros(2, 3))  # type: ignore[arg-type]


def test_intensity_is_the_mean_square_over_known_labels() -> None:
    predictions = torch.tensor([[1.0, 5.0], [0.0, 2.0]])
    labels = torch.tensor([[3.0, NAN], [0.0, 5.0]])
    assert intensity_loss(predictions, labels).item() == pytest.approx((4 + 0 + 9) / 3)
    weighted = intensity_loss(predictions, labels, torch.tensor([1.0, 2.0]))
    assert weighted.item() == pytest.approx((4 + 0 + 18) / 3)


def test_expression_ignores_missing_and_weights_classes() -> None:
    logits = torch.zeros(3, 4)
    labels = torch.tensor([0, -1, 2])
    assert expression_loss(logits, labels).item() == pytest.approx(math.log(4))
    weight = torch.tensor([1.0, 1.0, 3.0, 1.0])
    assert expression_loss(logits, labels, weight).item() == pytest.approx(2 * math.log(4))
    assert expression_loss(logits, torch.tensor([-1, -1, -1])) == 0


def test_label_smoothing() -> None:
    logits = torch.tensor([[math.log(3.0), 0.0]])
    loss = expression_loss(logits, torch.tensor([0]), smoothing=0.2)
    assert loss.item() == pytest.approx(-0.9 * math.log(0.75) - 0.1 * math.log(0.25))


def test_inverse_frequency_of_units() -> None:
    labels = torch.tensor([[1.0, 0.0], [1.0, NAN], [1.0, 1.0], [1.0, 0.0]])
    # rates 1 and 1/3, so weights 1 : 3 with mean 1
    assert torch.allclose(inverse_frequency(labels), torch.tensor([0.5, 1.5]))


def test_inverse_frequency_of_a_unit_that_never_occurs_is_finite() -> None:
    labels = torch.tensor([[1.0, 0.0], [0.0, 0.0]])
    assert torch.allclose(inverse_frequency(labels), torch.tensor([1.0, 1.0]))


def test_inverse_frequency_of_classes() -> None:
    labels = torch.tensor([0, 0, 0, 1, -1])
    assert torch.allclose(inverse_frequency(labels, 2), torch.tensor([0.5, 1.5]))
