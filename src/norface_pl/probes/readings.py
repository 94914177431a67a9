"""What probes read from pictures of faces: labels, person, head pose and background."""

from collections.abc import Callable, Mapping

import torch
from torch import Tensor
from torch.nn import functional as F

from norface_pl.metrics.face import face_metrics
from norface_pl.nn.losses import expression_loss, intensity_loss, occurrence_loss
from norface_pl.probes.conv import ConvTraining, fit_conv, read_conv
from norface_pl.probes.faces import Faces
from norface_pl.probes.linear import explained, logistic, ridge
from norface_pl.probes.picture_readings import Readings, picture_features
from norface_pl.probes.probe import early_frames
from norface_pl.types import Task

METRICS: dict[Task, tuple[str, ...]] = {
    "au_detection": ("f1", "auc"),
    "au_intensity": ("icc",),
    "expression": ("accuracy",),
    "valence_arousal": ("ccc",),
}
LOSSES: dict[Task, Callable[[Tensor, Tensor], Tensor]] = {
    "au_detection": occurrence_loss,
    "au_intensity": intensity_loss,
    "expression": expression_loss,
    "valence_arousal": intensity_loss,
}
RANGES: dict[Task, tuple[float, float]] = {"au_intensity": (0, 5), "valence_arousal": (-1, 1)}
"""Of the tasks whose labels are numbers."""
# Of yaw, pitch and roll in a mirrored picture.
MIRRORED = (-1.0, 1.0, -1.0)


def read_labels(
    name: str, task: Task, label_names: list[str], fit: Faces, seen: Faces, training: ConvTraining
) -> Readings:
    """Read labels of unseen people with a linear and, if it has steps, a convolutional probe."""
    known, truth = fit.labels[task], seen.labels[task]
    size = len(label_names)
    first, other = (picture_features(faces.pictures[name]) for faces in (fit, seen))
    rated = task in RANGES
    linear = ridge(first, known, other) if rated else logistic(first, known, other, size)
    read = {"linear": linear}
    if training.steps:
        network = fit_conv(fit.pictures[name], known, size, LOSSES[task], training)
        read["conv"] = read_conv(network, seen.pictures[name])
    values: Readings = {}
    for probe, outputs in read.items():
        metrics = face_metrics(task, label_names)
        metrics.update(_predictions(task, outputs), truth)
        found = metrics.compute()
        values |= {f"{metric}/{probe}": float(found[metric]) for metric in METRICS[task]}
    return values


def _predictions(task: Task, outputs: Tensor) -> Tensor:
    if task in RANGES:
        return outputs.clamp(*RANGES[task])
    return outputs.sigmoid() if task == "au_detection" else outputs.softmax(1)


def read_identity(name: str, seen: Faces, training: ConvTraining) -> Readings:
    """Recognize people in the second half of their clips after seeing the first half."""
    early = early_frames(seen.clip, seen.frame)
    people, subject = seen.subject.unique(return_inverse=True)
    if bool(early.all()) or len(people) < 2:
        return {}
    images = seen.pictures[name]
    features = picture_features(images)
    read = {"linear": logistic(features[early], subject[early], features[~early], len(people))}
    if training.steps:
        network = fit_conv(images[early], subject[early], len(people), F.cross_entropy, training)
        read["conv"] = read_conv(network, images[~early])
    truth = subject[~early]
    right = {probe: logits.argmax(1) == truth for probe, logits in read.items()}
    return {f"identity/{probe}": float(hits.float().mean()) for probe, hits in right.items()}


def read_pose(name: str, fit: Faces, seen: Faces, training: ConvTraining) -> Readings:
    """R2 of yaw, pitch and roll, read by a convolutional probe from people it never saw."""
    if not training.steps or not bool(fit.pose.std(0).gt(1e-3).all()):
        return {}
    mirrored = fit.pose * fit.pose.new_tensor(MIRRORED)
    value = _regress(fit.pictures[name], fit.pose, mirrored, seen.pictures[name], training, True)
    shares = explained(value, seen.pose)
    values = dict(zip(("pose/yaw", "pose/pitch", "pose/roll"), shares.tolist(), strict=True))
    return {"pose": float(shares.nanmean()), **values}


def read_background(name: str, fit: Faces, seen: Faces, training: ConvTraining) -> Readings:
    """R2 of the original's mean colour outside of the face, read from people never seen."""
    first, other = (picture_features(faces.pictures[name]) for faces in (fit, seen))
    read = {"linear": ridge(first, fit.background, other)}
    if training.steps:
        read["conv"] = _regress(
            fit.pictures[name], fit.background, fit.background, seen.pictures[name], training, False
        )
    shares = {probe: explained(value, seen.background) for probe, value in read.items()}
    return {f"background/{probe}": float(share.nanmean()) for probe, share in shares.items()}


def _regress(
    fit: Tensor,
    target: Tensor,
    mirrored: Tensor,
    seen: Tensor,
    training: ConvTraining,
    relight: bool,
) -> Tensor:
    mean, scale = target.mean(0), target.std(0) + 1e-6
    wanted, turned = (target - mean) / scale, (mirrored - mean) / scale
    network = fit_conv(fit, wanted, target.shape[1], F.mse_loss, training, turned, relight)
    return read_conv(network, seen) * scale + mean


def chance(seen: Faces, names: Mapping[Task, list[str]]) -> Readings:
    """What probes reach that know nothing: the share of the people, of a class, of positives."""
    values: Readings = {"identity": 1 / seen.people, "pose": 0.0, "background": 0.0}
    for task in names:
        label = seen.labels[task]
        if task == "expression":
            count = torch.bincount(label[label >= 0]).float()
            values["accuracy"] = float(count.max() / count.sum())
        elif task == "au_detection":
            # F1 of a probe that always says yes.
            share = label.nanmean(0)
            values |= {"f1": float((2 * share / (1 + share)).nanmean()), "auc": 0.5}
        else:
            values["icc"] = 0.0
    return values
