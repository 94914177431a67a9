"""Speed and memory of the default system as ratios taken in one run; `make bench` prints them.

Absolute times drift with the machine, so each line that has a budget is a ratio of two things
measured in turn, A B A B, and the median is shown. ``--old`` makes a new processor choose the
instructions of one with AVX2 only.
"""

import argparse
import json
import os
import resource
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
from rich.console import Console
from rich.table import Table
from torch import Tensor

from norface_pl.datamodules import DrawnPeople, SyntheticDataModule
from norface_pl.drawn.sampler import FaceSampler
from norface_pl.inference.redraw import cache_normalized
from norface_pl.nn.attention import short_attention
from norface_pl.normalizer import NormalizerModule
from norface_pl.normalizer.discriminator import MultiScaleDiscriminator
from norface_pl.normalizer.gan import discriminator_loss, generator_loss
from norface_pl.normalizer.objective import Objective
from norface_pl.normalizer.options import ObjectiveOptions, Pretraining
from norface_pl.normalizer.pairs import redraw_batch, targets
from norface_pl.precision import autocast, choose_precision

ROOT = Path(__file__).resolve().parent.parent
LOSSES = ObjectiveOptions(distillation=0.0, adversarial_start=0.0)
OLD = {"ONEDNN_MAX_CPU_ISA": "AVX2", "ATEN_CPU_CAPABILITY": "avx2"}
CPU = torch.device("cpu")


def data(unlabelled: int) -> SyntheticDataModule:
    """Return the default data set, without the people that nobody looks at here."""
    people = DrawnPeople(unlabelled, train=12, val=2, test=12)
    return SyntheticDataModule(people=people, cache_dir=None)


def module() -> NormalizerModule:
    """Return the default normalizer without a teacher, its discriminator at work at once."""
    return NormalizerModule(
        objective=LOSSES, pretraining=Pretraining(fraction=0.0, pseudo_label_rounds=0)
    )


class StepClock(L.Callback):
    """Notes when each training batch has ended."""

    def __init__(self) -> None:
        self.times: list[float] = []

    def on_train_batch_end(self, *_: object) -> None:
        """Note the time."""
        self.times.append(time.perf_counter())


def lightning_step(faces: SyntheticDataModule, steps: int) -> float:
    """Return seconds per step of a fit through the Trainer, with logging."""
    clock = StepClock()
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
        trainer.fit(module(), faces)
    gaps = [b - a for a, b in pairwise(clock.times[2:])]
    return statistics.median(gaps)


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
            redrawn = redraw_batch(net.generator, batch, seen, net.target, target, 0.5)
            assert redrawn.crossed is not None
            fake = redrawn.crossed.images
            loss_d = discriminator_loss(judge(images), judge(fake.detach()))
        optimizer_d.zero_grad()
        loss_d.backward()
        optimizer_d.step()
        judge.requires_grad_(False)
        with short_attention(CPU), autocast(CPU):
            losses = objective.of_pictures(batch, redrawn, net.generator)
            losses |= objective.of_code(batch, redrawn.faces.code, clips, None)
            losses["adversarial"] = generator_loss(judge(fake))
            loss = objective.weigh(losses)
        optimizer_g.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(net.generator.parameters(), 1.0)
        optimizer_g.step()
        judge.requires_grad_(True)
        net.redrawer.update(net.generator)
        times.append(time.perf_counter())
    gaps = [b - a for a, b in pairwise(times[2:])]
    return statistics.median(gaps)


def normalize_cache(faces: SyntheticDataModule, checkpoint: Path) -> float:
    """Return faces per second that are read, redrawn and written to a cache."""
    with tempfile.TemporaryDirectory() as folder:
        start = time.perf_counter()
        cache_normalized(faces, checkpoint, Path(folder) / "cache")
        return len(faces.predict_dataloader().dataset) / (time.perf_counter() - start)


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
    medians = (statistics.median(column) for column in zip(*pairs, strict=True))
    return (*medians, statistics.median(a / b for a, b in pairs))  # type: ignore[return-value]


