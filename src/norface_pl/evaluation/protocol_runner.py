"""Does the runs of a protocol: trains stage 2, tests it, writes down what came out."""

import hashlib
import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import torch
import yaml

from norface_pl.callbacks.select_on_test import tally_test_faces
from norface_pl.commands.run import plan
from norface_pl.datamodules.base import Split
from norface_pl.datamodules.cross import CrossDataModule
from norface_pl.environment import environment
from norface_pl.errors import NorfaceError
from norface_pl.evaluation.independence import judge
from norface_pl.evaluation.phases import Metrics, Phase, PhaseRunner
from norface_pl.evaluation.protocol_data import ProtocolData
from norface_pl.evaluation.protocol_faces import DrawnFaces
from norface_pl.evaluation.record import RECORD, Reading, Record, best_on_the_test_fold
from norface_pl.evaluation.rows import Row
from norface_pl.evaluation.runs import Run
from norface_pl.evaluation.training_options import stamp, training_options
from norface_pl.evaluation.two_phase import places
from norface_pl.face_module import trained_on
from norface_pl.io.locks import locked
from norface_pl.lightning_cli import NorfaceCLI

SPLITS: tuple[Split, ...] = ("train", "val", "test")


@dataclass
class ProtocolRunner:
    """Brings runs to their end, each from wherever an earlier attempt left it.

    Attributes:
        name: of the protocol.
        data: what is trained and tested on.
        classifier: arguments of ``norface fit`` for stage 2, but for data, seed and input.
        drawn: what gives the redrawn faces.
        out: folder of the runs.
        results: folder of small records that are kept for good; a run whose record lies there,
            or beside it in that of another protocol, and was made with the same options is done.
        select_on_test: read the test fold after every validation, for a column of its own.
        say: takes one line for each step.
    """

    name: str
    data: ProtocolData
    classifier: Sequence[str]
    drawn: DrawnFaces
    out: Path
    results: Path | None
    select_on_test: bool
    say: Callable[[str], None]

    def finish(self, run: Run, row: Row) -> Record | None:
        """Do a run of a row, or find it done; None if another process is at it."""
        own = [f"--seed_everything={run.seed}", f"--model.inputs={row.inputs}"]
        own += row.classifier_args
        training, datamodule = plan([*self.classifier, *self.data.stage2(run.fold), *own])
        if getattr(datamodule, "select_on_test", False):
            raise NorfaceError(
                f"{self.data.train.path} has select_on_test true, so that the test fold would "
                "choose checkpoints: set it to false, a protocol has a column of its own for that"
            )
        options = training_options(json.loads(training.config)["config"])
        options["faces"] = self.drawn.options(run, row)
        options |= {"pictures": datamodule.fingerprint(), "select_on_test": self.select_on_test}
        if (kept := self._kept(run, stamp(options))) is not None:
            return kept
        folders, checkpoint, given = self.drawn.finish(run, row, datamodule)
        folder = run.folder(self.out)

        def work(resume: Path | None) -> Metrics:
            start = time.perf_counter()
            data = self.data.stage2(run.fold, folders)
            more = [*places(folder, resume), *self._watch(folder)]
            cli = NorfaceCLI(["fit", *self.classifier, *data, *own, *more])
            record = self._record(run, cli, checkpoint, training.config, options)
            seconds = round(time.perf_counter() - start, 1)
            replace(record, seconds=seconds).save(folder / RECORD)
            return {}

        decided = f"{stamp(options)} {self.name} {given}"
        with locked(folder, wait=False) as mine:
            if not mine:
                self.say(f"{run}: another process is at it, left to that")
                return None
            PhaseRunner(self.say).finish(Phase(str(run), folder, decided, work, folder / RECORD))
        record = Record.load(folder / RECORD)
        if self.results is not None:
            record.keep(run.file(self.results))
        return record

    def _kept(self, run: Run, wanted: str) -> Record | None:
        """Find the record of a run, or of one with the same options, among those kept for good."""
        if self.results is None:
            return None
        own = run.file(self.results)
        for path in [own, *sorted(self.results.parent.glob("*/*.json"))]:
            if not path.is_file() or wanted not in path.read_text(encoding="utf-8"):
                continue
            record = Record.load(path)
            if path == own:
                self.say(f"{run}: finished before, skipped")
                return record
            self.say(f"{run}: the same options as {record.run} of {record.protocol}, taken over")
            record = replace(record, protocol=self.name, run=run)
            record.keep(own)
            return record
        return None

    def _watch(self, folder: Path) -> list[str]:
        if not self.select_on_test:
            return []
        watch = {
            "class_path": "norface_pl.callbacks.SelectOnTest",
            "init_args": {"folder": str(folder / "epochs")},
        }
        return [f"--trainer.callbacks+={json.dumps(watch)}"]

    def _record(
        self,
        run: Run,
        cli: NorfaceCLI,
        checkpoint: Path | None,
        config: str,
        options: dict[str, Any],
    ) -> Record:
        best = run.folder(self.out) / "best.ckpt"
        if not best.is_file():
            raise NorfaceError(
                f"{run} ended without {best}; let it validate and save at least once (one epoch, "
                "no fast_dev_run)"
            )
        trainer, faces = cli.trainer, cli.datamodule
        last = tally_test_faces(trainer, cli.model, faces)
        weights = torch.load(best, map_location="cpu", weights_only=True)
        cli.model.load_state_dict(weights["state_dict"])
        selected = tally_test_faces(trainer, cli.model, faces)
        names = {split: faces.subject_names(split) for split in SPLITS}
        seen = None if checkpoint is None else trained_on(checkpoint)
        who = {"population": faces.population, "subjects": names["train"] + names["val"]}
        tested = faces.test.population if isinstance(faces, CrossDataModule) else faces.population
        independent, reason = judge(tested, names["test"], who, seen, checkpoint is not None)
        return Record(
            protocol=self.name,
            task=self.data.task,
            run=run,
            data=self.data.train.name,
            test_data=None if self.data.test is None else self.data.test.name,
            subjects={split: sorted(set(people) - {""}) for split, people in names.items()},
            faces={split: len(people) for split, people in names.items()},
            independent=independent,
            reason=reason,
            normalizer=None if checkpoint is None else self.drawn.describe(checkpoint, seen),
            recipe=recipe(config),
            options=options,
            stamp=stamp(options),
            parameters=sum(weights.numel() for weights in cli.model.net.parameters()),
            seconds=0.0,
            environment=environment(),
            last=Reading(trainer.current_epoch - 1, trainer.global_step, last),
            selected=Reading(weights["epoch"], weights["global_step"], selected),
            peer=best_on_the_test_fold(best.parent / "epochs") if self.select_on_test else None,
        )


def recipe(config: str) -> str:
    """Return a hash of a training's configuration but for fold, seed and input."""
    content = yaml.safe_load(json.loads(config)["config"])
    content.pop("seed_everything", None)
    content["model"]["init_args"].pop("inputs", None)
    data = content["data"]["init_args"]
    for part in (data, data.get("train", {}).get("init_args", {})):
        part.pop("fold", None)
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()
