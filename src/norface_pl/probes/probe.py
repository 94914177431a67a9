"""Linear probes: what can be read from pictures of faces of people that the probe never saw.

A low pixel error says nothing of a normalizer, and the eye misses what a classifier finds; these
probes measure what a picture still tells of the action units and the person. They are cheap
enough for every validation of stage 1; `norface probe` reads more, and more thoroughly.
"""

from collections.abc import Sequence
from dataclasses import astuple, dataclass

import torch
from torch import Tensor
from torch.nn import functional as F

from norface_pl.labels import first_labels
from norface_pl.metrics.face import face_metrics
from norface_pl.probes.linear import logistic, pooled
from norface_pl.types import FaceBatch


@dataclass
class ProbeFaces:
    """Pictures reduced to features, with what is known of them.

    Attributes:
        features: (N, D), see `pooled`.
        label: (N, L) occurrence or intensity with NaN where missing, or (N,) emotion classes
            with -1 where missing.
        subject, clip, frame: (N,) person, recording, and number of the frame within it.
    """

    features: Tensor
    label: Tensor
    subject: Tensor
    clip: Tensor
    frame: Tensor


def au_probe(fit: ProbeFaces, seen: ProbeFaces) -> float:
    """Mean F1 over labels of a linear probe fitted on one set of people and applied to others.

    Labels that are missing in all of the others are not in the mean. An intensity counts as
    present from 2 (DISFA's rule), a class is its own label.
    """
    fit_label, seen_label = fit.label, seen.label
    if fit_label.ndim == 1:
        classes = int(max(fit_label.max(), seen_label.max())) + 1
        fit_label, seen_label = (_one_hot(label, classes) for label in (fit_label, seen_label))
    threshold = 2.0 if bool((fit_label > 1).any()) else 0.5
    target, truth = (
        torch.where(label.isnan(), torch.nan, (label >= threshold).float())
        for label in (fit_label, seen_label)
    )
    positive = logistic(fit.features, target, seen.features, target.shape[1]) > 0
    f1 = face_metrics("au_detection", [str(label) for label in range(truth.shape[1])])
    f1.update(positive, truth)
    return float(f1.compute()["f1"])


def _one_hot(label: Tensor, classes: int) -> Tensor:
    classes_of = F.one_hot(label.clamp_min(0), classes).float()
    return torch.where(label[:, None] < 0, torch.nan, classes_of)


def early_frames(clip: Tensor, frame: Tensor) -> Tensor:
    """Tell the first half of every clip, (N,) bool: what an identity probe is fitted on.

    It is applied to the second half, where expression and pose have changed and person, background
    and light have not.
    """
    early = torch.zeros(len(clip), dtype=torch.bool)
    for one in clip.unique():
        frames = torch.nonzero(clip == one).flatten()
        early[frames[frame[frames].argsort()[: (len(frames) + 1) // 2]]] = True
    return early


def identity_probe(seen: ProbeFaces) -> float:
    """Accuracy with which a linear probe recognizes people in frames it was not fitted on.

    See `early_frames`. Chance is 1 / people.
    """
    people, subject = seen.subject.unique(return_inverse=True)
    fit = early_frames(seen.clip, seen.frame)
    logits = logistic(seen.features[fit], subject[fit], seen.features[~fit], len(people))
    return float((logits.argmax(1) == subject[~fit]).float().mean())


def spread(features: Tensor) -> float:
    """Return the standard deviation of pictures or features (N, ...) over the faces, averaged.

    0 when every face is drawn alike whatever the original, the known failure of a normalizer.
    """
    return float(features.float().std(0).mean())


class Probes:
    """Collects faces of two sets of people and reads them with every probe."""

    def __init__(self) -> None:
        self.faces: dict[str, tuple[list[ProbeFaces], list[ProbeFaces]]] = {}

    def add(self, batch: FaceBatch, redrawn: Tensor, seen: bool) -> None:
        """Add a batch: its originals, its redrawn faces and, if it has them, its oracles.

        Args:
            batch: pictures, labels, subjects, clips and frames.
            redrawn: the normalized faces (B, 3, H, W).
            seen: whether these are the people to read, or those to fit the probes on.
        """
        pictures = {"original": batch["image"], "normalized": redrawn}
        if "oracle" in batch:
            pictures["oracle"] = batch["oracle"]
        known = [first_labels(batch).cpu()]
        known += [batch["subject"].cpu(), batch["clip"].cpu(), batch["frame"].cpu()]
        for name, images in pictures.items():
            faces = ProbeFaces(pooled(images).cpu(), *known)
            self.faces.setdefault(name, ([], []))[int(seen)].append(faces)

    def compute(self) -> dict[str, float]:
        """Read all probes: ``au_probe/original`` and so on, and the ``spread``."""
        values: dict[str, float] = {}
        for name, (fit, seen) in self.faces.items():
            known, new = _join(fit), _join(seen)
            values[f"au_probe/{name}"] = au_probe(known, new)
            values[f"identity_probe/{name}"] = identity_probe(new)
            values[f"spread/{name}"] = spread(new.features)
        return values


def _join(parts: Sequence[ProbeFaces]) -> ProbeFaces:
    return ProbeFaces(*(torch.cat(list(c)) for c in zip(*map(astuple, parts), strict=True)))
