"""The trained networks of both stages, loaded for commands that read pictures."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from norface_pl.classifier import ClassifierModule
from norface_pl.data.cache import CacheKey
from norface_pl.errors import NorfaceError
from norface_pl.face_module import load_module, trained_on
from norface_pl.inference.profile import Profile
from norface_pl.inference.shipped import check_sizes, load_exported
from norface_pl.io.files import sha256_file
from norface_pl.io.images import Picture
from norface_pl.io.stamp import stamp
from norface_pl.io.tensors import to_batch, to_pictures
from norface_pl.normalizer import NormalizerModule
from norface_pl.precision import autocast


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
    """

    normalizer: NormalizerModule
    classifier: ClassifierModule
    device: torch.device
    population: str = ""

    @classmethod
    def load(cls, normalizer: Path, classifier: Path, device: torch.device) -> "Stages":
        """Load two checkpoints that belong together.

        Raises:
            NorfaceError: not such a checkpoint, or the two were trained at different sizes.
        """
        first = load_module(NormalizerModule, normalizer).to(device)
        second = load_module(ClassifierModule, classifier).to(device)
        check_sizes(first, second, normalizer, classifier)
        people = trained_on(classifier) or {"population": ""}
        return cls(first, second, device, people["population"])

    @classmethod
    def load_exported(cls, folder: Path, device: torch.device) -> "Stages":
        """Load a folder that `norface export` wrote.

        Raises:
            NorfaceError: not such a folder, or one that was damaged.
        """
        first, second, population = load_exported(folder)
        return cls(first.to(device), second.to(device), device, population)

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
        target: NDArray[np.float32] = self.run(list(to_pictures(self.normalizer.target[None])))[1][
            0
        ]
        return target
