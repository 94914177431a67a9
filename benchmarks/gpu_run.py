"""Trains the photo normalizer in a span of time on a GPU, and measures it and two others there.

Nothing needs a network. A second call with the same ``--work`` goes on where the first one ended.
"""

import argparse
import json
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from math import floor
from pathlib import Path
from typing import Any

import yaml

from benchmarks.gpu_lean import write_lean
from benchmarks.gpu_pack import FACES, SHAPES
from benchmarks.shared import processor
from norface_pl.config_names import config_folder
from norface_pl.data.prepared import PreparedFaces
from norface_pl.environment import environment
from norface_pl.errors import NorfaceError
from norface_pl.io.files import make_folder, write_json
from norface_pl.teachers.avatars import draw_avatars

CONFIG = "normalizer/photo_128"
REHEARSED = 3
"""Epochs of the rehearsal: of the first faces are read, in the last ones drawn."""
SLACK = 0.88
"""Share of the time that is planned: checkpoints and the adversarial part cost, too."""
START, MEASURING = 30.0, 55.0
"""Seconds that a training takes to start, and that are left for each measurement."""
GRACE = 10.0
"""Seconds that a training which is told to end has for that."""
# Nothing is validated: probes of unseen people cost minutes, and the weights come back anyway.
QUIET = ("--trainer.limit_val_batches=0", "--trainer.num_sanity_val_steps=0")
LATE = "out of time"
MEASURED = {"small": "normalizer/small", "base": "normalizer/base"}
PARTS = ("photo", *MEASURED)
# 200 steps, half of them only read codes and half draw with all losses. Teachers are hardly
# trained, since a step costs the same with them. Base starts from nothing: it takes weights of a
# face MAE, which change no speed.
SHORT = (
    *("--trainer.max_epochs=4", "--trainer.limit_train_batches=50"),
    *("--model.init_args.pretraining.fraction=0.5",),
    *("--model.init_args.pretraining.pseudo_label_rounds=0",),
    *("--model.init_args.objective.adversarial_start=0.5",),
    *("--model.init_args.teachers.steps=20", "--model.init_args.teachers.comparison_steps=20"),
    *("--data.init_args.people.unlabelled=240", "--data.init_args.people.train=4"),
    *("--checkpoint.save_top_k=0", "--checkpoint.save_last=false"),
)


@dataclass(frozen=True)
class Bench:
    """Where trainings run, and what is said of the device.

    Attributes:
        work: folder of all that need not come back.
        peak: of the device in TFLOP/s; 0: not known.
        warm: see `Meter`.
    """

    work: Path
    peak: float
    warm: int

    def fit(self, name: str, config: str, options: Sequence[str], seconds: float) -> dict[str, Any]:
        """Run `norface fit` in a folder of its own; return its options and the rows of `Meter`.

        A training that outlasts ``seconds`` is ended, and ``status`` says so; one that was ended
        before goes on from the epoch it had finished.
        """
        folder = make_folder(self.work / name)
        rows = folder / "meter.json"
        words = [f"--config={config}", *QUIET, *options, *self._places(folder, rows)]
        last = folder / "last.ckpt"
        words += [f"--ckpt_path={last}"] if last.is_file() else []
        command = [sys.executable, "-m", "norface_pl", "fit", *words]
        ended = status_of(command, seconds)
        found = json.loads(rows.read_text(encoding="utf-8")) if rows.is_file() else []
        return {"config": config, "options": list(options), "status": ended, "epochs": found}

    def _places(self, folder: Path, rows: Path) -> list[str]:
        return [
            f"--data.init_args.cache_dir={self.work / 'cache'}",
            f"--checkpoint.dirpath={folder}",
            f"--trainer.logger.init_args.save_dir={folder}",
            "--trainer.callbacks+=benchmarks.gpu_meter.Meter",
            f"--trainer.callbacks.out={rows}",
            f"--trainer.callbacks.peak_tflops={self.peak}",
            f"--trainer.callbacks.warm={self.warm}",
        ]


def epochs_within(seconds: float, reading: float, drawing: float, fraction: float) -> int:
    """Return how many epochs fit into some seconds, at least 3.

    Args:
        seconds: for all of them.
        reading: seconds of an epoch in which codes are read.
        drawing: seconds of an epoch in which faces are drawn.
        fraction: share of the epochs that only read.
    """
    return max(3, floor(seconds / (fraction * reading + (1 - fraction) * drawing) + 1e-6))


