"""The guard stops a normalizer that draws one face, and no other."""

import lightning as L
import pytest
import torch
from torch.utils.data import DataLoader

from norface_pl.callbacks import CollapseGuard
from norface_pl.errors import NorfaceError


class Toy(L.LightningModule):
    """Logs the spreads of a table, a row per validation."""

    def __init__(self, drawn: list[float]) -> None:
        super().__init__()
        self.weight = torch.nn.Parameter(torch.zeros(1))
        self.drawn, self.validations = drawn, 0

    def training_step(self, batch: torch.Tensor, batch_idx: int) -> torch.Tensor:
        return (self.weight - batch).square().mean()

    def validation_step(self, batch: torch.Tensor, batch_idx: int) -> None:
        pass

    def on_validation_epoch_end(self) -> None:
        if not self.trainer.sanity_checking:
            self.log("val/spread/original", 0.2)
            self.log("val/spread/normalized", self.drawn[self.validations])
            self.validations += 1

    def configure_optimizers(self) -> torch.optim.Optimizer:
        return torch.optim.SGD(self.parameters(), 0.1)


def fit(drawn: list[float], guard: CollapseGuard) -> Toy:
    """One validation after each epoch of 3 batches."""
    module = Toy(drawn)
    loader = DataLoader(torch.ones(3), batch_size=1)
    trainer = L.Trainer(
        max_epochs=len(drawn),
        accelerator="cpu",
        logger=False,
        enable_checkpointing=False,
        enable_progress_bar=False,
        enable_model_summary=False,
        callbacks=[guard],
    )
    trainer.fit(module, loader, loader)
    return module


def test_a_collapsed_normalizer_is_stopped_and_told_since_when() -> None:
    guard = CollapseGuard(least=0.02, patience=2, start=0.5, steps=0)
    with pytest.raises(NorfaceError) as stop:
        fit([0.05, 0.001, 0.001, 0.001, 0.001, 0.001], guard)
    message = str(stop.value)
    assert "draws the same face for every original since step 6 " in message
    assert "0.0050 of that of I_o" in message
    for key in ("distillation", "person", "head_pose", "adversarial", "adversarial_start", "lr"):
        assert key in message
    assert guard.streak == 2


def test_an_empty_beginning_is_no_collapse() -> None:
    """Six validations below the limit, but before the start or with one above between them."""
    drawn = [0.0, 0.0, 0.0, 0.0, 0.03, 0.0, 0.03, 0.0]
    assert fit(drawn, CollapseGuard(patience=2, start=0.6, steps=0)).validations == 8


def test_a_training_of_few_steps_is_not_judged() -> None:
    """Eight validations, the last after 24 batches."""
    assert fit([0.0] * 8, CollapseGuard(patience=2, start=0.0, steps=25)).validations == 8
    with pytest.raises(NorfaceError, match="since step 3 "):
        fit([0.0] * 8, CollapseGuard(patience=2, start=0.0, steps=24))


def test_a_healthy_normalizer_passes() -> None:
    assert (
        fit([0.004] * 4, CollapseGuard(least=0.02, patience=1, start=0.0, steps=0)).validations == 4
    )


def test_a_resumed_training_goes_on_counting() -> None:
    guard = CollapseGuard(patience=2, start=0.0, steps=0)
    guard.load_state_dict({"streak": 1, "since": 30})
    with pytest.raises(NorfaceError, match="since step 30 "):
        fit([0.0, 0.0], guard)
    assert guard.state_dict() == {"streak": 2, "since": 30}


@pytest.mark.parametrize("wrong", [{"least": 0.0}, {"patience": 0}, {"start": 1.5}, {"steps": -1}])
def test_wrong_settings_are_named(wrong: dict[str, float]) -> None:
    with pytest.raises(NorfaceError, match="CollapseGuard has"):
        CollapseGuard(**wrong)
