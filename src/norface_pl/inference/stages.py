"""The trained networks of both stages, loaded for commands that read pictures."""

from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from norface_pl.data.cache import CacheKey
from norface_pl.errors import NorfaceError
from norface_pl.inference.onnx_runtime import load_onnx
from norface_pl.inference.profile import Profile
from norface_pl.inference.trained import Trained, load_exported, load_trained, read_facts
from norface_pl.io.files import sha256_file
from norface_pl.io.images import Picture
from norface_pl.io.stamp import stamp
from norface_pl.io.tensors import to_batch, to_pictures
from norface_pl.normalizer import NormalizerModule
from norface_pl.precision import autocast
from norface_pl.types import Task


class Normalizer(Protocol):
    """Stage 1, whatever runs it."""

    image_size: int

    @property
    def target(self) -> Tensor:
        """The target face (3, H, W) in [0, 1]; a NorfaceError where a graph hides it."""
        ...

    def set_target(self, face: Tensor, /) -> None:
        """Redraw faces as another person from now on, (3, H, W); a NorfaceError of a graph."""
        ...

    def normalize(self, images: Tensor, /) -> Tensor:
        """Redraw aligned faces (B, 3, H, W) in [0, 1]; returns I_n of the same shape and range."""
        ...


class Classifier(Protocol):
    """Stage 2, whatever runs it."""

    labels: dict[Task, list[str]]
    label_names: list[str]

    @property
    def thresholds(self) -> Tensor:
        """Probabilities (L,) from which a label counts as present."""
        ...

    def predict(self, image: Tensor | None, normalized: Tensor | None, /) -> Tensor:
        """Return a column (B, L) for each of ``label_names``."""
        ...


def choose_device(name: str) -> torch.device:
    """Return the device of that name; ``auto`` is a GPU where there is one.

    Raises:
        NorfaceError: no such device here.
    """
    if name == "auto":
        name = "cuda" if torch.cuda.is_available() else "cpu"
    try:
        device = torch.device(name)
    except RuntimeError as error:
        raise NorfaceError(f"device {name!r} does not exist; use cpu, cuda or auto") from error
    if device.type == "cuda" and not torch.cuda.is_available():
        raise NorfaceError(f"device {name!r} was asked for, but this machine has no GPU; use cpu")
    return device


def cache_key(checkpoint: Path, normalizer: NormalizerModule, source: str) -> CacheKey:
    """Return what decides the pictures that a normalizer draws of a data set."""
    target = stamp({"pixels": normalizer.target.tolist()})
    return CacheKey(sha256_file(checkpoint), target, source)


@dataclass(frozen=True)
class Stages:
    """Both trained networks, ready to read aligned faces.

    Attributes:
        normalizer: stage 1.
        classifier: stage 2.
        device: of both.
        population: whom the classifier learned from, as its checkpoint calls them.
        runtime: what runs both.
    """

    normalizer: Normalizer
    classifier: Classifier
    device: torch.device
    population: str = ""
    runtime: str = f"torch {torch.__version__}"

    @classmethod
    def load(cls, normalizer: Path, classifier: Path, device: torch.device) -> "Stages":
        """Load two checkpoints that belong together.

        Raises:
            NorfaceError: not such a checkpoint, or the two were trained at different sizes.
        """
        return cls.of(load_trained(normalizer, classifier), device)

    @classmethod
    def load_exported(cls, folder: Path, device: torch.device) -> "Stages":
        """Load a folder that `norface export` wrote; graphs run on the CPU.

        Raises:
            NorfaceError: not such a folder, or one that was damaged.
        """
        facts = read_facts(folder)
        if facts["format"] != "onnx":
            return cls.of(load_exported(folder), device)
        people = facts["classifier"]["trained_on"]["population"]
        runtime = f"onnxruntime {version('onnxruntime')}"
        return cls(*load_onnx(folder, facts), torch.device("cpu"), people, runtime)

    @classmethod
    def of(cls, trained: Trained, device: torch.device) -> "Stages":
        """Put both stages on a device; torch runs them."""
        people = trained.facts["classifier"]["trained_on"]["population"]
        return cls(trained.normalizer.to(device), trained.classifier.to(device), device, people)

    @property
    def drawn(self) -> bool:
        """Whether the classifier learned from drawn faces."""
        return self.population.startswith("synthetic")

    @torch.inference_mode()
    def run(
        self, crops: Sequence[Picture], profile: Profile | None = None
    ) -> tuple[NDArray[np.uint8], NDArray[np.float32]]:
        """Return the redrawn faces (B, H, W, 3) and the values (B, L) of aligned faces.

        Args:
            crops: RGB uint8 (H, W, 3).
            profile: is told how long both stages take.
        """
        profile = profile or Profile()
        # Each stage ends with a copy to the CPU, so that a GPU's work is counted where it belongs.
        with autocast(self.device), profile.during("redraw", len(crops)):
            originals = to_batch(crops).to(self.device)
            redrawn = self.normalizer.normalize(originals)
            pictures = to_pictures(redrawn)
        with autocast(self.device), profile.during("read", len(crops)):
            values = self.classifier.predict(originals, redrawn).float().cpu().numpy()
        return pictures, values

    def of_target(self) -> NDArray[np.float32]:
        """Return the values (L,) of the target person's own face, which is at rest."""
        _, values = self.run(list(to_pictures(self.normalizer.target[None])))
        target: NDArray[np.float32] = values[0]
        return target
