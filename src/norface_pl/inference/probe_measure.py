"""The work of ``norface probe``: reads pictures of unseen people and writes what they tell."""

import math
import time
from collections.abc import Collection
from pathlib import Path

from rich.console import Console

from norface_pl.datamodules.base import FaceDataModule
from norface_pl.datamodules.load import load_datamodule
from norface_pl.environment import environment
from norface_pl.errors import NorfaceError
from norface_pl.inference.probe_report import probe_table, save_faces, spread_evenly
from norface_pl.io.files import make_folder, sha256_file, write_json
from norface_pl.probes import readings
from norface_pl.probes.conv import ConvTraining
from norface_pl.probes.faces import Faces, Redrawer, collect, collect_more
from norface_pl.probes.picture_readings import IdentityEmbedding, Readings, against, read_pictures
from norface_pl.types import Task

KINDS = ("original", "normalized", "oracle")


def measure(
    module: Redrawer,
    checkpoint: Path,
    data: Path,
    out: Path,
    steps: int,
    faces: int,
    batch_size: int,
    seed: int,
    kinds: Collection[str] = KINDS,
) -> None:
    """Measures a module that was loaded from a checkpoint; see ``norface probe``.

    Only ``kinds`` of pictures are read: what originals and oracles tell is the same for all
    normalizers.

    Raises:
        NorfaceError: the module draws another size than that of the data set.
    """
    begin, where = time.monotonic(), module.target.device
    tasks = load_tasks(data)
    datamodule = next(iter(tasks.values()))
    if module.image_size != datamodule.image_size:
        raise NorfaceError(
            f"the normalizer {checkpoint} draws {module.image_size} pixels, the data set has "
            f"{datamodule.image_size}: set image_size in {data}"
        )
    make_folder(out)
    fit, seen = (collect(tasks, s, module, faces, batch_size) for s in ("train", "test"))
    target = module.target.clamp(0, 1).mul(255).round().byte().cpu()
    training = ConvTraining(steps, seed, where)
    many = collect_more(tasks, fit, module, faces, batch_size) if steps else fit
    embedding = None
    if steps:
        embedding = IdentityEmbedding(many.pictures["original"], many.subject, training)
    names = {task: other.names_of(task) for task, other in tasks.items()}
    values: dict[str, Readings] = {"chance": readings.chance(seen, names)}
    console = Console(highlight=False, soft_wrap=True, markup=False)
    for name in [kind for kind in seen.pictures if kind in kinds]:
        images = seen.pictures[name]
        with console.status(f"reading {name} faces"):
            found: Readings = {}
            for task, labels in names.items():
                found |= readings.read_labels(name, task, labels, fit, seen, training)
            found |= readings.read_identity(name, seen, training)
            wide = many if name in many.pictures else fit
            found |= readings.read_pose(name, wide, seen, training)
            found |= readings.read_background(name, wide, seen, training)
            truth = seen.pictures.get("oracle") if name != "oracle" else None
            values[name] = found | read_pictures(images, target, truth, embedding)
    if "oracle" in seen.pictures:
        # What a normalizer scores that always draws the target as it is.
        oracle = seen.pictures["oracle"]
        values["target"] = against(target.expand_as(oracle), oracle)
    write_json(
        out / "probe.json",
        {
            "readings": {
                # JSON has no NaN.
                name: {key: x if math.isfinite(x) else None for key, x in found.items()}
                for name, found in values.items()
            },
            "fitted_on": _describe(fit),
            "pose_fitted_on": _describe(many),
            "read_from": _describe(seen),
            "settings": {"steps": steps, "faces": faces, "seed": seed, "device": str(where)},
            "normalizer": {"path": str(checkpoint), "sha256": sha256_file(checkpoint)},
            "data": {"config": str(data), "fingerprint": datamodule.fingerprint()},
            "seconds": round(time.monotonic() - begin, 1),
            "environment": environment(),
        },
    )
    picked = spread_evenly(len(seen.subject))
    save_faces(out / "probe.png", {name: seen.pictures[name][picked] for name in seen.pictures})
    console.print(probe_table(values, f"{seen.people} test people, {len(seen.subject)} faces"))
    console.print(f"results: {out / 'probe.json'}, pictures: {out / 'probe.png'}")


def load_tasks(data: Path) -> dict[Task, FaceDataModule]:
    """Build the datamodule of a config for every task whose labels are measured.

    A data set of action units is asked for occurrence and for intensity; what it lacks is left
    out. One of expressions has these alone.
    """
    first = load_datamodule(data)
    found: dict[Task, FaceDataModule] = {first.tasks[0]: first}
    other: dict[Task, Task] = {"au_detection": "au_intensity", "au_intensity": "au_detection"}
    if first.tasks[0] in other:
        task = other[first.tasks[0]]
        try:
            second = load_datamodule(data, task)
            second.dataset("test")
            found[task] = second
        except NorfaceError:
            pass
    return found


def _describe(faces: Faces) -> dict[str, int]:
    return {"people": faces.people, "faces": len(faces.subject)}
