"""The redrawn faces that runs of a protocol read, and the normalizer that drew them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from norface_pl.datamodules.base import FaceDataModule
from norface_pl.datamodules.cross import CrossDataModule
from norface_pl.errors import NorfaceError
from norface_pl.evaluation.evaluation import Evaluation
from norface_pl.evaluation.fits import training_facts, two_phase_trainer
from norface_pl.evaluation.rows import Row
from norface_pl.evaluation.runs import Run
from norface_pl.evaluation.training_options import described_beside, training_options
from norface_pl.evaluation.two_phase import Training
from norface_pl.inference.redraw import (
    cache_exchanged,
    cache_neutral,
    cache_normalized,
    cache_originals,
)
from norface_pl.io.files import sha256_file
from norface_pl.io.locks import locked
from norface_pl.lightning_cli import Resolved, resolve


@dataclass
class NormalizedFaces:
    """Trains normalizers where they are asked for, and fills caches."""

    of: Evaluation
    _resolved: dict[str, Resolved] = field(default_factory=dict, repr=False)

    @property
    def folder(self) -> Path:
        """Folder of normalizers and caches."""
        return self.of.normalizer.folder or self.of.out / "stage1"

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
    ) -> tuple[list[Path], Path | None, list[str]]:
        """Fill the caches of the data sets that a run reads.

        Returns:
            Their folders, the checkpoint that drew them, and stamps of the pictures.
        """
        if row.inputs == "original":
            return [], None, []
        external = row.redrawn is not None and self.of.normalizer.people == "external"
        folder = self.folder / ("external" if external else run.part)
        if isinstance(datamodule, CrossDataModule):
            sources = {"train": datamodule.train, "test": datamodule.test}
        else:
            sources = {"": datamodule}
        with locked(folder, wait=True):
            checkpoint = None if row.redrawn is None else self._checkpoint(folder, run)
            # Other faces are left out, and so others are in the caches.
            places = {name: folder / name / (s.spare or "") for name, s in sources.items()}
            caches = {
                name: self._cache(places[name], row, source, checkpoint)
                for name, source in sources.items()
            }
        folders = [places[name] / cache for name, (cache, _) in caches.items()]
        return folders, checkpoint, [stamp for _, stamp in caches.values()]

    def _cache(
        self, folder: Path, row: Row, source: FaceDataModule, checkpoint: Path | None
    ) -> tuple[str, str]:
        """Fill the cache of a row; return its name and the stamp of its pictures."""
        if row.faces in ("neutral", "relative") and source.spare is None:
            raise NorfaceError(
                f"row {row.name} reads neutral faces, and the data set gives none: add "
                "--data.spare=neutral to classifier.args"
            )
        phases = two_phase_trainer(folder, folder, source, self._told(folder))
        facts: dict[str, object] = {"data": source.fingerprint()}
        if checkpoint is not None:
            facts["normalizer"] = sha256_file(checkpoint)

        if row.faces == "oracle":
            phase = phases.draw_oracles(facts)
        elif row.faces == "neutral":
            phase = phases.fill("neutral", partial(cache_neutral, source), facts)
        elif checkpoint is None:
            phase = phases.fill("originals", partial(cache_originals, source), facts)
        elif row.faces == "relative":
            redraw = partial(cache_normalized, source, checkpoint, relative=True)
            phase = phases.fill("relative", redraw, facts)
        elif row.target is None:
            phase = phases.redraw(facts, checkpoint)
        else:
            target = Path(row.target.absolute)
            facts["target"] = sha256_file(target)
            redraw = partial(cache_normalized, source, checkpoint, target=target)
            phase = phases.fill(f"normalized_{target.stem}", redraw, facts)
        if row.faces == "random":
            exchange = partial(cache_exchanged, source, phase.folder)
            phase = phases.fill(
                phase.name.replace("normalized", "exchanged"), exchange, facts, phase
            )
        return phase.folder.name, phases.runner.done[phase.name].stamp

    def _training(self, run: Run) -> dict[str, Any]:
        """Return the options that the normalizer is or was trained with."""
        if self.of.normalizer.people == "per_fold":
            return training_options(self._resolve(run).config)
        checkpoint = self._checkpoint(self.folder, run)
        return described_beside(checkpoint) or {"sha256": sha256_file(checkpoint)}

    def _resolve(self, run: Run) -> Resolved:
        if run.part not in self._resolved:
            self._resolved[run.part] = resolve(self.of.stage1(run, seed=0))
        return self._resolved[run.part]

    def _checkpoint(self, folder: Path, run: Run) -> Path:
        if self.of.normalizer.people == "per_fold":
            resolved = self._resolve(run)
            source = resolved.datamodule()
            training = Training(resolved.args, training_facts(resolved, source))
            phases = two_phase_trainer(folder, folder, source, self._told(folder))
            return phases.train_normalizer(training).result
        given = self.of.normalizer.checkpoint
        if given is None or not given.is_file():
            raise NorfaceError(
                f"the normalizer {given or '(none)'} does not exist, and {run} reads "
                "redrawn faces: give --normalizer.checkpoint, or train one for each fold with "
                "--normalizer.people=per_fold"
            )
        return given

    def _told(self, folder: Path) -> Callable[[str], None]:
        return lambda line: self.of.say(f"{folder.name}: {line}")

    def describe(self, checkpoint: Path, seen: Mapping[str, Any] | None) -> dict[str, Any]:
        """Return what is noted of a normalizer."""
        people = self.of.normalizer.people
        return {"sha256": sha256_file(checkpoint), "people": people, "trained_on": seen}
