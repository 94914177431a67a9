"""Speed and memory of the default system as ratios taken in one run; `make bench` prints them.

Absolute times drift with the machine, so each line that has a budget is a ratio of two things
measured in turn, A B A B, and the median is shown. ``--old`` makes a new processor choose the
instructions of one with AVX2 only.
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path

import lightning as L
import torch
from lightning.pytorch.callbacks import LambdaCallback
from torch import Tensor

from benchmarks.shared import COLUMNS, OLD, ROOT, measured, options, show, timed
from norface_pl.classifier import ClassifierModule
from norface_pl.datamodules import DrawnPeople, SyntheticDataModule
from norface_pl.drawn.sampler import FaceSampler
from norface_pl.face_module import load_module
from norface_pl.inference.redraw import cache_normalized
from norface_pl.nn.attention import short_attention
from norface_pl.normalizer import NormalizerModule
from norface_pl.normalizer.discriminator import (
    MultiScaleDiscriminator,
    discriminator_loss,
    generator_loss,
)
from norface_pl.normalizer.objective import Objective
from norface_pl.normalizer.options import ObjectiveOptions, Pretraining
from norface_pl.normalizer.pairs import redraw_batch, targets
from norface_pl.precision import autocast, choose_precision
from norface_pl.types import FaceBatch, Task, TaskOrTasks

LOSSES = ObjectiveOptions(distillation=0.0, adversarial_start=0.0)
CPU = torch.device("cpu")
THREE: tuple[Task, ...] = ("au_detection", "au_intensity", "expression")


class SeenTwice(SyntheticDataModule):
    """Drawn faces whose originals stand in for redrawn ones: they cost stage 2 as much."""

    def on_after_batch_transfer(self, batch: FaceBatch, dataloader_idx: int) -> FaceBatch:
        """Give the original as the redrawn face as well."""
        batch = super().on_after_batch_transfer(batch, dataloader_idx)
        batch["normalized"] = batch["image"]
        return batch


def module() -> NormalizerModule:
    """Return the default normalizer without a teacher, its discriminator at work at once."""
    return NormalizerModule(
        objective=LOSSES, pretraining=Pretraining(fraction=0.0, pseudo_label_rounds=0)
    )


def lightning_step(
    faces: SyntheticDataModule,
    steps: int,
    checkpoint: Path | None = None,
    made: Callable[[], L.LightningModule] = module,
) -> float:
    """Return seconds per step of a fit through the Trainer, with logging; keep what it trained."""
    times: list[float] = []
    clock = LambdaCallback(on_train_batch_end=lambda *_: times.append(time.perf_counter()))
    with tempfile.TemporaryDirectory() as folder:
        trainer = L.Trainer(
            accelerator="cpu",
            precision=choose_precision(CPU),
            max_epochs=1,
            limit_train_batches=steps,
            limit_val_batches=0,
            default_root_dir=folder,
            enable_checkpointing=False,
            enable_model_summary=False,
            callbacks=[clock],
        )
        trainer.fit(made(), faces)
        if checkpoint is not None:
            trainer.save_checkpoint(checkpoint)
    return between(times)


def between(times: list[float]) -> float:
    """Return the median of the seconds between steps, without the first ones."""
    return statistics.median(b - a for a, b in pairwise(times[2:]))


def bare_step(faces: SyntheticDataModule, steps: int) -> float:
    """Return seconds per step of a plain loop over the same networks, losses and batches."""
    net, judge = module().train(), MultiScaleDiscriminator()
    objective = Objective(net.image_size, net.code_dim, 0, LOSSES)
    assert net.augment is not None
    optimizer_g = net.optimizer_g(net.generator.parameters())
    optimizer_d = net.optimizer_d(judge.parameters())
    table, clips, frames = faces.dataset("unlabelled"), faces.clips_per_batch, faces.frames_per_clip
    times: list[float] = []
    for _ in range(steps):
        starts = torch.randperm(len(table) // 16)[:clips, None] * 16
        chosen = starts + torch.randperm(16)[None, :frames]
        batch = faces.on_after_batch_transfer(table.__getitems__(chosen.flatten().tolist()), 0)
        images = batch["image"]
        with short_attention(CPU), autocast(CPU):
            target = targets(clips, len(images), 0.0, CPU)
            seen = net.augment(images)[0]
            redrawn = redraw_batch(net.generator, batch, seen, net.target, target, clips, 0.5)
            assert redrawn.judged is not None
            loss_d = discriminator_loss(judge(redrawn.truth), judge(redrawn.judged.detach()))
        optimizer_d.zero_grad()
        loss_d.backward()
        optimizer_d.step()
        judge.requires_grad_(False)
        with short_attention(CPU), autocast(CPU):
            losses = objective.of_pictures(batch, redrawn, net.generator)
            losses |= objective.of_code(batch, redrawn.faces.code, clips, None)
            losses["adversarial"] = generator_loss(judge(redrawn.judged))
            loss = objective.weigh(losses)
        optimizer_g.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(net.generator.parameters(), 1.0)
        optimizer_g.step()
        judge.requires_grad_(True)
        net.redrawer.update(net.generator)
        times.append(time.perf_counter())
    return between(times)


def normalize_cache(faces: SyntheticDataModule, checkpoint: Path) -> float:
    """Return faces per second that are read, redrawn and written to a cache."""
    with tempfile.TemporaryDirectory() as folder:
        start = time.perf_counter()
        cache_normalized(faces, checkpoint, Path(folder) / "cache")
        return len(faces.predict_dataloader().dataset) / (time.perf_counter() - start)


def reading_step(task: TaskOrTasks, people: DrawnPeople, steps: int) -> float:
    """Return seconds per step of stage 2 on both pictures."""
    faces = SeenTwice(task=task, people=people, cache_dir=None)
    return lightning_step(
        faces, steps, made=lambda: ClassifierModule(task, faces.label_names, 64, inputs="both")
    )


@torch.inference_mode()
def bare_forward(net: NormalizerModule, images: list[Tensor]) -> float:
    """Return faces per second of the generator alone."""
    start = time.perf_counter()
    for batch in images:
        with autocast(CPU):
            net.normalize(batch)
    return sum(map(len, images)) / (time.perf_counter() - start)


def ratio(
    first: Callable[[], float], second: Callable[[], float], rounds: int
) -> tuple[float, float, float]:
    """Measure two things in turn; return their medians and the median of their ratios."""
    pairs = [(first(), second()) for _ in range(rounds)]
    one, other = (statistics.median(column) for column in zip(*pairs, strict=True))
    return one, other, statistics.median(a / b for a, b in pairs)


def start_up() -> tuple[float, float]:
    """Return seconds from calling the command to the end of the first training step, and GB.

    Drawn faces and what the teacher saw of them are there already.
    """
    words = [f"config={ROOT / 'configs/normalizer/tiny.yaml'}", "trainer.max_steps=1"]
    words += ["trainer.limit_val_batches=0", "trainer.num_sanity_val_steps=0"]
    words += ["trainer.logger=false", "data.people.unlabelled=40"]
    words += ["model.teachers.comparison_steps=2"]
    with tempfile.TemporaryDirectory() as folder:
        words.append(f"checkpoint.dirpath={folder}")
        command = [sys.executable, "-m", "norface_pl", "fit", *(f"--{word}" for word in words)]
        first, second = (timed(command, folder, quiet=True) for _ in range(2))
    if first["status"] or second["status"]:
        raise SystemExit(f"norface fit failed: {second['last']}")
    return second["seconds"], max(first["memory_gb"], second["memory_gb"])


def rows(rounds: int, steps: int) -> Iterator[dict[str, str]]:
    """Measure everything."""
    sampler = FaceSampler()
    start = time.perf_counter()
    for frame in range(96):
        sampler.draw(frame % 12, 0, frame % 32)
    each = (time.perf_counter() - start) / 96
    yield measured("draw a face, ms", f"{each * 1e3:.2f}", "about 2")
    # Recordings of the target would be in the Trainer's batches, and in none of the bare loop.
    people = DrawnPeople(100, train=12, val=2, test=12, recordings_of_target=0)
    faces = SyntheticDataModule(people=people, cache_dir=None)
    faces.dataset("unlabelled")
    lightning, bare, share = ratio(
        lambda: lightning_step(faces, steps), lambda: bare_step(faces, steps), rounds
    )
    yield measured("stage 1 step: Lightning / bare loop", f"{share:.3f}", "<= 1.05")
    yield measured("  Lightning, ms of 48 faces", f"{lightning * 1e3:.0f}")
    yield measured("  bare, ms of 48 faces", f"{bare * 1e3:.0f}")
    few = DrawnPeople(1, train=4, val=1, test=1, recordings_of_target=0)
    every, one, share = ratio(
        lambda: reading_step(list(THREE), few, steps),
        lambda: sum(reading_step(task, few, steps) for task in THREE),
        rounds,
    )
    yield measured("stage 2 step: three tasks in one / three models", f"{share:.3f}", "<= 0.34")
    yield measured("  three tasks in one, ms", f"{every * 1e3:.0f}")
    yield measured("  three models, ms together", f"{one * 1e3:.0f}")
    with tempfile.TemporaryDirectory() as folder:
        checkpoint = Path(folder) / "n.ckpt"
        lightning_step(faces, 4, checkpoint)
        net = load_module(NormalizerModule, checkpoint)
        loader = faces.predict_dataloader()
        images = [faces.on_after_batch_transfer(batch, 0)["image"] for batch in loader]
        cached, forward, share = ratio(
            lambda: normalize_cache(faces, checkpoint), lambda: bare_forward(net, images), rounds
        )
    yield measured("normalize to a cache / bare forward", f"{share:.3f}", ">= 0.9")
    yield measured("  faces/s to a cache", f"{cached:.0f}")
    yield measured("  faces/s bare", f"{forward:.0f}")
    seconds, memory = start_up()
    yield measured("norface fit to the first step, s", f"{seconds:.1f}", "<= 15")
    yield measured("peak memory of norface fit, GB", f"{memory:.2f}", "<= 4")


def main() -> None:
    """Print the table and, if asked to, write it as JSON."""
    parser = options(__doc__, "rounds", "json", "old")
    parser.add_argument("--steps", type=int, default=20, help="training steps per measurement")
    given = parser.parse_args()
    if given.old and not OLD.items() <= os.environ.items():
        command = [sys.executable, "-m", "benchmarks.bench", *sys.argv[1:]]
        raise SystemExit(subprocess.run(command, env=os.environ | OLD).returncode)
    title = f"{torch.get_num_threads()} threads, {choose_precision(CPU)}"
    show(title, COLUMNS, rows(given.rounds, given.steps), given.json)


if __name__ == "__main__":
    main()
