"""Candidates for the target face, and how frontal, neutral, typical and sharp each one is."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd
import torch
from numpy.typing import NDArray
from torch import Tensor

from norface_pl.data.dataset import Pictures
from norface_pl.datamodules.base import FaceDataModule
from norface_pl.errors import NorfaceError
from norface_pl.faces.detect import FaceDetector
from norface_pl.faces.extract import faces_in_files, sample_names
from norface_pl.faces.pose import pose_from_landmarks
from norface_pl.inference.failures import Failure
from norface_pl.inference.redraw_folder import aligned_squares, with_faces
from norface_pl.io.walk import Walk
from norface_pl.labels import au_name, first_labels
from norface_pl.probes.linear import pooled
from norface_pl.probes.picture_readings import sharpness
from norface_pl.progress import track

# Lips part, jaw drop, mouth stretch, eyes closed.
OPEN = tuple(au_name(number) for number in (25, 26, 27, 43))


@dataclass(frozen=True)
class Candidates:
    """Aligned faces with what is known of them.

    Attributes:
        pictures: (N, S, S, 3) RGB uint8.
        person: (N,) who it is.
        known: measure -> (N,) values that labels or landmarks tell; less is better, NaN unknown.
    """

    names: Sequence[str]
    pictures: Pictures
    person: NDArray[np.int64]
    known: dict[str, NDArray[np.float64]]
    failures: Sequence[Failure] = field(default_factory=list)


def from_data(datamodule: FaceDataModule) -> Candidates:
    """Take the labelled training faces of a data set."""
    faces = datamodule.dataset("train")
    known: dict[str, NDArray[np.float64]] = {}
    if bool(faces.columns["pose"].any()):
        known["turned"] = faces.columns["pose"].double().norm(dim=1).numpy()
    names = datamodule.names_of(datamodule.tasks[0])
    known |= _told(first_labels(faces.columns), names)
    person = faces.columns["subject"].numpy()
    return Candidates(faces.keys, faces.pictures["image"], person, known)


def _told(label: Tensor, names: list[str]) -> dict[str, NDArray[np.float64]]:
    """What labels say of the expression, and of mouth and eyes."""
    if label.ndim == 1:
        if "neutral" not in names:
            return {}
        other = (label != names.index("neutral")).double()
        return {"expression": other.where(label >= 0, torch.nan).numpy()}
    told = {"expression": label.double().nanmean(1).numpy()}
    moved = [place for place, name in enumerate(names) if name in OPEN]
    if moved:
        told["open"] = label[:, moved].double().nanmean(1).numpy()
    return told


def from_images(images: Path, found: Walk, detector: FaceDetector | None, size: int) -> Candidates:
    """Take the largest face of every picture, or aligned pictures as they are.

    Raises:
        NorfaceError: no picture gave a face.
    """
    paths = found.files
    taken, crops, poses = [], [], []
    failures = list(found.closed)
    names = dict(zip(paths, sample_names(paths, images), strict=True))
    if detector is None:
        for path, aligned in with_faces(aligned_squares(paths, size), failures):
            taken.append(names[path])
            crops.append(aligned)
    else:
        for file in track(faces_in_files(paths, detector, size), "detecting", len(paths)):
            failures += [(file.path, reason) for reason in file.failures]
            for face, crop in file.faces[:1]:
                taken.append(names[file.path])
                crops.append(crop)
                poses.append(pose_from_landmarks(face.landmarks[None])[0])
    if not crops:
        path, reason = failures[len(found.closed)]
        raise NorfaceError(
            f"none of the {len(paths)} pictures of {images} gave a face; the first, {path.name}: "
            f"{reason}"
        )
    known = {"turned": np.linalg.norm(np.array(poses, float), axis=1)} if poses else {}
    return Candidates(taken, np.stack(crops), np.arange(len(crops)), known, failures)


def measure(faces: Candidates) -> pd.DataFrame:
    """Measure every face; a row each, less is better in all measures.

    Returns:
        Columns ``name``, ``person`` and, as far as they are known: ``turned``, degrees from
        frontal; ``expression``, mean label, or 0 and 1 for neutral and other; without such labels
        ``moved``, distance to the person's mean face; ``open``, mean label of open mouth and
        closed eyes; ``atypical``, distance of the person's mean face from that of all people;
        ``blur``, negative logarithm of the variance of the Laplacian.
    """
    features, blur = [], []
    for part in track(np.arange(len(faces.names)), "measuring"):
        picture = torch.from_numpy(np.ascontiguousarray(faces.pictures[[int(part)]]))
        image = picture.permute(0, 3, 1, 2).float() / 255
        features.append(pooled(image))
        blur.append(-float(sharpness(image).clamp_min(1e-8).log()))
    pixels = torch.cat(features).double()
    people, owner = np.unique(faces.person, return_inverse=True)
    means = torch.stack([pixels[owner == number].mean(0) for number in range(len(people))])
    table = pd.DataFrame({"name": list(faces.names), "person": faces.person} | faces.known)
    if "expression" not in table:
        table["moved"] = (pixels - means[owner]).square().mean(1).sqrt().numpy()
    table["atypical"] = (means - means.mean(0)).square().mean(1).sqrt().numpy()[owner]
    table["blur"] = blur
    return table
