"""The losses of several tasks together, with values worked out by hand."""

import math

import pytest
import torch

from norface_pl.classifier.options import ObjectiveOptions
from norface_pl.classifier.task import TaskLoss
from norface_pl.classifier.task_losses import TaskLosses, spans
from norface_pl.errors import NorfaceError

NAN = math.nan
LABELS = {"au_detection": ["AU1", "AU2"], "expression": ["neutral", "happiness", "anger"]}
OUTPUTS = torch.tensor([[0.0, 2.0, 1.0, 0.0, 0.0], [-1.0, 0.5, 0.0, 3.0, 0.0]])
KNOWN = {
    "au_detection": torch.tensor([[1.0, NAN], [0.0, 1.0]]),
    "expression": torch.tensor([0, -1]),
}
NOTHING = {"au_detection": torch.full((2, 2), NAN), "expression": torch.tensor([-1, -1])}


def alone(task: str, columns: slice) -> torch.Tensor:
    loss = TaskLoss(task, len(LABELS[task]))
    value: torch.Tensor = loss(OUTPUTS[:, columns], KNOWN[task])
    return value


def test_each_task_has_columns_of_its_own() -> None:
    assert spans(LABELS) == {"au_detection": slice(0, 2), "expression": slice(2, 5)}


@pytest.mark.parametrize("task", ["au_detection", "au_intensity", "expression"])
def test_one_task_alone_has_its_own_loss_and_readout(task: str) -> None:
    outputs = torch.randn(6, 3)
    labels = torch.randint(0, 3, (6,)) if task == "expression" else torch.randint(0, 2, (6, 3))
    labels = labels if task == "expression" else labels.float()
    options = ObjectiveOptions(smoothing=0.1, ordinal=task == "au_intensity")
    one, many = TaskLoss(task, 3, options), TaskLosses({task: ["a", "b", "c"]}, options)
    assert torch.equal(many(outputs, {task: labels}), one(outputs, labels))
    assert torch.equal(many.read(outputs), one.read(outputs))


def test_losses_of_tasks_are_weighed_and_added() -> None:
    one, other = alone("au_detection", slice(0, 2)), alone("expression", slice(2, 5))
    both = TaskLosses(LABELS)(OUTPUTS, KNOWN)
    assert both.item() == pytest.approx(one.item() + other.item() / 10)
    stronger = TaskLosses(LABELS, ObjectiveOptions(task_weights={"au_detection": 3}))
    assert stronger(OUTPUTS, KNOWN).item() == pytest.approx(3 * one.item() + other.item() / 10)
    weighed = TaskLosses(LABELS, ObjectiveOptions(task_weights={"expression": 0.25}))
    assert weighed(OUTPUTS, KNOWN).item() == pytest.approx(one.item() + other.item() / 4)


def test_a_task_that_no_face_has_labels_of_teaches_nothing() -> None:
    outputs = OUTPUTS.clone().requires_grad_(True)
    labels = KNOWN | {"expression": NOTHING["expression"]}
    loss = TaskLosses(LABELS)(outputs, labels)
    assert loss.item() == pytest.approx(alone("au_detection", slice(0, 2)).item())
    loss.backward()
    assert outputs.grad is not None
    assert torch.equal(outputs.grad[:, 2:], torch.zeros(2, 3))
    assert TaskLosses(LABELS)(outputs, NOTHING).item() == 0


def test_uncertainty_follows_its_formula() -> None:
    labels = {"expression": ["a", "b"], "valence_arousal": ["valence", "arousal"]}
    outputs = torch.tensor([[0.0, 0.0, 0.5, -0.5]])
    known = {"expression": torch.tensor([0]), "valence_arousal": torch.tensor([[1.0, 0.5]])}
    loss = TaskLosses(labels, ObjectiveOptions(task_weights="uncertainty"))
    classes, squares = math.log(2), (0.25 + 1) / 2
    assert loss(outputs, known).item() == pytest.approx(classes + squares / 2)
    with torch.no_grad():
        loss.log_variance[:] = torch.tensor([math.log(2), math.log(4)])
    expected = classes / 2 + math.log(2) / 2 + squares / 8 + math.log(4) / 2
    assert loss(outputs, known).item() == pytest.approx(expected)
    # What no face tells of a task does not move its weight.
    known["valence_arousal"] = torch.full((1, 2), NAN)
    loss(outputs, known).backward()
    assert loss.log_variance.grad[1] == 0
    assert loss.log_variance.grad[0] == pytest.approx(-classes / 2 + 0.5)


def test_options_of_one_task_are_for_that_task_among_others() -> None:
    labels = {"au_intensity": ["AU1"], "expression": ["a", "b"]}
    losses = TaskLosses(labels, ObjectiveOptions(ordinal=True, loss=torch.nn.Identity()))
    assert losses.each["au_intensity"].levels is not None
    assert losses.each["expression"].levels is None
    assert losses.each["expression"].other is None


def test_mistakes() -> None:
    with pytest.raises(NorfaceError, match="au_intensity, which is not learned: au_detection, exp"):
        TaskLosses(LABELS, ObjectiveOptions(task_weights={"au_intensity": 1}))
    with pytest.raises(NorfaceError, match="ordinal orders intensities; au_detection, expression"):
        TaskLosses(LABELS, ObjectiveOptions(ordinal=True))
