"""``norface probe``: what a normalizer keeps of the expression, and what it leaves of the rest."""

import math
import time
from pathlib import Path

import numpy as np
import torch
from rich.console import Console
from rich.table import Table
from torch import Tensor

from norface_pl.callbacks.run_config import environment
from norface_pl.commands import readings
from norface_pl.commands.probe_faces import Faces, collect, load_tasks
from norface_pl.commands.readings import IdentityEmbedding, Readings
from norface_pl.commands.stages import choose_device
from norface_pl.data.files import make_folder, sha256_file
from norface_pl.data.images import grid, write_image
from norface_pl.datamodules.base import FaceDataModule
from norface_pl.errors import NorfaceError
from norface_pl.modules import NormalizerModule
from norface_pl.modules.base import load_module
from norface_pl.modules.conv_probe import ConvTraining
from norface_pl.phases import write_json

# Reading -> row of the table; those of both kinds of probe have the kind behind their name.
TITLES = {
    "f1": "action units, mean F1",
    "auc": "action units, AUC",
    "icc": "intensity, ICC(3,1)",
    "accuracy": "expression, accuracy",
    "identity": "person, accuracy",
    "pose": "head pose, mean R2",
    "pose/yaw": "  yaw, R2",
    "pose/pitch": "  pitch, R2",
    "pose/roll": "  roll, R2",
    "background": "background colour, R2",
    "target_distance": "distance to the target person",
    "spread": "spread (0: all alike)",
    "sharpness": "sharpness (target: 1)",
    "psnr": "PSNR to the oracle, dB",
    "ssim": "SSIM to the oracle",
    "feature_distance": "feature distance to the oracle",
}
COLUMNS = ("chance", "original", "normalized", "oracle", "target")


def probe(
    normalizer: Path,
    data: Path,
    out: Path,
    steps: int = 300,
    faces: int = 4000,
    batch_size: int = 64,
    seed: int = 0,
    device: str = "auto",
) -> None:
    """Measures what can be read from originals, redrawn faces and oracles of unseen people.

    Probes are fitted on the training people of the data set and read its test people; that the
    normalizer never saw them is up to the data config, which should be the one of its training.
    Writes probe.json, probe.png and a table.

    Args:
        normalizer: Checkpoint of stage 1.
        data: Config of a data set, such as configs/data/synthetic.yaml.
        out: Folder for the results; those of an earlier probe are replaced.
        steps: Training of each convolutional probe in batches of 48 faces; 0 leaves them out,
            and with them the head pose and the distance to the target person.
        faces: At most so many faces of the training and of the test people, spread evenly.
        batch_size: Faces redrawn together.
        seed: Of the probes.
        device: cpu, cuda, or auto for a GPU where there is one.
    """
    if min(faces, batch_size) < 1 or steps < 0:
        raise NorfaceError("faces and batch_size must be 1 or more, and steps not below 0")
    begin, where = time.monotonic(), choose_device(device)
    tasks = load_tasks(data)
    datamodule = next(iter(tasks.values()))
    module = load_module(NormalizerModule, normalizer).to(where)
    if module.image_size != datamodule.image_size:
        raise NorfaceError(
            f"the normalizer {normalizer} draws {module.image_size} pixels, the data set has "
            f"{datamodule.image_size}: set image_size in {data}"
        )
    make_folder(out)
    fit, seen = (collect(tasks, s, module, faces, batch_size) for s in ("train", "test"))
    target = module.target.clamp(0, 1).mul(255).round().byte().cpu()
    training = ConvTraining(steps, seed, where)
    embedding = _embedding(datamodule, faces, training)
    names = {task: other.label_names for task, other in tasks.items()}
    values: dict[str, Readings] = {"chance": readings.chance(seen, names)}
    console = Console(highlight=False, soft_wrap=True, markup=False)
    for name, images in seen.pictures.items():
        with console.status(f"reading {name} faces"):
            found: Readings = {}
            for task, labels in names.items():
                found |= readings.read_labels(name, task, labels, fit, seen, training)
            found |= readings.read_identity(name, seen, training)
            found |= readings.read_pose(name, fit, seen, training)
            found |= readings.read_background(name, fit, seen, training)
            truth = seen.pictures.get("oracle") if name != "oracle" else None
            values[name] = found | readings.read_pictures(images, target, truth, embedding)
    if "oracle" in seen.pictures:
        # What a normalizer scores that always draws the target as it is.
        oracle = seen.pictures["oracle"]
        values["target"] = readings.against(target.expand_as(oracle), oracle)
    write_json(
        out / "probe.json",
        {
            "readings": {n: {k: _finite(v) for k, v in r.items()} for n, r in values.items()},
            "fitted_on": _describe(fit),
            "read_from": _describe(seen),
            "settings": {"steps": steps, "faces": faces, "seed": seed, "device": str(where)},
            "normalizer": {"path": str(normalizer), "sha256": sha256_file(normalizer)},
            "data": {"config": str(data), "fingerprint": datamodule.fingerprint()},
            "seconds": round(time.monotonic() - begin, 1),
            "environment": environment(),
        },
    )
    save_rows(seen, out / "probe.png")
    console.print(probe_table(values, f"{seen.people} test people, {len(seen.subject)} faces"))
    console.print(f"results: {out / 'probe.json'}, pictures: {out / 'probe.png'}")


