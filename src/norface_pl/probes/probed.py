"""Validation and test of stage 1: what probes read from the faces that it redraws."""

from abc import abstractmethod

from torch import Tensor

from norface_pl.face_module import FaceModule
from norface_pl.probes.probe import Probes
from norface_pl.types import FaceBatch


class ProbedModule(FaceModule):
    """Base of modules that redraw faces; people who are seen to fit the probes come first."""

    _probes: Probes

    @abstractmethod
    def normalize(self, images: Tensor) -> Tensor:
        """Redraw faces (B, 3, H, W) in [0, 1] as the target person."""

    def draws_now(self) -> bool:
        """Whether it is time to look at what is drawn."""
        return True

    def predict_step(self, batch: FaceBatch, batch_idx: int) -> Tensor:
        """Return I_n (B, 3, H, W) in [0, 1]."""
        return self.normalize(batch["image"])

    def on_validation_epoch_start(self) -> None:
        """Forget the faces of the last validation."""
        self._probes = Probes()

    def validation_step(self, batch: FaceBatch, batch_idx: int, dataloader_idx: int = 0) -> None:
        """Collect what the probes read: loader 0 holds the people they are fitted on."""
        if not self.draws_now():
            return
        pictures = {"original": batch["image"], "normalized": self.normalize(batch["image"])}
        if "oracle" in batch:
            pictures["oracle"] = batch["oracle"]
        self._probes.add(batch, pictures, seen=dataloader_idx == 1)

    def on_validation_epoch_end(self) -> None:
        """Log what the probes read from originals, normalized faces and the oracle."""
        if not self.trainer.sanity_checking and self.draws_now():
            stage = "test" if self.trainer.testing else "val"
            values = self._probes.compute()
            self.log_dict({f"{stage}/{name}": value for name, value in values.items()})

    def on_test_epoch_start(self) -> None:
        """Test as in validation, on the test people."""
        self.on_validation_epoch_start()

    def test_step(self, batch: FaceBatch, batch_idx: int, dataloader_idx: int = 0) -> None:
        """Test as in validation, on the test people."""
        self.validation_step(batch, batch_idx, dataloader_idx)

    def on_test_epoch_end(self) -> None:
        """Test as in validation, on the test people."""
        self.on_validation_epoch_end()
