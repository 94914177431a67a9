"""What the frozen teachers of stage 1 learn."""

from contextlib import nullcontext
from dataclasses import replace

import numpy as np
import pytest
import torch

from norface_pl.data.dataset import FaceDataset
from norface_pl.errors import NorfaceError
from norface_pl.normalizer.comparison import compared
from norface_pl.normalizer.objective import Objective
from norface_pl.normalizer.options import ObjectiveOptions
from norface_pl.normalizer.teachers import teacher_loss, teacher_targets
from norface_pl.types import Compute
from tests.helpers.two_splits import two_splits


def faces(label: torch.Tensor) -> FaceDataset:
    """Four faces of two people with some labels."""
    columns = {
        "au_detection": label,
        "subject": torch.tensor([7, 3, 7, 3]),
        "pose": torch.tensor([[20.0, 0.0, -10.0]]).expand(4, 3),
    }
    return FaceDataset({"image": np.zeros((4, 8, 8, 3), np.uint8)}, columns, list("abcd"))


def test_targets() -> None:
    """People are counted from 0, angles and intensities scaled, occurrences and classes kept."""
    occurrence = torch.tensor([[1.0], [0.0], [torch.nan], [1.0]])
    assert teacher_targets("identity", faces(occurrence)).tolist() == [1, 0, 1, 0]
    assert teacher_targets("pose", faces(occurrence))[0].tolist() == [1.0, 0.0, -0.5]
    kept = teacher_targets("expression", faces(occurrence))
    assert kept[[0, 1, 3], 0].tolist() == [1.0, 0.0, 1.0]
    assert kept[2].isnan()
    intensity = torch.tensor([[5.0], [0.0], [1.0], [torch.nan]])
    scaled = teacher_targets("expression", faces(intensity))
    assert scaled[:3, 0].tolist() == pytest.approx([1.0, 0.0, 0.2])
    emotion = torch.tensor([0, 7, -1, 2])
    assert teacher_targets("expression", faces(emotion)).tolist() == [0, 7, -1, 2]


def test_missing_labels_do_not_count() -> None:
    """NaN and -1 leave the loss of the other faces alone."""
    logits = torch.zeros(2, 1)
    target = torch.tensor([[1.0], [torch.nan]])
    assert teacher_loss("expression", logits, target).item() == pytest.approx(np.log(2), abs=1e-6)
    classes = torch.tensor([1, -1])
    loss = teacher_loss("expression", torch.zeros(2, 4), classes)
    assert loss.item() == pytest.approx(np.log(4), abs=1e-6)


@pytest.mark.parametrize("name", ["distillation", "expression"])
def test_an_expression_teacher_needs_labels(name: str) -> None:
    """Without any the sentence names the keys."""
    weights = replace(ObjectiveOptions(distillation=0), **{name: 1.0})
    with pytest.raises(NorfaceError, match="num_labels"):
        Objective(8, 4, 0, weights)


def test_emotions_give_a_teacher_of_as_many_classes() -> None:
    """The missing label -1 is no class: what the teacher sees fits the head that is told it."""
    emotion = torch.tensor([0, 2, -1, 1])
    data = faces(emotion)
    data.columns["clip"] = torch.tensor([0, 0, 1, 1])
    cpu = torch.device("cpu")
    seen = compared(two_splits(data, data), 3, 1, Compute(cpu, nullcontext))
    assert seen.shape == (4, 3)