def _embedding(
    datamodule: FaceDataModule, limit: int, training: ConvTraining
) -> IdentityEmbedding | None:
    """Train it on the people of stage 1, who are many, as they are."""
    if not training.steps:
        return None
    dataset = datamodule.dataset("unlabelled")
    count = min(limit, len(dataset))
    chosen = torch.linspace(0, len(dataset) - 1, count).round().long()
    batches = [dataset.__getitems__(part.tolist())["image"] for part in chosen.split(256)]
    return IdentityEmbedding(torch.cat(batches), dataset.columns["subject"][chosen], training)


def _describe(faces: Faces) -> dict[str, int]:
    return {"people": faces.people, "faces": len(faces.subject)}


def _finite(value: float) -> float | None:
    """Returns a value for JSON, which has no NaN."""
    return value if math.isfinite(value) else None


def probe_table(values: dict[str, Readings], people: str) -> Table:
    """Returns the table for the terminal: a row per reading, a column per kind of picture."""
    columns = [name for name in COLUMNS if name in values]
    table = Table(title=f"read from {people}")
    for name in ("", "probe", *columns):
        table.add_column(name, justify="right" if name in columns else "left")
    for reading, title in TITLES.items():
        for kind in ("", "/linear", "/conv"):
            # Chance is the same for every kind of probe.
            keys = [reading if name == "chance" else reading + kind for name in columns]
            row = [_cell(values[name].get(k)) for name, k in zip(columns, keys, strict=True)]
            if any(
                cell != "-" for cell, name in zip(row, columns, strict=True) if name != "chance"
            ):
                table.add_row(title, kind[1:], *row)
    return table


def _cell(value: float | None) -> str:
    return "-" if value is None or math.isnan(value) else f"{value:.3f}"


def save_rows(seen: Faces, path: Path, faces: int = 8) -> None:
    """Writes a picture of test faces: a row of originals, one of normalized, one of oracles."""
    picked = np.linspace(0, len(seen.subject) - 1, min(faces, len(seen.subject))).round()
    titles = {"original": "I_o", "normalized": "I_n", "oracle": "oracle"}
    rows = [_pictures(images[picked.astype(int)]) for images in seen.pictures.values()]
    write_image(path, grid(rows, labels=[titles[name] for name in seen.pictures], cell=128))


def _pictures(images: Tensor) -> list[np.ndarray]:
    return list(images.permute(0, 2, 3, 1).numpy())
