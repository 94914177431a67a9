"""Linear probes: what can be read from pictures of faces of people that the probe never saw.

A low pixel error says nothing of a normalizer, and the eye misses what a classifier finds; these
probes measure what a picture still tells of the action units, the person and the head pose.
"""

from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass

import torch
from torch import Tensor
from torch.nn import functional as F

from norface_pl.types import FaceBatch

POOLED = 16


@dataclass
class ProbeFaces:
    """Pictures reduced to features, with what is known of them.

    Attributes:
        features: (N, D), see `pooled`.
        label: (N, L) occurrence or intensity with NaN where missing, or (N,) emotion classes
            with -1 where missing.
        subject: (N,) person.
        clip: (N,) recording.
        frame: (N,) number of the frame within the clip.
        pose: (N, 3) yaw, pitch, roll in degrees.
    """

    features: Tensor
    label: Tensor
    subject: Tensor
    clip: Tensor
    frame: Tensor
    pose: Tensor


def pooled(images: Tensor) -> Tensor:
    """Average pictures (B, 3, H, W) over a 16 x 16 grid, (B, 768)."""
    return F.adaptive_avg_pool2d(images.float(), POOLED).flatten(1)


def _standardized(fit: Tensor, seen: Tensor) -> tuple[Tensor, Tensor]:
    mean, spread = fit.mean(0), fit.std(0) + 1e-4
    return (fit - mean) / spread, (seen - mean) / spread


def _logistic(
    fit: Tensor, target: Tensor, seen: Tensor, classes: int, penalty: float = 1e-3
) -> Tensor:
    """Fit an L2-penalized logistic regression by L-BFGS and return the logits of ``seen``.

    ``target`` is (N, classes) of 0, 1 and NaN for independent labels, or (N,) class indices.
    """
    fit, seen = _standardized(fit, seen)
    weight = torch.zeros(fit.shape[1], classes, requires_grad=True)
    bias = torch.zeros(classes, requires_grad=True)
    optimizer = torch.optim.LBFGS([weight, bias], max_iter=100, line_search_fn="strong_wolfe")

    def closure() -> Tensor:
        optimizer.zero_grad()
        logits = fit @ weight + bias
        if target.ndim == 2:
            known = ~target.isnan()
            loss = F.binary_cross_entropy_with_logits(logits[known], target[known])
        else:
            loss = F.cross_entropy(logits, target)
        loss = loss + penalty * weight.square().sum()
        loss.backward()
        return loss

    with torch.enable_grad():
        optimizer.step(closure)
    return (seen @ weight + bias).detach()


def au_probe(fit: ProbeFaces, seen: ProbeFaces) -> float:
    """Mean F1 over labels of a linear probe fitted on one set of people and applied to others.

    An intensity counts as present from 2 (DISFA's rule), a class is its own label.
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
    positive = _logistic(fit.features, target, seen.features, target.shape[1]) > 0
    known = ~truth.isnan()
    present = truth == 1
    hits = (positive & present & known).sum(0)
    called = (positive & known).sum(0) + present.sum(0)
    return float((2 * hits / called.clamp_min(1)).mean())


def _one_hot(label: Tensor, classes: int) -> Tensor:
    return torch.where(
        label[:, None] < 0, torch.nan, F.one_hot(label.clamp_min(0), classes).float()
    )


def identity_probe(seen: ProbeFaces) -> float:
    """Accuracy with which a linear probe recognizes people in frames it was not fitted on.

    It is fitted on the first half of every clip and applied to the second, where expression and
    pose have changed and person, background and light have not. Chance is 1 / people.
    """
    people, subject = seen.subject.unique(return_inverse=True)
    fit = torch.zeros(len(subject), dtype=torch.bool)
    for clip in seen.clip.unique():
        frames = torch.nonzero(seen.clip == clip).flatten()
        early = seen.frame[frames].argsort()[: (len(frames) + 1) // 2]
        fit[frames[early]] = True
    logits = _logistic(seen.features[fit], subject[fit], seen.features[~fit], len(people))
    return float((logits.argmax(1) == subject[~fit]).float().mean())


def pose_probe(fit: ProbeFaces, seen: ProbeFaces, penalty: float = 10.0) -> float:
    """Mean R2 of yaw, pitch and roll read by ridge regression, fitted on other people."""
    features, other = _standardized(fit.features, seen.features)
    mean = fit.pose.mean(0)
    gram = features.T @ features + penalty * torch.eye(features.shape[1])
    weight = torch.linalg.solve(gram, features.T @ (fit.pose - mean))
    residual = seen.pose - (other @ weight + mean)
    total = (seen.pose - seen.pose.mean(0)).square().sum(0)
    return float((1 - residual.square().sum(0) / total.clamp_min(1e-6)).mean())


class Probes:
    """Collects faces of two sets of people and reads them with every probe."""

    def __init__(self) -> None:
        self.faces: dict[str, tuple[list[ProbeFaces], list[ProbeFaces]]] = {}

    def add(self, batch: FaceBatch, pictures: Mapping[str, Tensor], seen: bool) -> None:
        """Add a batch.

        Args:
            batch: labels, subjects, clips and poses.
            pictures: name -> (B, 3, H, W), such as the original and the normalized faces.
            seen: whether these are the people to read, or those to fit the probes on.
        """
        known = [batch[n].cpu() for n in ("label", "subject", "clip", "frame", "pose")]
        for name, images in pictures.items():
            faces = ProbeFaces(pooled(images).cpu(), *known)
            self.faces.setdefault(name, ([], []))[int(seen)].append(faces)

    def compute(self) -> dict[str, float]:
        """Read all probes: ``au_probe/original`` and so on.

        ``spread`` is the standard deviation of the pictures over the faces: 0 when every face is
        drawn alike whatever the original, the known failure of a normalizer.
        """
        values: dict[str, float] = {}
        for name, (fit, seen) in self.faces.items():
            known, new = _join(fit), _join(seen)
            values[f"au_probe/{name}"] = au_probe(known, new)
            values[f"identity_probe/{name}"] = identity_probe(new)
            values[f"pose_probe/{name}"] = pose_probe(known, new)
            values[f"spread/{name}"] = float(new.features.std(0).mean())
        return values


def _join(parts: Sequence[ProbeFaces]) -> ProbeFaces:
    return ProbeFaces(*(torch.cat(list(c)) for c in zip(*map(astuple, parts), strict=True)))
