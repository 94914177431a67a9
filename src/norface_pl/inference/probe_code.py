"""What linear probes read from the code of a normalizer, with no picture redrawn.

A control: whatever they read was learned from the unlabelled people and their pseudo-labels.
"""

from pathlib import Path
from typing import Protocol

import torch
from torch import Tensor

from norface_pl.data.dataset import FaceDataset
from norface_pl.inference.probe_measure import load_tasks
from norface_pl.metrics.face import face_metrics
from norface_pl.probes.faces import Redrawer
from norface_pl.probes.linear import explained, logistic, ridge
from norface_pl.probes.probe import early_frames


class CodeReader(Redrawer, Protocol):
    """What is asked of a normalizer beside its pictures: the code that passes from a face."""

    def code(self, images: Tensor) -> Tensor:
        """Read the codes (B, C) of faces (B, 3, S, S) in [0, 1]."""
        ...


@torch.inference_mode()
def codes(module: CodeReader, faces: FaceDataset) -> Tensor:
    """Return what passes from each face, (N, C)."""
    parts = torch.arange(len(faces)).split(256)
    images = (faces.__getitems__(part.tolist())["image"].float() / 255 for part in parts)
    return torch.cat([module.code(part.to(module.target.device)) for part in images]).float().cpu()


def read_code(module: CodeReader, data: Path) -> dict[str, float]:
    """Read the code of unseen people with linear probes, as ``norface probe`` reads pictures."""
    tasks = load_tasks(data)
    found: dict[str, float] = {}
    for task, datamodule in tasks.items():
        fit, seen = (datamodule.dataset(split) for split in ("train", "test"))
        first, other = codes(module, fit), codes(module, seen)
        names, known = datamodule.names_of(task), fit.columns[task]
        metrics = face_metrics(task, names)
        if task == "au_intensity":
            metrics.update(ridge(first, known, other).clamp(0, 5), seen.columns[task])
            found["icc/linear"] = float(metrics.compute()["icc"])
        elif task == "au_detection":
            read = logistic(first, known, other, len(names)).sigmoid()
            metrics.update(read, seen.columns[task])
            values = metrics.compute()
            found |= {f"{name}/linear": float(values[name]) for name in ("f1", "auc")}
    early = early_frames(seen.columns["clip"], seen.columns["frame"])
    people, subject = seen.columns["subject"].unique(return_inverse=True)
    named = logistic(other[early], subject[early], other[~early], len(people)).argmax(1)
    found["identity/linear"] = float((named == subject[~early]).float().mean())
    pose = ridge(first, fit.columns["pose"], other)
    found["pose/linear"] = float(explained(pose, seen.columns["pose"]).nanmean())
    return found
