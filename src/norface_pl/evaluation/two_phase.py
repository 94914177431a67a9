"""Stage 1, normalized pictures, stage 2: each step from the results of the one before."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Generic, Literal, TypeVar

from norface_pl.evaluation.phases import Metrics, Phase, PhaseRunner

Fitted = TypeVar("Fitted")
Cache = Literal["normalized", "oracle"]
StopAfter = Literal["normalizer", "normalized"]


@dataclass(frozen=True)
class Training:
    """One fit.

    Attributes:
        args: Command line of ``norface fit`` but for the folders it writes to and reads from.
        facts: What the outcome depends on: the options of ``args``, the fingerprint of the data.
        cache: The pictures that it reads beside the originals, if any.
    """

    args: Sequence[str]
    facts: Mapping[str, object]
    cache: Cache | None = None


@dataclass
class TwoPhaseTrainer(Generic[Fitted]):
    """Chains the fits of both stages and passes on checkpoints and cache folders, nothing else.

    It is given the functions that do the work and imports no command line and no Lightning. Every
    fit has its own trainer, logger and seed, as if its command had been typed by hand.

    Attributes:
        stage2: Folder of the classifiers; another one for another task on the same normalizer.
        fit: Runs ``norface fit`` with a command line.
        test: Metrics of what ``fit`` returned, with the weights of a checkpoint.
        normalize: Fills a cache: takes the checkpoint of stage 1 and the cache folder.
        draw_oracle: Fills a cache with oracle pictures: takes the cache folder.
    """

    out: Path
    stage2: Path
    fit: Callable[[list[str]], Fitted]
    test: Callable[[Fitted, Path], Metrics]
    normalize: Callable[[Path, Path], None]
    draw_oracle: Callable[[Path], None]
    runner: PhaseRunner = field(default_factory=PhaseRunner)

    def run(
        self,
        normalizer: Training,
        data: str,
        classifiers: Mapping[str, Training],
        stop_after: StopAfter | None = None,
    ) -> dict[str, Metrics]:
        """Does what is not done yet; returns the test metrics of each classifier by name.

        Classifiers run in their order; ``data`` is the fingerprint of the pictures that go into the
        caches, ``stop_after`` the last step to do.
        """
        oracle = any(training.cache == "oracle" for training in classifiers.values())
        self.runner.costs = costs(classifiers, oracle, stop_after)
        first, pictures = self.train_normalizer(normalizer), {"data": data}
        if stop_after == "normalizer":
            return {}
        caches = {None: (), "normalized": (self.redraw(pictures, first.result, first),)}
        if stop_after == "normalized":
            return {}
        if oracle:
            caches["oracle"] = (self.draw_oracles(pictures),)
        for name, training in classifiers.items():
            self._train(f"classifier_{name}", self.stage2, training, *caches[training.cache])
        return {name: self.runner.done[f"classifier_{name}"].metrics for name in classifiers}

    def train_normalizer(self, training: Training) -> Phase:
        """Trains stage 1 in ``out/normalizer``, if it was not done; the result is a checkpoint."""
        return self._train("normalizer", self.out, training)

    def redraw(self, facts: Mapping[str, object], checkpoint: Path, *after: Phase) -> Phase:
        """Fills the cache ``out/normalized`` with the pictures of a checkpoint; see `fill`."""
        return self.fill("normalized", partial(self.normalize, checkpoint), facts, *after)

    def draw_oracles(self, facts: Mapping[str, object]) -> Phase:
        """Fills the cache ``out/oracle``; see `fill`."""
        return self.fill("oracle", self.draw_oracle, facts)

    def fill(
        self, name: str, draw: Callable[[Path], None], facts: Mapping[str, object], *after: Phase
    ) -> Phase:
        """Fills the cache ``out/name``, if it was not done.

        The pictures are decided by ``facts`` and the results of ``after``; ``draw`` fills the
        folder, and goes on where it was interrupted.
        """
        folder = self.out / name

        def work(_: Path | None) -> Metrics:
            draw(folder)
            return {}

        phase = Phase(name, folder, facts, work, folder / "manifest.parquet", after, resumes=True)
        self.runner.finish(phase)
        return phase

    def _train(self, name: str, out: Path, training: Training, *caches: Phase) -> Phase:
        folder = out / name
        given = [f"--data.normalized={cache.folder}" for cache in caches]

        def work(checkpoint: Path | None) -> Metrics:
            fitted = self.fit([*training.args, *given, *places(folder, checkpoint)])
            return self.test(fitted, folder / "best.ckpt")

        phase = Phase(name, folder, training.facts, work, folder / "best.ckpt", caches)
        self.runner.finish(phase)
        return phase


def costs(
    classifiers: Iterable[str], oracle: bool, stop_after: StopAfter | None
) -> dict[str, float]:
    """Return the phases of a run in their order with their share of its time, in percent or so.

    The shares are those of the default on two cores (`make bench-run`); they serve to tell how
    long a run still takes, and nothing depends on them.
    """
    found = {"normalizer": 88.0}
    if stop_after != "normalizer":
        found["normalized"] = 1.0
    if stop_after is None:
        found |= {"oracle": 1.0} if oracle else {}
        found |= {f"classifier_{name}": 4.0 if name == "both" else 2.0 for name in classifiers}
    return found


def places(folder: Path, checkpoint: Path | None) -> list[str]:
    """Returns the arguments that make a fit write into a folder and go on from a checkpoint."""
    # The logger is given whole, since a trainer config may have switched it off.
    where = {"save_dir": str(folder), "name": "logs", "version": "", "default_hp_metric": False}
    logger = {"class_path": "lightning.pytorch.loggers.TensorBoardLogger", "init_args": where}
    arguments = [f"--trainer.logger={json.dumps(logger)}", f"--checkpoint.dirpath={folder}"]
    return arguments + ([f"--ckpt_path={checkpoint}"] if checkpoint else [])
