"""Action units of photographs with nothing fitted: against smiles and against emotions."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from experiments.photo_faces import EMOTIONS, auc
from experiments.photograph_pairs import FOLDERS, Pairs, paired
from norface_pl.classifier import ClassifierModule
from norface_pl.faces.detect import FaceDetector
from norface_pl.faces.extract import faces_in_files
from norface_pl.labels import au_name

# Beginnings of the Face Landmarker's channels that show an action unit.
CHANNELS = {
    **{1: "browInnerUp", 2: "browOuterUp", 4: "browDown", 5: "eyeWide"},
    **{12: "mouthSmile", 15: "mouthFrown", 26: "jawOpen"},
}
# Action units of emotions (Ekman and Friesen).
PROTOTYPES = {"happiness": (12,), "surprise": (1, 2, 5, 26), "anger": (4,), "sadness": (15,)}
Units = Mapping[int, Tensor]
"""Action unit -> (N,) how strongly somebody sees it."""


def units_of_teacher(logits: Tensor, channels: Sequence[str]) -> dict[int, Tensor]:
    """Return action units as the channels of a teacher tell them, from logits (N, C)."""
    return {
        number: logits[:, [name.startswith(start) for name in channels]].mean(1)
        for number, start in CHANNELS.items()
    }


@torch.inference_mode()
def units_of_classifier(
    classifier: ClassifierModule, original: Tensor, drawn: Tensor
) -> dict[int, Tensor]:
    """Return those that a classifier tells, from pictures (N, 3, S, S) uint8."""
    parts = zip(original.split(64), drawn.split(64), strict=True)
    values = torch.cat([classifier.predict(a.float() / 255, b.float() / 255) for a, b in parts])
    # Occurrence is the first of several tasks.
    names = classifier.labels.get("au_detection", ())
    places = {name: place for place, name in enumerate(names)}
    known = [number for number in CHANNELS if au_name(number) in places]
    return {number: values[:, places[au_name(number)]] for number in known}


def by_prototype(units: Units, emotion: Tensor) -> dict[str, float]:
    """Return how well action units tell faces of their emotion from those of all others (AUC).

    Args:
        units: of N faces.
        emotion: (N,) place in `EMOTIONS`; faces with -1 are left out.
    """
    known = emotion >= 0
    return {
        f"{name}, {au_name(x)}": auc(units[x][known], emotion[known] == EMOTIONS.index(name))
        for name, numbers in PROTOTYPES.items()
        for x in numbers
        if x in units
    }


def london(root: Path, detector: FaceDetector, size: int) -> Pairs:
    """Align people with a neutral and a smiling picture, as `norface analyze` does.

    Persons are numbered by file names; those without a face in one of the pictures are left out.

    Raises:
        NorfaceError: less than four people in the folder.
    """
    files = [root / folder / name for name in paired(root) for folder in FOLDERS]
    crops = [[crop for _, crop in file.faces] for file in faces_in_files(files, detector, size)]
    both = enumerate(zip(crops[::2], crops[1::2], strict=True))
    whole = {place: one + other for place, (one, other) in both if one and other}
    images = torch.from_numpy(np.stack([crop for pair in whole.values() for crop in pair]))
    return Pairs(
        images.permute(0, 3, 1, 2).contiguous(),
        torch.tensor(list(whole)).repeat_interleave(2),
        torch.arange(2 * len(whole)) % 2 == FOLDERS.index("smiling"),
    )


def smile_auc(units: Units, pairs: Pairs) -> dict[str, float]:
    """Return how well AU12 tells smiling from neutral pictures: of everybody, and of the test part.

    The test part is that of `photograph_pairs`: every other person, from the second on.
    """
    test = pairs.person % 2 == 1
    return {
        "everybody": auc(units[12], pairs.smiling),
        "test": auc(units[12][test], pairs.smiling[test]),
    }
