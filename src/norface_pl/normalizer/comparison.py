"""Trains the comparison teacher on labelled clips and lets it label the changes in others."""

import torch
from torch import Tensor
from torch.nn import functional as F

from norface_pl.io.stamp import stamp
from norface_pl.io.tensor_files import write_tensors
from norface_pl.labels import first_labels
from norface_pl.nn.augment import FaceAugment
from norface_pl.normalizer.invariance import above_baseline
from norface_pl.normalizer.teacher_networks import ComparisonTeacher
from norface_pl.normalizer.teachers import fit, pictures
from norface_pl.progress import part, track
from norface_pl.types import Compute, FaceData, FaceTable

PAIRS = 48
REFERENCES = 4

VERSION = 1
"""Of the teacher and its training; raise it when they change, so that kept results are not used."""


def amounts(label: Tensor) -> Tensor:
    """Return how much of every label a face shows, (N, L) in [0, 1], NaN where missing.

    Args:
        label: as `FaceBatch`, of a whole data set; emotion classes become one-hot.
    """
    if label.ndim == 2:
        # Decided for the whole data set: a single batch of intensities may hold none above 1.
        return label / (5 if bool((label > 1).any()) else 1)
    shown = F.one_hot(label.clamp_min(0)).float()
    return shown.where(label[:, None] >= 0, torch.nan)


def frames_by_clip(clip: Tensor) -> list[Tensor]:
    """Return the places of every clip's frames among (N,) clips."""
    order = clip.argsort(stable=True)
    counts = clip[order].unique_consecutive(return_counts=True)[1]
    return list(order.split(counts.tolist()))


def train_comparison(
    teacher: ComparisonTeacher, faces: FaceTable, steps: int, compute: Compute, seed: int
) -> None:
    """Train a comparison teacher on pairs of frames of the labelled clips.

    Args:
        teacher: trained in place.
        faces: training people only.
        steps: batches of 48 pairs.
        compute: where and how.
        seed: of the draw of pairs.
    """
    amount = amounts(first_labels(faces.columns))
    # Frames in the order of their clips: where each clip starts, and how long it is.
    clips = frames_by_clip(faces.columns["clip"])
    order = torch.cat(clips)
    length = torch.tensor([len(frames) for frames in clips])
    start = length.cumsum(0) - length
    owner = torch.arange(len(clips)).repeat_interleave(length)
    device, precision = compute
    # Both frames of a pair are moved alike and keep their light, else they cannot be compared.
    augmentation = FaceAugment()
    random = torch.Generator().manual_seed(seed)

    def loss() -> Tensor:
        place = torch.randint(len(order), (PAIRS,), generator=random)
        share = torch.rand(PAIRS, generator=random)
        other = start[owner[place]] + (share * length[owner[place]]).long()
        first, second = order[place], order[other]
        images = pictures(faces, torch.cat([first, second]), device)
        pair = augmentation.move([images[:PAIRS], images[PAIRS:]])
        pair = [image + 0.02 * torch.randn_like(image) for image in pair]
        with precision():
            seen = teacher(*pair).float()
        # Twice, so that the difference between absent and present weighs like a logit.
        wanted = 2 * (amount[first] - amount[second]).to(device)
        known = ~wanted.isnan()
        error = (seen - wanted.nan_to_num()).square() * known
        mean: Tensor = error.sum() / known.sum().clamp_min(1)
        return mean

    fit(teacher.to(device), loss, steps, "comparison teacher", whole=True)


@torch.no_grad()
def compare(teacher: ComparisonTeacher, faces: FaceTable, compute: Compute) -> Tensor:
    """Return by how much every frame exceeds the other frames of its clip, (N, L) on the CPU.

    Every frame is compared with up to 4 others of its clip, spread evenly.
    """
    clips = frames_by_clip(faces.columns["clip"])
    seen = []
    for frames in track(clips, description="comparing frames", whole=True):
        images = pictures(faces, frames, compute.device)
        count = min(REFERENCES, len(frames))
        shifts = [1 + index * len(frames) // count for index in range(count)]
        others = torch.cat([images.roll(shift, 0) for shift in shifts])
        with compute.precision():
            change = teacher(images.repeat(count, 1, 1, 1), others).float()
        seen.append(change.view(count, len(frames), -1).mean(0).cpu())
    ordered = torch.cat(seen)
    result = torch.empty_like(ordered)
    result[torch.cat(clips)] = ordered
    return result


def compared(data: FaceData, outputs: int, steps: int, compute: Compute) -> Tensor:
    """Return what a comparison teacher sees in every frame beyond its clip at rest, (N, L).

    The teacher depends on the seed of the training (`seed_everything`) and on nothing that was
    drawn from it before, and it takes nothing from it: a training that goes on finds the teacher
    it had, whether it is kept or trained again.

    Args:
        data: labelled training people teach; changes of the unlabelled people are told, and kept
            in ``cache_dir``.
        outputs: number of labels.
        steps: see `train_comparison`.
        compute: where and how.
    """
    labelled, faces, cache = data.dataset("train"), data.dataset("unlabelled"), data.cache_dir
    seed = torch.initial_seed() % 2**32
    facts = {
        "version": VERSION,
        "pictures": data.fingerprint(),
        "faces": [labelled.keys, faces.keys],
        "label": first_labels(labelled.columns).numpy().tobytes().hex(),
        "outputs": outputs,
        "steps": steps,
        "seed": seed,
    }
    kept = None if cache is None else cache / f"compared_{stamp(facts)[:16]}.pt"
    if kept is not None and kept.is_file():
        known: Tensor = torch.load(kept, weights_only=True)
        return known
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        teacher = ComparisonTeacher(outputs)
        with part("", 0.0, 0.75):
            train_comparison(teacher, labelled, steps, compute, seed)
        with part("", 0.75, 1.0):
            told = compare(teacher, faces, compute)
        seen = above_baseline(told, faces.columns["clip"])
    if kept is not None:
        write_tensors(kept, seen)
    return seen
