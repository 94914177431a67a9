"""A control that nobody can have: stage 1 is taught what the people without labels really show.

What is still missing then is not for want of labels.
"""

import lightning as L
import torch

from norface_pl.datamodules import SyntheticDataModule
from norface_pl.normalizer import NormalizerModule

# The teacher of the default tells 0 for absent and 2 for present; an intensity of 5 is surely that.
SCALE = 2 / 5


class TrueIntensities(L.Callback):
    """Replaces what the comparison teacher saw by the true intensities, of drawn faces only."""

    def on_train_start(self, trainer: L.Trainer, pl_module: L.LightningModule) -> None:
        """Replace the pseudo-labels, after the module has those of the teacher."""
        data = trainer.datamodule  # type: ignore[attr-defined]
        assert isinstance(data, SyntheticDataModule)
        assert isinstance(pl_module, NormalizerModule)
        truth = torch.from_numpy(data.table("unlabelled")["intensity"]).float()
        pl_module.pseudo_labels.renew(0, SCALE * truth)
