"""A datamodule of noise with a mark per label, for the tests of modules."""

import math

import lightning as L
import torch
from torch import Tensor
from torch.utils.data import DataLoader, Dataset

from norface_pl.types import FaceBatch, Task

NAMES = ["AU1", "AU4", "AU12"]
SIZE = 32


def toy_batch(task: Task, count: int = 16, missing: bool = True, seed: int = 0) -> FaceBatch:
    """Grey noise in which label i brightens stripe i; one label is missing."""
    generator = torch.Generator().manual_seed(seed)
    image = torch.rand(count, 3, SIZE, SIZE, generator=generator) * 0.3
    present = (torch.rand(count, 3, generator=generator) < 0.5).float()
    if task == "expression":
        chosen = torch.randint(0, 3, (count,), generator=generator)
        present = torch.eye(3)[chosen]
    for i in range(3):
        image[:, :, 10 * i : 10 * i + 10] += 0.6 * present[:, i].view(-1, 1, 1, 1)
    label: Tensor = chosen if task == "expression" else present
    if task == "au_intensity":
        label = present * 4
    if missing:
        label = label.clone()
        label[0] = -1 if task == "expression" else torch.tensor([math.nan, 1.0, math.nan])
    return {
        "image": image,
        "normalized": image.flip(-1),
        task: label,
        "key": [f"toy_{i}" for i in range(count)],
    }


class ToyFaces(Dataset[dict[str, Tensor]]):
    """Samples of one toy batch."""

    def __init__(self, task: Task, normalized: bool, count: int = 16) -> None:
        batch = toy_batch(task, count)
        keys = ["image", task, *(["normalized"] if normalized else [])]
        self.columns = {key: batch[key] for key in keys}  # type: ignore[literal-required]

    def __len__(self) -> int:
        return len(self.columns["image"])

    def __getitem__(self, index: int) -> dict[str, Tensor]:
        return {key: column[index] for key, column in self.columns.items()}


class ToyDataModule(L.LightningDataModule):
    """The same toy faces for every stage."""

    def __init__(self, task: Task, normalized: bool = True) -> None:
        super().__init__()
        self.task: Task = task
        self.faces = ToyFaces(task, normalized)
        self.select_on_test = False

    def train_labels(self) -> dict[Task, Tensor]:
        return {self.task: self.faces.columns[self.task]}

    def loader(self) -> DataLoader[dict[str, Tensor]]:
        return DataLoader(self.faces, batch_size=8)

    train_dataloader = val_dataloader = test_dataloader = predict_dataloader = loader
