"""Stops a training of stage 1 whose redrawn faces no longer depend on the originals."""

import math
from typing import Any

import lightning as L

from norface_pl.errors import NorfaceError


class CollapseGuard(L.Callback):
    """Watch at every validation whether redrawn faces differ at all, and stop when they do not.

    A normalizer can lower its losses by drawing the target's mean face whatever the original
    shows; the reconstruction still falls, since the target explains most of a frame. The spread of
    the redrawn faces, which the validation's probes log, is then a hundredth of that of the
    originals or less; a perfect normalizer keeps about a seventh on drawn faces. Early in a
    training the code is empty for good reason, so nothing is stopped then. Costs nothing, and
    does nothing in a training without validation.

    Args:
        least: spread of the redrawn faces as a share of that of the originals.
        patience: validations in a row below it after which the training is stopped.
        start: share of the training before which it is not stopped.
        steps: batches before which it is not stopped; fewer than some hundred say nothing.
    """

    def __init__(
        self, least: float = 0.02, patience: int = 2, start: float = 0.85, steps: int = 500
    ) -> None:
        if not 0 < least < 1 or patience < 1 or not 0 <= start <= 1 or steps < 0:
            raise NorfaceError(
                f"CollapseGuard has least {least}, patience {patience}, start {start}, steps "
                f"{steps}: give shares between 0 and 1, a patience of 1 or more and steps of 0 or "
                "more"
            )
        self.least, self.patience, self.start, self.steps = least, patience, start, steps
        self.streak, self.since = 0, 0

    def on_validation_end(self, trainer: L.Trainer, pl_module: L.LightningModule) -> None:
        """Compare the spreads that the validation logged.

        Raises:
            NorfaceError: every face has been drawn alike for too long.
        """
        metrics = trainer.callback_metrics
        names = ("val/spread/normalized", "val/spread/original")
        if trainer.sanity_checking or trainer.state.fn != "fit" or not metrics.keys() >= set(names):
            return
        drawn, original = (float(metrics[name]) for name in names)
        share = drawn / max(original, 1e-12)
        if math.isnan(share) or share >= self.least:
            self.streak = 0
            return
        # Batches; Lightning's global_step counts the steps of both optimizers.
        step = trainer.fit_loop.total_batch_idx + 1
        self.streak += 1
        self.since = step if self.streak == 1 else self.since
        late = step >= max(self.steps, self.start * trainer.estimated_stepping_batches)
        stop = late and self.streak >= self.patience
        # Every process has its own validation faces; they stop together or not at all.
        if trainer.strategy.reduce_boolean_decision(stop, all=False):
            raise NorfaceError(
                f"the normalizer draws the same face for every original since step {self.since} "
                f"(spread of I_n {share:.4f} of that of I_o, at least {self.least} is wanted): "
                "raise model.objective.distillation, lower model.objective.person, "
                "model.objective.head_pose, model.objective.adversarial or the lr of optimizer_g, "
                "or let the adversarial loss in later (model.objective.adversarial_start), and "
                "train anew"
            )

    def state_dict(self) -> dict[str, Any]:
        """Return how long it has lasted, for a resumed training."""
        return {"streak": self.streak, "since": self.since}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Go on counting."""
        self.streak, self.since = state_dict["streak"], state_dict["since"]
