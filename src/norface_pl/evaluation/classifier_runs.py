"""Trains and tests stage 2 for the runs of a protocol, and writes down what came out."""

import json
import time
from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import torch

from norface_pl.callbacks.select_on_test import tally_test_faces
from norface_pl.datamodules.cross import CrossDataModule
from norface_pl.environment import environment
from norface_pl.errors import NorfaceError
from norface_pl.evaluation.evaluation import Evaluation
from norface_pl.evaluation.independence import judge
from norface_pl.evaluation.normalized_faces import NormalizedFaces
from norface_pl.evaluation.phases import Metrics, Phase, PhaseRunner
from norface_pl.evaluation.record import FoldResult, Record, best_on_the_test_fold, record_name
from norface_pl.evaluation.rows import Row
from norface_pl.evaluation.runs import Run
from norface_pl.evaluation.training_options import training_options
from norface_pl.evaluation.two_phase import places
from norface_pl.face_module import trained_on
from norface_pl.io.stamp import stamp
from norface_pl.lightning_cli import NorfaceCLI, resolve
from norface_pl.types import Split

SPLITS: tuple[Split, ...] = ("train", "val", "test")


@dataclass(frozen=True)
class ClassifierRun:
    """A run of stage 2, and the redrawn faces that it reads."""

    of: Evaluation
    faces: NormalizedFaces
    run: Run
    row: Row

    def finish(self) -> Record | None:
        """Do it from wherever an earlier attempt left it; None if another process is at it."""
        resolved = resolve(self._arguments())
        datamodule = resolved.datamodule()
        if getattr(datamodule, "select_on_test", False):
            raise NorfaceError(
                f"{self.of.data.config} has select_on_test true, so that the test fold would "
                "choose checkpoints: set it to false, a protocol has a column of its own for that"
            )
        options = training_options(resolved.config)
        options["faces"] = self.faces.options(self.run, self.row)
        options["pictures"] = datamodule.fingerprint()
        options["select_on_test"] = self.of.classifier.select_on_test

        runs = [*self.run.by_task(self.of.data.tasks).values()]

        def work(folder: Path) -> list[Record]:
            folders, checkpoint, drawn = self.faces.finish(self.run, self.row, datamodule)

            def fit(resume: Path | None) -> Metrics:
                start = time.perf_counter()
                more = [*places(folder, resume), *self._watch(folder)]
                cli = NorfaceCLI(["fit", *self._arguments(folders), *more])
                found = self._records(folder, cli, checkpoint, recipe(resolved.config), options)
                seconds = round(time.perf_counter() - start, 1)
                # The first is what tells that all are there.
                for record in reversed(found):
                    path = folder / record_name(record.run)
                    replace(record, seconds=seconds).save(path)
                return {}

            facts = {"options": options, "protocol": self.of.name, "faces": drawn}
            paths = [folder / record_name(run) for run in runs]
            PhaseRunner(self.of.say).finish(Phase(str(self.run), folder, facts, fit, paths[0]))
            return [Record.load(path) for path in paths]

        return self.of.finish(self.run, options, Record.load, work, runs)

    def _arguments(self, folders: Sequence[Path] = ()) -> list[str]:
        """Return the arguments of ``norface fit``, with the folders of the redrawn faces if any."""
        stage2 = self.of.stage2(self.run, folders)
        return [*stage2, f"--model.inputs={self.row.inputs}", *self.row.classifier_args]

    def _watch(self, folder: Path) -> list[str]:
        if not self.of.classifier.select_on_test:
            return []
        where = {"folder": str(folder / "epochs")}
        watch = {"class_path": "norface_pl.callbacks.SelectOnTest", "init_args": where}
        return [f"--trainer.callbacks+={json.dumps(watch)}"]

    def _records(
        self,
        folder: Path,
        cli: NorfaceCLI,
        checkpoint: Path | None,
        recipe: str,
        options: dict[str, Any],
    ) -> list[Record]:
        """Return what came out for each task."""
        best = folder / "best.ckpt"
        if not best.is_file():
            raise NorfaceError(
                f"{self.run} ended without {best}; let it validate and save at least once (one "
                "epoch, no fast_dev_run)"
            )
        trainer, faces = cli.trainer, cli.datamodule
        watched = self.of.classifier.select_on_test
        last = tally_test_faces(trainer, cli.model, faces)
        weights = torch.load(best, map_location="cpu", weights_only=True)
        cli.model.load_state_dict(weights["state_dict"])
        selected = tally_test_faces(trainer, cli.model, faces)
        data, test_data = self.of.data.names
        names = {split: faces.subject_names(split) for split in SPLITS}
        seen = None if checkpoint is None else trained_on(checkpoint)
        who = {"population": faces.population, "subjects": names["train"] + names["val"]}
        tested = faces.test.population if isinstance(faces, CrossDataModule) else faces.population
        independent, reason = judge(tested, names["test"], who, seen, checkpoint is not None)
        return [
            Record(
                protocol=self.of.name,
                task=task,
                run=run,
                data=data,
                test_data=test_data,
                subjects={split: sorted(set(people) - {""}) for split, people in names.items()},
                faces={split: len(people) for split, people in names.items()},
                independent=independent,
                reason=reason,
                normalizer=None if checkpoint is None else self.faces.describe(checkpoint, seen),
                recipe=recipe,
                options=options,
                stamp=stamp(options),
                parameters=sum(weights.numel() for weights in cli.model.net.parameters()),
                seconds=0.0,
                environment=environment(),
                last=FoldResult(trainer.current_epoch - 1, trainer.global_step, last[task]),
                selected=FoldResult(weights["epoch"], weights["global_step"], selected[task]),
                peer=best_on_the_test_fold(folder / "epochs" / task) if watched else None,
            )
            for task, run in self.run.by_task(self.of.data.tasks).items()
        ]


def recipe(config: Mapping[str, Any]) -> str:
    """Return a stamp of a training's configuration but for fold, seed and input."""
    content = deepcopy(dict(config))
    content.pop("seed_everything", None)
    content["model"]["init_args"].pop("inputs", None)
    data = content["data"]["init_args"]
    for part in (data, (data.get("train") or {}).get("init_args", {})):
        part.pop("fold", None)
    return stamp(content)
