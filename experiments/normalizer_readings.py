"""Reads a trained stage 1 of the evidence: everything of `norface probe`, and its code itself.

The code is the control "same labels, no redrawing": whatever a linear probe reads from it was
learned from the unlabelled people and their pseudo-labels, without any picture being drawn.

    python -m experiments.normalizer_readings CHECKPOINT --data CONFIG --out FOLDER
"""

import argparse
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from experiments.deepfn import DeepFNModule
from norface_pl.data.dataset import FaceDataset
from norface_pl.errors import NorfaceError
from norface_pl.face_module import MODULE_KEY, load_module
from norface_pl.inference.probe_measure import KINDS, load_tasks, measure
from norface_pl.io.files import write_json
from norface_pl.metrics.face import face_metrics
from norface_pl.normalizer import NormalizerModule
from norface_pl.probes.linear import explained, logistic, ridge
from norface_pl.probes.probe import early_frames

Trained = NormalizerModule | DeepFNModule
FACES, BATCH = 4000, 64


def load(checkpoint: Path) -> Trained:
    """Load a normalizer or the control that took its place.

    Raises:
        NorfaceError: it is neither.
    """
    if not checkpoint.is_file():
        raise NorfaceError(f"there is no checkpoint {checkpoint}; train it first")
    found = torch.load(checkpoint, map_location="cpu", weights_only=True).get(MODULE_KEY)
    kind = DeepFNModule if found == DeepFNModule.__name__ else NormalizerModule
    return load_module(kind, checkpoint)


@torch.inference_mode()
def codes(module: Trained, faces: FaceDataset) -> Tensor:
    """Return what passes from each face, (N, C)."""
    reader = module.averaged.module
    parts = torch.arange(len(faces)).split(256)
    images = (faces.__getitems__(part.tolist())["image"].float() / 255 for part in parts)
    return torch.cat([reader.read(part) for part in images]).float()


def read_code(module: Trained, data: Path) -> dict[str, float]:
    """Read the code of unseen people with linear probes, as `norface probe` reads pictures."""
    tasks = load_tasks(data)
    found: dict[str, float] = {}
    for task, datamodule in tasks.items():
        fit, seen = (datamodule.dataset(split) for split in ("train", "test"))
        first, other = codes(module, fit), codes(module, seen)
        names, known = datamodule.label_names, fit.columns["label"]
        metrics = face_metrics(task, names)
        if task == "au_intensity":
            metrics.update(ridge(first, known, other).clamp(0, 5), seen.columns["label"])
            found["icc/linear"] = float(metrics.compute()["icc"])
        elif task == "au_detection":
            read = logistic(first, known, other, len(names)).sigmoid()
            metrics.update(read, seen.columns["label"])
            values = metrics.compute()
            found |= {f"{name}/linear": float(values[name]) for name in ("f1", "auc")}
    early = early_frames(seen.columns["clip"], seen.columns["frame"])
    people, subject = seen.columns["subject"].unique(return_inverse=True)
    named = logistic(other[early], subject[early], other[~early], len(people)).argmax(1)
    found["identity/linear"] = float((named == subject[~early]).float().mean())
    pose = ridge(first, fit.columns["pose"], other)
    found["pose/linear"] = float(explained(pose, seen.columns["pose"]).nanmean())
    return found


def main(words: list[str] | None = None) -> None:
    """Write probe.json, probe.png and code.json."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--steps", type=int, default=400)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--kinds", nargs="+", default=KINDS, help="of pictures that are read")
    given: Any = parser.parse_args(words)
    module = load(given.checkpoint)
    measure(
        module,
        given.checkpoint,
        given.data,
        given.out,
        given.steps,
        FACES,
        BATCH,
        given.seed,
        given.kinds,
    )
    write_json(given.out / "code.json", read_code(module, given.data))


if __name__ == "__main__":
    main()