def start_up() -> float:
    """Return seconds from calling the command to the end of the first training step.

    Drawn faces and what the teacher saw of them are there already.
    """
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "norface_pl", "fit"]
        command += ["--config", str(ROOT / "configs/normalizer/tiny.yaml"), "--trainer.max_steps=1"]
        command += ["--trainer.limit_val_batches=0", "--trainer.num_sanity_val_steps=0"]
        command += ["--data.people.unlabelled=40", "--model.teachers.comparison_steps=2"]
        command += [f"--checkpoint.dirpath={folder}", "--trainer.logger=false"]
        subprocess.run(command, check=True, capture_output=True, cwd=folder)
        start = time.perf_counter()
        subprocess.run(command, check=True, capture_output=True, cwd=folder)
        return time.perf_counter() - start


def rows(rounds: int, steps: int) -> Iterator[tuple[str, str, str]]:
    """Measure everything: what, value, budget."""
    sampler = FaceSampler()
    start = time.perf_counter()
    for frame in range(96):
        sampler.draw(frame % 12, 0, frame % 32)
    yield "draw a face, ms", f"{(time.perf_counter() - start) / 96 * 1e3:.2f}", "about 2"
    faces = data(100)
    faces.dataset("unlabelled")
    lightning, bare, share = ratio(
        lambda: lightning_step(faces, steps), lambda: bare_step(faces, steps), rounds
    )
    yield "stage 1 step: Lightning / bare loop", f"{share:.3f}", "<= 1.05"
    yield "  Lightning, ms of 48 faces", f"{lightning * 1e3:.0f}", ""
    yield "  bare, ms of 48 faces", f"{bare * 1e3:.0f}", ""
    with tempfile.TemporaryDirectory() as folder:
        checkpoint = Path(folder) / "n.ckpt"
        trainer = L.Trainer(
            accelerator="cpu", max_steps=1, logger=False, default_root_dir=folder, max_epochs=1,
            limit_val_batches=0, enable_checkpointing=False, enable_progress_bar=False,
        )  # fmt: skip
        net = module()
        trainer.fit(net, faces)
        trainer.save_checkpoint(checkpoint)
        net = net.cpu().eval()
        loader = faces.predict_dataloader()
        images = [faces.on_after_batch_transfer(batch, 0)["image"] for batch in loader]
        cached, forward, share = ratio(
            lambda: normalize_cache(faces, checkpoint), lambda: bare_forward(net, images), rounds
        )
    yield "normalize to a cache / bare forward", f"{share:.3f}", ">= 0.9"
    yield "  faces/s to a cache", f"{cached:.0f}", ""
    yield "  faces/s bare", f"{forward:.0f}", ""
    yield "norface fit to the first step, s", f"{start_up():.1f}", "<= 15"
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 2**20
    yield "peak memory of norface fit, GB", f"{peak:.2f}", "<= 4"


def main() -> None:
    """Print the table and, if asked to, write it as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3, help="pairs per ratio")
    parser.add_argument("--steps", type=int, default=20, help="training steps per measurement")
    parser.add_argument("--json", type=Path, help="file for the table")
    parser.add_argument("--old", action="store_true", help="hold the processor to AVX2")
    arguments = parser.parse_args()
    if arguments.old and not OLD.items() <= os.environ.items():
        raise SystemExit(
            subprocess.run([sys.executable, *sys.argv], env=os.environ | OLD).returncode
        )
    title = f"{torch.get_num_threads()} threads, {choose_precision(CPU)}"
    table = Table("measured", "value", "budget", title=title)
    found = []
    for row in rows(arguments.rounds, arguments.steps):
        table.add_row(*row)
        found.append(dict(zip(("measured", "value", "budget"), row, strict=True)))
    Console().print(table)
    if arguments.json:
        arguments.json.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
