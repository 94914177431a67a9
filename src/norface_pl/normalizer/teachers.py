"""Trains the frozen judges of stage 1 on training people when no weight file is given."""

from collections.abc import Callable
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from norface_pl.errors import NorfaceError
from norface_pl.labels import first_labels
from norface_pl.nn.augment import Augmentation, FaceAugment
from norface_pl.normalizer.options import Kind
from norface_pl.normalizer.teacher_networks import Teacher
from norface_pl.progress import track
from norface_pl.types import Compute, FaceTable

BATCH = 64


def teacher_targets(kind: Kind, faces: FaceTable) -> Tensor:
    """Return what a teacher learns of all faces of a data set.

    Person index (N,); angles / 20 (N, 3); labels as (N, L) probabilities with NaN where missing,
    intensities being scaled to [0, 1], or emotion classes (N,) with -1 where missing.
    """
    if kind == "identity":
        person: Tensor = faces.columns["subject"].unique(return_inverse=True)[1]
        return person
    if kind == "pose":
        return faces.columns["pose"] / 20
    label = first_labels(faces.columns)
    # Decided for the whole data set: a single batch of intensities may hold none above 1.
    return label / 5 if label.ndim == 2 and bool((label > 1).any()) else label


def teacher_loss(kind: Kind, outputs: Tensor, target: Tensor) -> Tensor:
    """Return the loss of a teacher's outputs (B, O); missing labels do not count."""
    outputs = outputs.float()
    if kind == "pose":
        return F.l1_loss(outputs, target)
    if target.ndim == 1:
        return F.cross_entropy(outputs, target, ignore_index=-1)
    known = ~target.isnan()
    return F.binary_cross_entropy_with_logits(outputs[known], target[known])


def make_teacher(kind: Kind, outputs: int, weights: Path | None) -> Teacher:
    """Build a teacher, with the weights of a file that `train_teacher`'s users saved, if given."""
    teacher = Teacher(outputs)
    if weights is not None:
        try:
            teacher.load_state_dict(torch.load(weights, map_location="cpu", weights_only=True))
        except Exception as error:
            raise NorfaceError(
                f"{weights} does not hold the weights of an {kind} teacher with {outputs} "
                f"outputs: give another file or leave it out to have it trained."
            ) from error
    return teacher


def pictures(faces: FaceTable, places: Tensor, device: torch.device) -> Tensor:
    """Return some faces (B, 3, H, W) in [0, 1] on a device."""
    return faces.__getitems__(places.tolist())["image"].to(device).float() / 255


def fit(
    network: nn.Module, loss: Callable[[], Tensor], steps: int, title: str, whole: bool = False
) -> None:
    """Train a network in place with AdamW and a cosine schedule, then freeze it.

    Args:
        network: on the device where it is trained.
        loss: of a batch that it draws itself.
        steps: number of batches.
        title: of the work.
        whole: see `track`.
    """
    network.train().requires_grad_(True)
    optimizer = torch.optim.AdamW(network.parameters(), lr=2e-3, weight_decay=0.05)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 2e-3, total_steps=steps)
    for _ in track(range(steps), description=title, whole=whole):
        value = loss()
        optimizer.zero_grad()
        value.backward()
        optimizer.step()
        schedule.step()
    network.eval().requires_grad_(False)


def train_teacher(
    kind: Kind,
    teacher: Teacher,
    faces: FaceTable,
    steps: int,
    compute: Compute,
    seed: int,
) -> None:
    """Train a teacher on pictures relit and moved at random.

    Args:
        kind: what it learns.
        teacher: trained in place.
        faces: training people only.
        steps: batches of 64 faces.
        compute: where and how.
        seed: of the draw of batches.
    """
    target = teacher_targets(kind, faces)
    # A mirrored face is another pose.
    augment = FaceAugment(Augmentation(flip=0.0 if kind == "pose" else 0.5))
    random = torch.Generator().manual_seed(seed)

    def loss() -> Tensor:
        chosen = torch.randint(len(faces), (BATCH,), generator=random)
        (images,) = augment(pictures(faces, chosen, compute.device))
        with compute.precision():
            outputs = teacher(images).outputs
        return teacher_loss(kind, outputs, target[chosen].to(compute.device))

    fit(teacher.to(compute.device), loss, steps, f"{kind} teacher")
