"""Self-training: a network that reads codes gives the people without labels new pseudo-labels.

It takes the noise of the comparison teacher's labels for what it is, since that differs from
clip to clip; its own labels are nearer to the truth, and the mean of both is nearest. Ours; the
idea is that of noisy students (Xie et al., CVPR 2020).
"""

from typing import Any

import torch
from torch import Tensor, nn

from norface_pl.labels import first_labels
from norface_pl.normalizer.comparison import amounts
from norface_pl.normalizer.generator import PictureReader
from norface_pl.normalizer.invariance import above_baseline, standardize
from norface_pl.normalizer.teachers import pictures
from norface_pl.probes.linear import ridge
from norface_pl.progress import track
from norface_pl.types import Compute, FaceData, FaceTable

FACES = 256
PENALTY = 0.1


class PseudoLabels:
    """What the people without labels show, by the place of a face in its split.

    The comparison teacher gives the first labels. They are the module's own: no data set holds
    them, and batches find theirs by ``index``.

    Attributes:
        seen: by the comparison teacher, (N, L); None before `start`.
        current: the labels that are learned now, (N, L).
        epoch: in which they were found; 0 for those of the teacher.
    """

    def __init__(self) -> None:
        self.seen: Tensor | None = None
        self.current: Tensor | None = None
        self.epoch = 0

    def start(self, seen: Tensor, device: torch.device) -> None:
        """Take the comparison teacher's labels; a training that goes on keeps its own."""
        self.seen = seen
        self.current = (seen if self.current is None else self.current).to(device)

    def of(self, index: Tensor) -> Tensor:
        """Return the labels (B, L) of the faces at some places (B,)."""
        assert self.current is not None
        return self.current[index.to(self.current.device)]

    def renew(self, epoch: int, labels: Tensor) -> None:
        """Take new labels (N, L), found at the start of an epoch."""
        assert self.current is not None
        self.current, self.epoch = labels.to(self.current.device), epoch

    def content(self) -> dict[str, object]:
        """Return what a checkpoint keeps: the labels, where they are no longer the teacher's."""
        return {"epoch": self.epoch, "labels": self.current} if self.epoch else {}

    def restore(self, content: dict[str, Any]) -> None:
        """Take up what a checkpoint kept."""
        if content:
            self.epoch, self.current = content["epoch"], content["labels"]


def relabel(
    reader: PictureReader, judge: nn.Module, data: FaceData, seen: Tensor, compute: Compute
) -> Tensor:
    """Return new values of every frame beyond its clip at rest, (N, L) of variance 1.

    The mean of three: what the comparison teacher saw, what the reader tells, and what a ridge
    regression on the reader's features tells that was fitted on the labelled people. As all of
    them are counted from the low end of their clip, what people look like drops out.

    Args:
        reader: as it is trained so far.
        judge: from codes to what ``seen`` holds.
        data: the frames of its unlabelled people are labelled; training people teach the ridge.
        seen: by the comparison teacher, (N, L).
        compute: where and how.
    """
    labelled, faces = data.dataset("train"), data.dataset("unlabelled")
    known, _ = _read(reader, judge, labelled, compute)
    features, told = _read(reader, judge, faces, compute)
    label = amounts(first_labels(labelled.columns))
    clips, ours = labelled.columns["clip"], faces.columns["clip"]
    fitted = ridge(within(known, clips), within(label, clips), within(features, ours), PENALTY)
    parts = [seen, above_baseline(told, ours), above_baseline(fitted, ours)]
    return standardize(torch.stack(parts).mean(0))


def within(values: Tensor, clip: Tensor) -> Tensor:
    """Subtract from (N, C) the mean of the clip (N,) of every row; a missing value (NaN) gives 0.

    One label that a data set never has must not cost the faces of all others.
    """
    clips, place = clip.unique(return_inverse=True)
    known = ~values.isnan()
    nothing = values.new_zeros(len(clips), values.shape[1])
    total = nothing.index_add(0, place, values.nan_to_num())
    count = nothing.index_add(0, place, known.to(values)).clamp_min(1)
    return torch.where(known, values - (total / count)[place], 0.0)


@torch.no_grad()
def _read(
    reader: PictureReader, judge: nn.Module, faces: FaceTable, compute: Compute
) -> tuple[Tensor, Tensor]:
    """Return the features (N, D) of faces, and what the judge makes of their codes (N, L)."""
    features, told = [], []
    batches = torch.arange(len(faces)).split(FACES)
    for places in track(batches, description="labelling anew"):
        images = pictures(faces, places, compute.device)
        with compute.precision():
            seen = reader.describe(images)
            judged = judge(reader.read(seen))
        features.append(seen.float().cpu())
        told.append(judged.float().cpu())
    return torch.cat(features), torch.cat(told)
