"""What is learned from validation people."""

import math

import pytest
import torch
from torch import Tensor

from norface_pl.classifier.calibration import (
    Calibration,
    EnsembleWeights,
    best_temperatures,
    best_thresholds,
    fitted_weights,
)
from norface_pl.classifier.occurrence import dice_loss
from norface_pl.nn.losses import intensity_loss

NAN = math.nan


def logit(*values: float) -> Tensor:
    return torch.tensor(values).logit()


def test_readings_are_averaged_before_anything_is_known() -> None:
    readings = torch.randn(3, 4, 2)
    assert torch.allclose(EnsembleWeights(3, 2)(readings), readings.mean(0), atol=1e-6)


def test_the_right_reading_of_each_label_is_believed() -> None:
    torch.manual_seed(0)
    labels = (torch.rand(400, 2) < 0.3).float()
    right, noise = 6 * labels - 3, 3 * torch.randn(400, 2)
    # The first reading knows the first label, the second one the second.
    readings = torch.stack([torch.stack([right[:, 0], noise[:, 0]], 1)] * 2)
    readings[1] = torch.stack([noise[:, 1], right[:, 1]], 1)
    ensemble = EnsembleWeights(2, 2)
    ensemble.fit(readings, labels, dice_loss)
    assert torch.allclose(ensemble.weight.sum(0), torch.ones(2))
    assert ensemble.weight[0, 0] > 0.7
    assert ensemble.weight[1, 1] > 0.7


def test_weights_of_intensities_are_those_of_least_squares() -> None:
    torch.manual_seed(0)
    truth = 5 * torch.rand(2000, 1)
    noise = torch.randn(2, 2000, 1) * torch.tensor([1.0, 2.0])[:, None, None]
    weight = fitted_weights(truth + noise, truth, intensity_loss, steps=400)
    # Independent errors of variance 1 and 4: the best mean has weights 4/5 and 1/5.
    assert weight.flatten().tolist() == pytest.approx([0.8, 0.2], abs=0.03)


def test_a_label_without_positives_follows_the_others() -> None:
    torch.manual_seed(0)
    labels = (torch.rand(300, 3) < 0.4).float()
    readings = torch.stack([6 * labels - 3, torch.randn(300, 3)])
    labels[:, 2] = NAN
    weight = fitted_weights(readings, labels, dice_loss)
    assert weight[0, :2].min() > 0.7
    assert weight[0, 2] > 0.6


def test_trust_is_fitted_where_gradients_are_switched_off() -> None:
    with torch.inference_mode():
        labels = torch.tensor([[1.0], [0.0], [0.0]])
        readings = torch.stack([6 * labels - 3, 3 - 6 * labels])
    ensemble = EnsembleWeights(2, 1)
    with torch.inference_mode():
        ensemble.fit(readings, labels, dice_loss)
    assert ensemble.weight[0] > 0.9


def test_threshold_lies_between_the_probabilities_with_the_best_f1() -> None:
    values = torch.tensor([[0.9], [0.4], [0.3], [0.1]])
    labels = torch.tensor([[1.0], [1.0], [0.0], [0.0]])
    assert best_thresholds(values, labels).item() == pytest.approx(0.35)


def test_threshold_of_equal_probabilities_missing_labels_and_absent_units() -> None:
    values = torch.tensor([[0.6, 0.9, 0.9], [0.6, 0.8, 0.8], [0.2, 0.7, 0.7]])
    labels = torch.tensor([[1.0, NAN, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, NAN]])
    # First: 0.6 is shared by one of each kind, both or none are found. Second: 0.9 is unknown.
    assert best_thresholds(values, labels).tolist() == pytest.approx([0.4, 0.75, 0.5])


def test_temperature_that_makes_a_constant_rate_right() -> None:
    # A quarter is present and the logit says 3 / 4 absent squared: odds 1/9 have to become 1/3.
    logits = logit(0.1, 0.1, 0.1, 0.1)[:, None]
    labels = torch.tensor([[1.0], [0.0], [0.0], [0.0]])
    assert best_temperatures(logits, labels).item() == pytest.approx(2.0, rel=1e-4)


def test_temperature_without_labels_is_one_and_missing_ones_do_not_count() -> None:
    logits = torch.cat([logit(0.1, 0.1, 0.1, 0.1, 0.999)[:, None]] * 2, 1)
    labels = torch.tensor([[1.0, NAN]] + [[0.0, NAN]] * 3 + [[NAN, NAN]])
    assert best_temperatures(logits, labels).tolist() == pytest.approx([2.0, 1.0], rel=1e-4)


def test_calibrated_f1() -> None:
    calibration = Calibration(2)
    logits = torch.stack([logit(0.4, 0.3, 0.2, 0.1), logit(0.9, 0.9, 0.1, 0.1)], 1)
    labels = torch.tensor([[1.0, 1.0], [1.0, 0.0], [0.0, 0.0], [0.0, NAN]])
    assert calibration.f1(logits, labels).tolist() == pytest.approx([0.0, 2 / 3])
    calibration.fit(logits, labels)
    assert calibration.threshold.tolist() == pytest.approx([0.25, 0.5])
    assert calibration.f1(logits, labels).tolist() == pytest.approx([1.0, 2 / 3])
