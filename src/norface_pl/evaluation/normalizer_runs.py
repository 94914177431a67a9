"""Trains stage 1 for the rows of an ablation, and reads the faces that it draws."""

import json
from dataclasses import dataclass
from functools import cached_property
from importlib import import_module
from pathlib import Path
from typing import Any

import yaml

from norface_pl.errors import NorfaceError
from norface_pl.evaluation.evaluation import Evaluation
from norface_pl.evaluation.fits import BothStages, training_facts, two_phase_trainer
from norface_pl.evaluation.normalizer_record import NormalizerRecord
from norface_pl.evaluation.options import fit_arguments
from norface_pl.evaluation.phases import Metrics, Phase, PhaseRunner
from norface_pl.evaluation.record import RECORD
from norface_pl.evaluation.rows import Row
from norface_pl.evaluation.runs import Run
from norface_pl.evaluation.training_options import training_options
from norface_pl.evaluation.two_phase import Training, places
from norface_pl.face_module import load_module
from norface_pl.inference.probe_code import read_code
from norface_pl.inference.probe_measure import measure
from norface_pl.inference.stages import choose_device
from norface_pl.io.files import make_folder, write_json
from norface_pl.io.stamp import stamp
from norface_pl.lightning_cli import NorfaceCLI, Resolved, resolve
from norface_pl.normalizer.mae import ENCODER_FILE

FACES, BATCH = 4000, 64
"""Faces of each kind of people that are probed at most, and how many are redrawn together."""


@dataclass(frozen=True)
class NormalizerRun:
    """A run of stage 1: a folder of ``norface run``, with the probes beside it."""

    of: Evaluation
    run: Run
    row: Row

    def finish(self) -> NormalizerRecord | None:
        """Do it from wherever an earlier attempt left it; None if another process is at it."""
        if self.of.data.test is not None:
            raise NorfaceError(
                f"row {self.row.name} trains a normalizer, which one data set tests: leave "
                "data.test out"
            )
        own = [self.run]
        return self.of.finish(self.run, self._options, NormalizerRecord.load, self._work, own)

    def _work(self, folder: Path) -> list[NormalizerRecord]:
        phases = two_phase_trainer(
            folder, folder, self._stages.source, lambda line: self.of.say(f"{self.run}: {line}")
        )
        more = self._pretrain(folder, phases.runner)
        columns = self._stages.train(phases, None if self.row.compare else "normalizer", more)
        self._probe(folder / "probes", phases.runner)
        probe, code = (
            json.loads((folder / "probes" / f"{name}.json").read_text(encoding="utf-8"))
            for name in ("probe", "code")
        )
        record = NormalizerRecord(
            protocol=self.of.name,
            run=self.run,
            data=self.of.data.names[0],
            options=self._options,
            stamp=stamp(self._options),
            seconds={name: done.seconds for name, done in phases.runner.done.items()},
            # Of the commit that made it, not of the one that finds it done.
            environment=probe["environment"],
            readings=probe["readings"],
            code=code,
            people={key: probe[key] for key in ("fitted_on", "read_from")},
            columns=dict(columns),
        )
        record.keep(folder / RECORD)
        return [record]

    @cached_property
    def _stages(self) -> BothStages:
        row = self.row
        first = [*self.of.stage1(self.run, self.run.seed, row.normalizer), *row.normalizer_args]
        return BothStages(first, [*self.of.stage2(self.run), *row.classifier_args], row.compare)

    @cached_property
    def _encoder(self) -> Resolved | None:
        if self.row.encoder is None:
            return None
        common = self.of.before(self.run.seed, self.of.data.stage1(self.run.fold))
        return resolve(fit_arguments(self.row.encoder.config, common, self.row.encoder.args))

    @cached_property
    def _options(self) -> dict[str, Any]:
        """All that decides the outcome of the run."""
        options = training_options(self._stages.first.config) | {
            "pictures": self._stages.source.fingerprint(),
            "probes": self._probes,
            "compare": sorted(self.row.compare),
        }
        if self.row.compare:
            options["classifier"] = training_options(resolve(self._stages.classifier).config)
        if self._encoder is not None:
            options["encoder"] = training_options(self._encoder.config)
        return options

    @cached_property
    def _data(self) -> dict[str, Any]:
        """What probes read: the same for all rows, whatever a row changes of its own data."""
        return self.of.data.described(fold=self.run.fold)

    @cached_property
    def _probes(self) -> dict[str, Any]:
        settings = {"steps": self.row.probe_steps, "faces": FACES, "seed": self.run.seed}
        return settings | {"data": Resolved([], {"data": self._data}).datamodule().fingerprint()}

    def _pretrain(self, folder: Path, runner: PhaseRunner) -> Training | None:
        """Train the encoder of a row if it has one; return what stage 1 gets of it."""
        encoder, where = self._encoder, folder / "encoder"
        if encoder is None or self.row.encoder is None:
            return None

        def work(checkpoint: Path | None) -> Metrics:
            NorfaceCLI(["fit", *encoder.args, *places(where, checkpoint)])
            return {}

        facts = training_facts(encoder, encoder.datamodule())
        runner.finish(Phase("encoder", where, facts, work, where / ENCODER_FILE))
        weights = f"{self.row.encoder.given_as}={where / ENCODER_FILE}"
        return Training([weights], {"encoder": facts})

    def _probe(self, where: Path, runner: PhaseRunner) -> None:
        """Read the faces of test people, redrawn by the checkpoint, and its code."""
        drawn, row = runner.done["normalizer"], self.row
        # What originals and oracles tell is the same for all normalizers.
        kinds = {"normalized", *row.compare} & {"original", "normalized", "oracle"}

        def work(_: Path | None) -> Metrics:
            path, name = self._stages.first.config["model"]["class_path"].rpartition(".")[::2]
            checkpoint = where.with_name("normalizer") / "best.ckpt"
            module = load_module(getattr(import_module(path), name), checkpoint)
            module.to(choose_device("auto"))
            data, seed = make_folder(where) / "data.yaml", self.run.seed
            data.write_text(yaml.safe_dump(self._data), encoding="utf-8")
            measure(module, checkpoint, data, where, row.probe_steps, FACES, BATCH, seed, kinds)
            write_json(where / "code.json", read_code(module, data))
            return {}

        facts = {"probes": self._probes, "kinds": sorted(kinds), "drawn": drawn.stamp}
        facts["checkpoint"] = drawn.result
        runner.costs = {}
        runner.finish(Phase("probes", where, facts, work, where / "code.json"))
