"""Stage 1, normalized pictures, stage 2: each step from the results of the one before."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
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
        facts: The options that ``args`` resolve to, and the fingerprint of the data.
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
        out: Folder of the normalizer and the caches.
        stage2: Folder of the classifiers; another one for another task on the same normalizer.
        fit: Runs ``norface fit`` with a command line.
        test: Metrics of what ``fit`` returned, with the weights of a checkpoint.
        normalize: Fills a cache: takes the checkpoint of stage 1 and the cache folder.
        draw_oracle: Fills a cache with oracle pictures: takes the cache folder.
        runner: Keeps the books.
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

        Args:
            normalizer: The fit of stage 1.
            data: Fingerprint of the pictures that go into the caches.
            classifiers: The fits of stage 2, in the order in which they run.
            stop_after: The last step to do; None does all.
        """
        oracle = any(training.cache == "oracle" for training in classifiers.values())
        self.runner.costs = costs(classifiers, oracle, stop_after)
        first = self.train_normalizer(normalizer)
        if stop_after == "normalizer":
            return {}
        pictures = {"data": data}
        caches = {None: (), "normalized": (self.redraw(pictures, first.result, (first,)),)}
        if stop_after == "normalized":
            return {}
        if oracle:
            caches["oracle"] = (self.draw_oracles(pictures),)
        return {
            name: self._classifier(name, training, caches[training.cache])
            for name, training in classifiers.items()
        }

    def train_normalizer(self, training: Training) -> Phase:
        """Trains stage 1 in ``out/normalizer``, if it was not done; the result is a checkpoint."""
        folder = self.out / "normalizer"

        def work(checkpoint: Path | None) -> Metrics:
            fitted = self.fit([*training.args, *places(folder, checkpoint)])
            return self.test(fitted, folder / "best.ckpt")

        return self._finished(
            Phase("normalizer", folder, training.facts, work, folder / "best.ckpt")
        )

    def redraw(
        self, facts: Mapping[str, object], checkpoint: Path, after: tuple[Phase, ...]
    ) -> Phase:
        """Fills the cache ``out/normalized``, if it was not done.

        Args:
            facts: What decides the pictures beside the results of ``after``.
            checkpoint: Of the normalizer.
            after: The phase that trained it.
        """
        folder = self.out / "normalized"

        def work(_: Path | None) -> Metrics:
            self.normalize(checkpoint, folder)
            return {}

        manifest = folder / "manifest.parquet"
        return self._finished(
            Phase("normalized", folder, facts, work, manifest, after=after, resumes=True)
        )

    def draw_oracles(self, facts: Mapping[str, object]) -> Phase:
        """Fills the cache ``out/oracle``, if it was not done; ``facts`` decide its pictures."""
        folder = self.out / "oracle"

        def work(_: Path | None) -> Metrics:
            self.draw_oracle(folder)
            return {}

        manifest = folder / "manifest.parquet"
        return self._finished(Phase("oracle", folder, facts, work, manifest, resumes=True))

    def _classifier(self, name: str, training: Training, reads: tuple[Phase, ...]) -> Metrics:
        folder = self.stage2 / f"classifier_{name}"
        given = [f"--data.normalized={cache.folder}" for cache in reads]

        def work(checkpoint: Path | None) -> Metrics:
            fitted = self.fit([*training.args, *given, *places(folder, checkpoint)])
            return self.test(fitted, folder / "best.ckpt")

        result = folder / "best.ckpt"
        phase = Phase(f"classifier_{name}", folder, training.facts, work, result, after=reads)
        return self.runner.finish(phase)

    def _finished(self, phase: Phase) -> Phase:
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
    logger = {
        "class_path": "lightning.pytorch.loggers.TensorBoardLogger",
        "init_args": {
            "save_dir": str(folder),
            "name": "logs",
            "version": "",
            "default_hp_metric": False,
        },
    }
    arguments = [f"--trainer.logger={json.dumps(logger)}", f"--checkpoint.dirpath={folder}"]
    return arguments + ([f"--ckpt_path={checkpoint}"] if checkpoint else [])