def planned(rehearsal: dict[str, Any], seconds: float) -> dict[str, Any]:
    """Return the number of epochs of a training, from what its rehearsal measured.

    Raises:
        NorfaceError: the rehearsal failed, or its epochs were too short to be timed.
    """
    rows = {row["epoch"]: row for row in rehearsal["epochs"]}
    if rehearsal["status"] or not {0, REHEARSED - 1} <= rows.keys():
        raise NorfaceError(
            f"the rehearsal ended with status {rehearsal['status']} and timed "
            f"{len(rows)} of {REHEARSED} epochs: read what it printed"
        )
    reading, drawing = (
        rows[epoch]["batches"] / rows[epoch]["steps_per_second"] for epoch in (0, REHEARSED - 1)
    )
    path = config_folder() / f"{CONFIG}.yaml"
    config = yaml.safe_load(path.read_text(encoding="utf-8"))
    fraction = config["model"]["init_args"]["pretraining"]["fraction"]
    epochs = epochs_within(SLACK * seconds, reading, drawing, fraction)
    return {"seconds": seconds, "reading": reading, "drawing": drawing, "epochs": epochs}


def status_of(command: Sequence[str], seconds: float) -> int | str:
    """Run a command and return its exit status, or `LATE` if it was ended after some seconds."""
    process = subprocess.Popen(command)
    try:
        return process.wait(max(1.0, seconds))
    except subprocess.TimeoutExpired:
        # Lightning ends after a batch then, and never while it writes a checkpoint.
        process.terminate()
    try:
        process.wait(GRACE)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    return LATE


def train(bench: Bench, options: Sequence[str], seconds: float) -> dict[str, Any]:
    """Rehearse, plan and train, or go on with what was planned before.

    Raises:
        NorfaceError: see `planned`.
    """
    began, plan_file = time.monotonic(), bench.work / "plan.json"
    if not plan_file.is_file():
        rehearsal = bench.fit(
            "rehearsal", CONFIG, [*options, f"--trainer.max_epochs={REHEARSED}"], seconds
        )
        left = seconds - (time.monotonic() - began) - START
        write_json(plan_file, planned(rehearsal, left))
    plan = json.loads(plan_file.read_text(encoding="utf-8"))
    left = seconds - (time.monotonic() - began) - GRACE
    epochs = f"--trainer.max_epochs={plan['epochs']}"
    return {"plan": plan, **bench.fit("photo", CONFIG, [*options, epochs], left)}


def main() -> None:
    """Do all of it; the JSON is written anew after every part."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("carry", type=Path, help="folder that was packed")
    parser.add_argument("out", type=Path, help="folder of the weights and the JSON")
    parser.add_argument("--work", type=Path, required=True, help="folder of all that may be lost")
    parser.add_argument("--seconds", type=float, default=560.0, help="for everything")
    parser.add_argument("--peak", type=float, default=0.0, help="of the device, TFLOP/s in bf16")
    parser.add_argument("--warm", type=int, default=10, help="steps of an epoch that do not count")
    parser.add_argument("--parts", nargs="+", choices=PARTS, default=PARTS, help="what is trained")
    parser.add_argument("--fit", action="append", default=[], help="option of the training")
    parser.add_argument("--short", action="append", default=[], help="option of the measurements")
    given = parser.parse_args()
    began, cores = time.monotonic(), os.cpu_count() or 1
    bench = Bench(make_folder(given.work.resolve()), given.peak, given.warm)
    out, faces, shapes = make_folder(given.out), given.carry / FACES, given.carry / SHAPES
    report: dict[str, Any] = {"processor": processor(), "environment": environment()}

    def note(name: str, value: object) -> None:
        report[name] = value
        write_json(out / "gpu_photo.json", {**report, "seconds": time.monotonic() - began})

    def left() -> float:
        return given.seconds - (time.monotonic() - began)

    draws = f"--data.init_args.draw_processes={cores}"
    measured = [name for name in MEASURED if name in given.parts]
    if "photo" in given.parts:
        prepared = PreparedFaces.open(faces)
        # As `norface prepare` does: the data module looks whether they are these.
        draw_avatars(prepared, shapes, int(prepared.description["options"]["size"]), cores)
        note("avatars", time.monotonic() - began)
        data = [f"--data.init_args.photographs=[{faces}]", f"--data.init_args.shapes={shapes}"]
        span = left() - MEASURING * len(measured)
        note("photo", train(bench, [*data, draws, *given.fit], span))
        last = bench.work / "photo" / "last.ckpt"
        if last.is_file():
            note("weights_mb", write_lean(last, out / "normalizer_photo_128.ckpt"))
    for name in measured:
        note(name, bench.fit(name, MEASURED[name], [*SHORT, draws, *given.short], left()))
    failed = [name for name in given.parts if report[name]["status"] not in (0, LATE)]
    if failed:
        raise NorfaceError(f"{', '.join(failed)} ended with an error: read what was printed")


if __name__ == "__main__":
    try:
        main()
    except NorfaceError as error:
        raise SystemExit(f"error: {error}") from error
