"""Photographed people, a neutral and a smiling picture of each, and what is read from them."""

from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import torch
from torch import Tensor
from torchmetrics.functional.classification import binary_auroc

from norface_pl.data.prepared import PreparedFaces
from norface_pl.errors import NorfaceError
from norface_pl.io.files import make_folder
from norface_pl.probes.linear import logistic
from norface_pl.probes.picture_readings import picture_features
from norface_pl.probes.probe import spread

FOLDERS = ("neutral", "smiling")
FOLDS = 5
# Few people and 768 numbers: far stronger than that of probes on thousands of faces.
PENALTY = 0.1


@dataclass(frozen=True)
class Pairs:
    """Photographs of unseen people, a neutral and a smiling one of each.

    Attributes:
        images: (N, 3, S, S) uint8.
        person: (N,) who it is.
        smiling: (N,) bool.
    """

    images: Tensor
    person: Tensor
    smiling: Tensor


def paired(root: Path) -> list[str]:
    """Return the file names of all people with a picture in neutral/ and in smiling/.

    Raises:
        NorfaceError: less than four people.
    """
    names = [{file.name for file in (root / folder).glob("*.jpg")} for folder in FOLDERS]
    people = sorted(names[0] & names[1])
    if len(people) < 4:
        raise NorfaceError(
            f"{root} has {len(people)} people with a picture in neutral/ and in smiling/; give the "
            "folder of the London set"
        )
    return people


def write_table(root: Path, path: Path) -> int:
    """Write the table for `norface prepare folder` of people with both pictures; return how many.

    Every other person is of part "train", the others of part "test".

    Raises:
        NorfaceError: less than four people.
    """
    people = paired(root)
    rows = [
        (f"{folder}/{name}", Path(name).stem, Path(name).stem, frame, ("train", "test")[index % 2])
        for index, name in enumerate(people)
        for frame, folder in enumerate(FOLDERS)
    ]
    make_folder(path.parent)
    columns = ["path", "subject", "sequence", "frame", "part"]
    pd.DataFrame(rows, columns=columns).to_csv(path, index=False)
    return len(people)


def load_pairs(prepared: Path, part: str, size: int) -> Pairs:
    """Read the people of a part whose faces were found in both pictures."""
    faces = PreparedFaces.open(prepared, "folder")
    rows = faces.manifest[faces.manifest["part"] == part]
    rows = rows[rows.groupby("subject")["frame"].transform("nunique") == 2]
    places = faces.manifest.index.get_indexer(rows.index)
    pictures = faces.pictures(places, size)[list(range(len(places)))]
    return Pairs(
        torch.from_numpy(pictures).permute(0, 3, 1, 2),
        torch.from_numpy(pd.factorize(rows["subject"])[0]),
        torch.from_numpy(rows["frame"].to_numpy() == 1),
    )


def smile_auc(features: Tensor, pairs: Pairs) -> float:
    """Return how well "smiling" is read from unseen people: AUC of a cross-validated probe."""
    seen, truth = torch.zeros(len(features)), pairs.smiling
    for fold in range(FOLDS):
        out = pairs.person % FOLDS == fold
        label = truth[~out, None].float()
        seen[out] = logistic(features[~out], label, features[out], 1, PENALTY)[:, 0]
    return float(binary_auroc(seen, truth.long()))


def identity(features: Tensor, pairs: Pairs) -> float:
    """Return the accuracy with which smiling people are recognized by their neutral picture."""
    fit, people = ~pairs.smiling, int(pairs.person.max()) + 1
    read = logistic(features[fit], pairs.person[fit], features[~fit], people, PENALTY)
    return float((read.argmax(1) == pairs.person[~fit]).float().mean())


def read(images: Tensor, pairs: Pairs) -> dict[str, float]:
    """Return what probes read from pictures (N, 3, S, S) uint8 of the pairs."""
    features = picture_features(images)
    return {
        "smile_auc": smile_auc(features, pairs),
        "identity": identity(features, pairs),
        "spread": spread(features),
    }
