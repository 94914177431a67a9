"""What the weighted losses of stage 1 count."""

import pytest
import torch

from norface_pl.normalizer.objective import Objective
from norface_pl.normalizer.options import ObjectiveOptions
from norface_pl.types import FaceBatch

NAN = float("nan")


def distilled() -> Objective:
    """Losses of two channels, of which the distillation alone is switched on."""
    return Objective(16, 4, 2, ObjectiveOptions(0, 0, 0, distillation=1, adversarial=0))


def loss(objective: Objective, code: torch.Tensor, shown: torch.Tensor) -> torch.Tensor:
    """The distillation of faces that stand alone."""
    return objective.of_code(FaceBatch(), code, len(code), shown)["distillation"]


def test_faces_that_a_teacher_did_not_read_do_not_count() -> None:
    objective, code = distilled(), torch.randn(4, 4)
    shown = torch.tensor([[1.0, 2.0], [NAN, NAN], [-1.0, NAN], [0.5, 0.0]])
    told = objective.expression_head(code)
    known = [(0, 0), (0, 1), (2, 0), (3, 0), (3, 1)]
    expected = sum((told[at] - shown[at]) ** 2 for at in known) / 5
    torch.testing.assert_close(loss(objective, code, shown), expected)


def test_a_batch_of_which_nothing_was_read_teaches_nothing() -> None:
    objective = distilled()
    code = torch.randn(3, 4, requires_grad=True)
    found = loss(objective, code, torch.full((3, 2), NAN))
    assert found.item() == 0
    found.backward()
    assert code.grad is not None
    assert code.grad.abs().max() == 0


@pytest.mark.parametrize("shown", [torch.zeros(3, 2), torch.ones(3, 2)])
def test_readings_that_are_all_known_count_as_their_mean(shown: torch.Tensor) -> None:
    objective, code = distilled(), torch.randn(3, 4)
    told = objective.expression_head(code)
    torch.testing.assert_close(loss(objective, code, shown), (told - shown).square().mean())
