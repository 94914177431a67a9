"""The smallest module and datamodule that the command line can train."""

from typing import Any

import numpy as np
import torch

from norface_pl.data.dataset import FaceDataset
from norface_pl.datamodules.base import FaceDataModule
from norface_pl.errors import NorfaceError
from norface_pl.face_module import FaceModule


class FakeDataModule(FaceDataModule):
    """Eight noise pictures with two labels; ``root`` stands for a wrong path."""

    has_oracle = True

    def __init__(
        self,
        task="au_detection",
        image_size=8,
        batch_size: int = 4,
        clips_per_batch: int = 2,
        frames_per_clip: int = 2,
        num_workers: int = 0,
        root: str = "here",
        **kwargs: Any,
    ):
        super().__init__(
            task=task,
            image_size=image_size,
            batch_size=batch_size,
            clips_per_batch=clips_per_batch,
            frames_per_clip=frames_per_clip,
            num_workers=num_workers,
            **kwargs,
        )
        if root != "here":
            raise NorfaceError(f"no data set in {root}; give --data.root")

    def names_of(self, task):
        return ["AU1", "AU2"]

    def fingerprint(self):
        return "fake"

    def load(self, split, oracle):
        pictures = np.random.default_rng(0).integers(
            0, 255, (8, self.image_size, self.image_size, 3), np.uint8
        )
        number = torch.arange(8)
        columns = {"au_detection": torch.stack([number % 2, number % 3 % 2], 1).float()}
        columns |= dict.fromkeys(("subject", "clip", "frame"), number)
        rows = {"image": pictures} | ({"oracle": pictures // 2} if oracle else {})
        return FaceDataset(rows, columns, [f"{split}{index}" for index in range(8)])


class LinkedModule(FaceModule):
    """Takes all that the data decides."""

    def __init__(
        self,
        task: str,
        num_labels: int,
        label_names: list[str],
        image_size: int,
        rate: float = 0.1,
    ):
        super().__init__()
        self.remember(
            task=task, num_labels=num_labels, label_names=label_names, image_size=image_size
        )
        self.task, self.label_names, self.image_size = task, label_names, image_size
        self.rate = rate
        self.net = torch.nn.Linear(3 * image_size**2, num_labels)

    def training_step(self, batch, batch_idx):
        error = self.net(batch["image"].flatten(1)) - batch["au_detection"]
        return error.square().mean()

    def validation_step(self, batch, batch_idx):
        self.log("val/loss", self.training_step(batch, batch_idx), batch_size=4)

    def test_step(self, batch, batch_idx):
        self.log("test/f1", self.training_step(batch, batch_idx), batch_size=4)

    def predict_step(self, batch, batch_idx):
        return self.net(batch["image"].flatten(1))

    def configure_optimizers(self):
        return torch.optim.SGD(self.parameters(), self.rate)


class UnlinkedModule(LinkedModule):
    """Has none of the linked arguments but one."""

    def __init__(self, image_size: int, rate: float = 0.1):
        super().__init__("au_detection", 2, ["AU1", "AU2"], image_size, rate)
        self.remember(image_size=image_size)
