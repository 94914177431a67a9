"""Trains stage 1 for the rows of an ablation, and reads the faces that it draws."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

import yaml

from norface_pl.environment import environment
from norface_pl.errors import NorfaceError
from norface_pl.evaluation.evaluation import Evaluation
from norface_pl.evaluation.fits import BothStages, training_facts, two_phase_trainer
from norface_pl.evaluation.normalizer_record import NormalizerRecord
from norface_pl.evaluation.options import fit_arguments
from norface_pl.evaluation.phases import Metrics, Phase, PhaseRunner
from norface_pl.evaluation.record import RECORD
from norface_pl.evaluation.rows import Encoder, Row
from norface_pl.evaluation.runs import Run
from norface_pl.evaluation.training_options import training_options
from norface_pl.evaluation.two_phase import Training, TwoPhaseTrainer, places
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


@dataclass
class NormalizerRuns:
    """Brings runs of stage 1 to their end, each from wherever an earlier attempt left it.

    The folder of a run is one of ``norface run``, with the probes beside it.

    Attributes:
        of: the evaluation that they are for.
    """

    of: Evaluation

    def finish(self, run: Run, row: Row) -> NormalizerRecord | None:
        """Do a run of a row, or find it done; None if another process is at it."""
        stages, encoder = self._stages(run, row), self._encoder(run, row.encoder)
        options = self._options(stages, encoder, run, row)

        def work(folder: Path) -> NormalizerRecord:
            phases = two_phase_trainer(
                folder, folder, stages.source, lambda line: self.of.say(f"{run}: {line}")
            )
            more = self._pretrain(folder, encoder, row, phases.runner)
            columns = stages.train(phases, None if row.compare else "normalizer", more)
            self._probe(folder, stages, run, row, phases)
            record = self._record(run, options, phases, columns)
            record.keep(folder / RECORD)
            return record

        return self.of.finish(run, options, NormalizerRecord.load, work)

    def _stages(self, run: Run, row: Row) -> BothStages:
        if self.of.data.test is not None:
            raise NorfaceError(
                f"row {row.name} trains a normalizer, which one data set tests: leave data.test out"
            )
        first = [*self.of.stage1(run, run.seed, row.normalizer), *row.normalizer_args]
        return BothStages(first, [*self.of.stage2(run), *row.classifier_args], row.compare)

    def _encoder(self, run: Run, encoder: Encoder | None) -> Resolved | None:
        if encoder is None:
            return None
        common = self.of.before(run.seed, self.of.data.stage1(run.fold))
        return resolve(fit_arguments(encoder.config, common, encoder.args))

    def _options(
        self, stages: BothStages, encoder: Resolved | None, run: Run, row: Row
    ) -> dict[str, Any]:
        """Return all that decides the outcome of a run."""
        options = training_options(stages.first.config) | {
            "pictures": stages.source.fingerprint(),
            "probes": self._probes(run, row),
            "compare": sorted(row.compare),
        }
        if row.compare:
            options["classifier"] = training_options(resolve(stages.classifier).config)
        if encoder is not None:
            options["encoder"] = training_options(encoder.config)
        return options

    def _probes(self, run: Run, row: Row) -> dict[str, Any]:
        # Those of all rows alike, whatever a row changes of its own data.
        data = Resolved([], {"data": self.of.data.described(fold=run.fold)}).datamodule()
        settings = {"steps": row.probe_steps, "faces": FACES, "seed": run.seed}
        return settings | {"data": data.fingerprint()}

    def _pretrain(
        self, folder: Path, encoder: Resolved | None, row: Row, runner: PhaseRunner
    ) -> Training | None:
        """Train the encoder of a row if it has one; return what stage 1 gets of it."""
        if encoder is None or row.encoder is None:
            return None
        where, args = folder / "encoder", encoder.args

        def work(checkpoint: Path | None) -> Metrics:
            NorfaceCLI(["fit", *args, *places(where, checkpoint)])
            return {}

        facts = training_facts(encoder, encoder.datamodule())
        runner.finish(Phase("encoder", where, facts, work, where / ENCODER_FILE))
        weights = f"{row.encoder.given_as}={where / ENCODER_FILE}"
        return Training([weights], {"encoder": facts})

    def _probe(
        self,
        folder: Path,
        stages: BothStages,
        run: Run,
        row: Row,
        phases: TwoPhaseTrainer[NorfaceCLI],
    ) -> None:
        """Read the faces of test people, redrawn by the checkpoint, and its code."""
        where, drawn = folder / "probes", phases.runner.done["normalizer"]
        # What originals and oracles tell is the same for all normalizers.
        kinds = {"normalized", *row.compare} & {"original", "normalized", "oracle"}

        def work(_: Path | None) -> Metrics:
            path, name = stages.first.config["model"]["class_path"].rpartition(".")[::2]
            checkpoint = folder / "normalizer" / "best.ckpt"
            module = load_module(getattr(import_module(path), name), checkpoint)
            module.to(choose_device("auto"))
            data = make_folder(where) / "data.yaml"
            data.write_text(yaml.safe_dump(self.of.data.described(fold=run.fold)), encoding="utf-8")
            measure(module, checkpoint, data, where, row.probe_steps, FACES, BATCH, run.seed, kinds)
            write_json(where / "code.json", read_code(module, data))
            return {}

        facts = {"probes": self._probes(run, row), "kinds": sorted(kinds), "drawn": drawn.stamp}
        facts["checkpoint"] = drawn.result
        phases.runner.costs = {}
        phases.runner.finish(Phase("probes", where, facts, work, where / "code.json"))

    def _record(
        self,
        run: Run,
        options: dict[str, Any],
        phases: TwoPhaseTrainer[NorfaceCLI],
        columns: Mapping[str, Metrics],
    ) -> NormalizerRecord:
        probe, code = (
            json.loads((phases.out / "probes" / f"{name}.json").read_text(encoding="utf-8"))
            for name in ("probe", "code")
        )
        return NormalizerRecord(
            protocol=self.of.name,
            run=run,
            data=self.of.data.names[0],
            options=options,
            stamp=stamp(options),
            seconds={name: done.seconds for name, done in phases.runner.done.items()},
            environment=environment(),
            readings=probe["readings"],
            code=code,
            people={key: probe[key] for key in ("fitted_on", "read_from")},
            columns=dict(columns),
        )
