"""A detector and two stages whose results can be told from the colour of a picture."""

import numpy as np
import torch

from norface_pl.analysis.analyzer import Analyzer
from norface_pl.analysis.choice import Choice
from norface_pl.faces.align import AU_CROP
from norface_pl.faces.detect import Face
from norface_pl.inference.stages import Stages
from norface_pl.io.images import Picture

SIZE = 16
TARGET = 0.1
"""How bright the target face is."""
NAMES = {"expression": ["neutral", "anger"], "valence_arousal": ["valence", "arousal"]}


class FakeDetector:
    """Finds one face wherever a picture is not black, two where it is red."""

    def detect(self, image: Picture) -> list[Face]:
        if not image.any():
            return []
        corners = [(0, 0)] if image[..., 1:].any() else [(0, 0), (16, 16)]
        return [
            Face(np.array([x, y, x + 16, y + 16]), 0.9, AU_CROP * 16 + [x - 0.5, y - 0.5])
            for x, y in corners
        ]


class FakeNormalizer(torch.nn.Module):
    image_size = SIZE
    hparams = ()

    def __init__(self) -> None:
        super().__init__()
        self.target = torch.full((3, SIZE, SIZE), TARGET)

    def normalize(self, images: torch.Tensor) -> torch.Tensor:
        return 1 - images


class FakeClassifier(torch.nn.Module):
    image_size = SIZE
    hparams = ()

    def __init__(self, task: str = "au_detection") -> None:
        super().__init__()
        names = NAMES.get(task, ["AU1", "AU12"])
        self.labels, self.label_names = {task: names}, names
        self.thresholds = torch.full((2,), 0.5)

    def predict(self, image: torch.Tensor, normalized: torch.Tensor) -> torch.Tensor:
        return torch.stack([image.mean(dim=(1, 2, 3)), normalized.mean(dim=(1, 2, 3))], dim=1)


def fake_analyzer(population: str = "lfw", task: str = "au_detection", **choice) -> Analyzer:
    """An analyzer of the fakes."""
    classifier = FakeClassifier(task)
    stages = Stages(FakeNormalizer(), classifier, torch.device("cpu"), population)
    return Analyzer(stages, FakeDetector(), Choice(**choice))
