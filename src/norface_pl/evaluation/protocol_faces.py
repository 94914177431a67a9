"""The redrawn faces that runs of a protocol read, and the normalizer that drew them."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, Literal

from norface_pl.commands.run import plan, test
from norface_pl.data.cache import MANIFEST
from norface_pl.datamodules.base import FaceDataModule
from norface_pl.datamodules.cross import CrossDataModule
from norface_pl.errors import NorfaceError
from norface_pl.evaluation.phases import Metrics, Phase, PhaseRunner
from norface_pl.evaluation.protocol_data import ProtocolData
from norface_pl.evaluation.rows import Row
from norface_pl.evaluation.runs import Run
from norface_pl.evaluation.training_options import described_beside, training_options
from norface_pl.evaluation.two_phase import Training, TwoPhaseTrainer
from norface_pl.inference.redraw import (
    cache_exchanged,
    cache_normalized,
    cache_oracle,
    cache_originals,
)
from norface_pl.io.files import sha256_file
from norface_pl.io.locks import locked
from norface_pl.lightning_cli import NorfaceCLI

People = Literal["external", "per_fold"]


@dataclass
class DrawnFaces:
    """Trains normalizers where they are asked for, and fills caches.

    Attributes:
        data: of the protocol.
        people: whether the normalizer was trained elsewhere, or is trained anew on the training
            people of each fold.
        checkpoint: of the normalizer that was trained elsewhere.
        normalizer: arguments of ``norface fit`` for the other case.
        folder: of normalizers and caches.
        say: takes one line for each step.
    """

    data: ProtocolData
    people: People
    checkpoint: Path | None
    normalizer: Sequence[str]
    folder: Path
    say: Callable[[str], None]
    _planned: dict[str, tuple[Training, FaceDataModule]] = field(default_factory=dict, repr=False)

    def options(self, run: Run, row: Row) -> dict[str, Any]:
        """Return what decides the redrawn faces that a run reads, before any is drawn."""
        if row.inputs == "original":
            return {}
        found: dict[str, Any] = {"from": row.faces}
        if row.target is not None:
            found["target"] = sha256_file(Path(row.target.absolute))
        if row.redrawn is not None:
            found["normalizer"] = self._training(run)
        return found

    def finish(
        self, run: Run, row: Row, datamodule: FaceDataModule
    ) -> tuple[list[Path], Path | None, str]:
        """Fill the caches of the data sets that a run reads.

        Returns:
            Their folders, the checkpoint that drew them, and what decides the pictures.
        """
        if row.inputs == "original":
            return [], None, ""
        external = row.redrawn is not None and self.people == "external"
        folder = self.folder / ("external" if external else run.part)
        if isinstance(datamodule, CrossDataModule):
            sources = {"train": datamodule.train, "test": datamodule.test}
        else:
            sources = {"": datamodule}
        with locked(folder, wait=True):
            checkpoint = None if row.redrawn is None else self._checkpoint(folder, run)
            caches = {
                name: self._cache(folder / name, row, source, checkpoint)
                for name, source in sources.items()
            }
        folders = [folder / name / cache for name, (cache, _) in caches.items()]
        return folders, checkpoint, " ".join(stamp for _, stamp in caches.values())

    def _cache(
        self, folder: Path, row: Row, source: FaceDataModule, checkpoint: Path | None
    ) -> tuple[str, str]:
        """Fill the cache of a row; return its name and what decides its pictures."""
        phases = self._phases(folder, source)
        given = "" if checkpoint is None else sha256_file(checkpoint)
        decided = f"{source.fingerprint()} {given}"

        def fill(name: str, work: Callable[[Path], None], *after: Phase) -> Phase:
            def done(_: Path | None) -> Metrics:
                work(folder / name)
                return {}

            result = folder / name / MANIFEST
            phase = Phase(name, folder / name, decided, done, result, after, resumes=True)
            phases.runner.finish(phase)
            return phase

        if row.faces == "oracle":
            phase = phases.draw_oracles(decided)
        elif checkpoint is None:
            phase = fill("originals", partial(cache_originals, source))
        elif row.target is None:
            phase = phases.redraw(decided, checkpoint, ())
        else:
            target = Path(row.target.absolute)
            decided += f" {sha256_file(target)}"
            redraw = partial(cache_normalized, source, checkpoint, target=target)
            phase = fill(f"normalized_{target.stem}", redraw)
        if row.faces == "random":
            exchange = partial(cache_exchanged, source, phase.folder)
            phase = fill(phase.folder.name.replace("normalized", "exchanged"), exchange, phase)
        return phase.folder.name, phases.runner.done[phase.name].stamp

    def _training(self, run: Run) -> dict[str, Any]:
        """Return the options that the normalizer is or was trained with."""
        if self.people == "per_fold":
            return training_options(json.loads(self._plan(run)[0].config)["config"])
        checkpoint = self._checkpoint(self.folder, run)
        return described_beside(checkpoint) or {"sha256": sha256_file(checkpoint)}

    def _plan(self, run: Run) -> tuple[Training, FaceDataModule]:
        if run.part not in self._planned:
            arguments = [*self.normalizer, *self.data.stage1(run.fold)]
            self._planned[run.part] = plan(arguments)
        return self._planned[run.part]

    def _checkpoint(self, folder: Path, run: Run) -> Path:
        if self.people == "per_fold":
            training, source = self._plan(run)
            return self._phases(folder, source).train_normalizer(training).result
        if self.checkpoint is None or not self.checkpoint.is_file():
            raise NorfaceError(
                f"the normalizer {self.checkpoint or '(none)'} does not exist, and {run} reads "
                "redrawn faces: give --normalizer a checkpoint, or train one for each fold with "
                "--normalizer_people per_fold"
            )
        return self.checkpoint

    def _phases(self, folder: Path, source: FaceDataModule) -> TwoPhaseTrainer[NorfaceCLI]:
        return TwoPhaseTrainer(
            folder,
            folder,
            fit=lambda arguments: NorfaceCLI(["fit", *arguments]),
            test=test,
            normalize=lambda checkpoint, cache: cache_normalized(source, checkpoint, cache),
            draw_oracle=lambda cache: cache_oracle(source, cache),
            runner=PhaseRunner(lambda line: self.say(f"{folder.name}: {line}")),
        )

    def describe(self, checkpoint: Path, seen: Mapping[str, Any] | None) -> dict[str, Any]:
        """Return what is noted of a normalizer."""
        return {"sha256": sha256_file(checkpoint), "people": self.people, "trained_on": seen}
