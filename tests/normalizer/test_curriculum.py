"""How far a training of stage 1 is: a batch that draws costs more than one that only reads."""

from types import SimpleNamespace

import pytest

from norface_pl.normalizer import NormalizerModule
from norface_pl.normalizer.curriculum import DRAWING
from norface_pl.normalizer.options import ObjectiveOptions, Pretraining


def progress(batches: int, reading: float) -> float:
    """Share that is done of 8 epochs of 10 batches after a number of them."""
    module = NormalizerModule(pretraining=Pretraining(reading))
    loop = SimpleNamespace(total_batch_idx=batches - 1)
    module.trainer = SimpleNamespace(max_epochs=8, num_training_batches=10, fit_loop=loop)
    return module.work_done()


@pytest.mark.parametrize(
    ("batches", "reading", "expected"),
    [
        (0, 0.75, 0.0),
        (60, 0.75, 60 / (60 + 20 * DRAWING)),
        (70, 0.75, (60 + 10 * DRAWING) / (60 + 20 * DRAWING)),
        (80, 0.75, 1.0),
        (40, 0.0, 0.5),
    ],
)
def test_the_share_that_is_done_counts_what_batches_cost(
    batches: int, reading: float, expected: float
) -> None:
    assert progress(batches, reading) == pytest.approx(expected)


def test_only_the_distillation_has_a_teacher_to_train_before() -> None:
    def before(weight: float) -> float:
        return NormalizerModule(objective=ObjectiveOptions(distillation=weight)).work_before

    assert before(0.0) == 0.0
    assert 0 < before(1.0) < 1
