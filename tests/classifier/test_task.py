"""A task's loss and readout, and intensities as ordered levels."""

import math

import pytest
import torch

from norface_pl.classifier import FocalLoss
from norface_pl.classifier.intensity import OrdinalLevels, consistency_loss
from norface_pl.classifier.occurrence import dice_loss
from norface_pl.classifier.options import ObjectiveOptions
from norface_pl.classifier.task import TaskLoss
from norface_pl.errors import NorfaceError
from norface_pl.metrics.face import face_metrics
from norface_pl.nn.losses import inverse_frequency, occurrence_loss

NAN = math.nan


def test_weights_are_the_published_formula() -> None:
    # w = (1 / rate) / sum(1 / rate) * n
    labels = torch.zeros(10, 3)
    labels[:5, 0], labels[:2, 1], labels[:1, 2] = 1, 1, 1
    inverse = [2, 5, 10]
    expected = [value / sum(inverse) * 3 for value in inverse]
    assert inverse_frequency(labels).tolist() == pytest.approx(expected)
    loss = TaskLoss("au_detection", 3, ObjectiveOptions(label_weights="inverse"))
    loss.weigh(labels)
    assert loss.weight.tolist() == pytest.approx(expected)
    logits = torch.randn(10, 3)
    assert torch.equal(loss(logits, labels), occurrence_loss(logits, labels, loss.weight))


def test_intensities_are_weighed_by_how_often_there_is_any() -> None:
    loss = TaskLoss("au_intensity", 2, ObjectiveOptions(label_weights="inverse"))
    loss.weigh(torch.tensor([[5.0, 1.0], [3.0, 0.0], [0.0, 0.0], [1.0, NAN]]))
    # rates 3/4 and 1/3, so weights 4/3 : 3
    assert loss.weight.tolist() == pytest.approx([8 / 13, 18 / 13])


def test_another_loss_is_used_and_the_score_is_not_it() -> None:
    logits, labels = torch.randn(6, 2), (torch.rand(6, 2) < 0.5).float()
    loss = TaskLoss("au_detection", 2, ObjectiveOptions(loss=FocalLoss()))
    assert torch.equal(loss(logits, labels), FocalLoss()(logits, labels))
    assert torch.equal(loss.score(logits, labels), dice_loss(logits, labels))


def test_score_of_intensities_is_the_icc() -> None:
    values, labels = 5 * torch.rand(50, 3), 5 * torch.rand(50, 3)
    labels[:20] = values[:20] + 0.3
    labels[3, 0] = labels[7, 2] = NAN
    metrics = face_metrics("au_intensity", ["AU1", "AU2", "AU4"])
    metrics.update(values, labels)
    expected = 1 - metrics.compute()["icc"].item()
    assert consistency_loss(values, labels).item() == pytest.approx(expected, abs=1e-5)
    assert TaskLoss("au_intensity", 3).score(values, labels).item() == pytest.approx(expected)
    levels = TaskLoss("au_intensity", 3, ObjectiveOptions(ordinal=True))
    assert torch.equal(levels.score(values, labels), consistency_loss(levels.read(values), labels))


def test_icc_of_units_that_are_constant_or_not_coded() -> None:
    values = torch.randn(6, 3, requires_grad=True)
    labels = torch.stack([torch.arange(6.0), torch.ones(6), torch.full((6,), NAN)], 1)
    loss = consistency_loss(values, labels)
    loss.backward()
    first = consistency_loss(values[:, :1], labels[:, :1]).item()
    assert loss.item() == pytest.approx((first + 1) / 2)
    assert values.grad[:, 0].abs().sum() > 0
    assert torch.equal(values.grad[:, 1:], torch.zeros(6, 2))


def test_score_of_classes_is_the_plain_cross_entropy() -> None:
    outputs, labels = torch.randn(4, 3), torch.tensor([0, 2, -1, 1])
    loss = TaskLoss("expression", 3, ObjectiveOptions(smoothing=0.2))
    expected = torch.nn.functional.cross_entropy(outputs, labels, ignore_index=-1)
    assert loss.score(outputs, labels).item() == pytest.approx(expected.item())


def test_readout_of_each_task() -> None:
    outputs = torch.tensor([[-7.0, 2.0]])
    assert torch.equal(TaskLoss("au_detection", 2).read(outputs), outputs.sigmoid())
    assert torch.equal(TaskLoss("expression", 2).read(outputs), outputs.softmax(-1))
    assert TaskLoss("au_intensity", 2).read(outputs).tolist() == [[0.0, 2.0]]


def test_only_intensities_are_ordered() -> None:
    with pytest.raises(NorfaceError, match="ordinal"):
        TaskLoss("au_detection", 2, ObjectiveOptions(ordinal=True))


def test_levels_at_the_start_are_even() -> None:
    levels = OrdinalLevels(1)
    assert levels.read(torch.zeros(1, 1)).item() == pytest.approx(2.5)
    assert levels.read(torch.full((1, 1), 50.0)).item() == pytest.approx(5)
    assert levels.read(torch.full((1, 1), -50.0)).item() == pytest.approx(0)


def test_loss_of_levels_is_the_mean_cross_entropy_of_exceeding_them() -> None:
    levels = OrdinalLevels(1)
    torch.nn.init.zeros_(levels.bias)
    score = torch.tensor([[math.log(3.0)]])
    # Intensity 2 exceeds two of the five levels; each is exceeded with probability 3/4.
    expected = (2 * -math.log(0.75) + 3 * -math.log(0.25)) / 5
    assert levels(score, torch.tensor([[2.0]])).item() == pytest.approx(expected)
    assert levels(score, torch.tensor([[2.4]])).item() == pytest.approx(expected)
    assert levels(score, torch.tensor([[NAN]])) == 0
    doubled = levels(score, torch.tensor([[2.0]]), torch.tensor([2.0]))
    assert doubled.item() == pytest.approx(2 * expected)


def test_levels_learn_the_order_and_the_rates() -> None:
    torch.manual_seed(0)
    levels = OrdinalLevels(1)
    labels = torch.tensor([0.0] * 50 + [1.0] * 30 + [2.0] * 15 + [3.0] * 5)[:, None]
    optimizer = torch.optim.Adam(levels.parameters(), lr=0.1)
    for _ in range(300):
        optimizer.zero_grad()
        levels(torch.zeros(100, 1), labels).backward()
        optimizer.step()
    rates = levels.bias.sigmoid()[0]
    assert rates[:3].tolist() == pytest.approx([0.5, 0.2, 0.05], abs=0.01)
    assert levels.read(torch.zeros(1, 1)).item() == pytest.approx(0.75, abs=0.03)
