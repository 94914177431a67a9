"""``norface run``: both phases on one data set, then the comparison."""

import json
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from norface_pl.config_files import ClassifierFile, DataFile, NormalizerFile, TrainerFile
from norface_pl.evaluation.options import fit_arguments
from norface_pl.evaluation.runs import Input
from norface_pl.evaluation.two_phase import StopAfter
from norface_pl.progress import restart
from norface_pl.types import TaskOrTasks

COLUMNS: tuple[Input, ...] = ("both", "normalized", "original", "oracle")


def run(
    normalizer: NormalizerFile,
    classifier: ClassifierFile,
    data: DataFile,
    out: Path,
    seed: int = 0,
    task: TaskOrTasks | None = None,
    name: str = "",
    compare: Sequence[Input] = COLUMNS,
    trainer: TrainerFile | None = None,
    normalizer_args: Sequence[str] = (),
    classifier_args: Sequence[str] = (),
    stop_after: StopAfter | None = None,
) -> None:
    """Trains the normalizer, redraws the data set with it, trains and compares classifiers.

    The same command again skips what is finished and goes on with what was interrupted; a phase
    whose options or data have changed is done again, with all that builds on it.

    Args:
        normalizer: Config of stage 1.
        classifier: Config of stage 2.
        data: Config of the data set, for both stages.
        out: Folder for checkpoints, logs, caches, results.json and grid.png.
        seed: Seed of every training.
        task: Task of stage 2, where the data set has labels for several, or a list of tasks that
            one model learns; default: data's own.
        name: Folder inside out for stage 2 and its results, so that several tasks share a
            normalizer; default: out itself.
        compare: The classifiers to train, by what they read; oracle only where the data set can
            draw the true normalized face.
        trainer: Config of the trainer, on top of the stages' own.
        normalizer_args: More arguments of norface fit for stage 1, each as --key=value.
        classifier_args: More arguments of norface fit for stage 2, each as --key=value.
        stop_after: Leave out the steps after this one.
    """
    from norface_pl.evaluation.fits import BothStages, two_phase_trainer
    from norface_pl.evaluation.run_report import RunReport, save_grid

    # One line for each phase: folders are long, and a wrapped line is hard to search for.
    console = Console(highlight=False, soft_wrap=True, markup=False)
    common = ["--data", data.absolute, f"--seed_everything={seed}"]
    common += ["--trainer", trainer.absolute] if trainer else []
    said = json.dumps(task) if isinstance(task, list) else task
    task_args = [f"--data.task={said}"] if task else []
    stages = BothStages(
        fit_arguments(normalizer, common, normalizer_args),
        fit_arguments(classifier, common, [*classifier_args, *task_args]),
        compare,
    )
    phases = two_phase_trainer(
        out, out / name, stages.source, say=lambda line: console.print(f"> {line}")
    )
    console.print(f"TensorBoard: tensorboard --logdir {out}")
    restart()
    columns = stages.train(phases, stop_after)
    if stop_after:
        return
    tested, results, grid = stages.evaluation, out / name / "results.json", out / name / "grid.png"
    report = RunReport(tested.labels_by_task, columns, phases.runner.done, seed)
    report.save(results)
    save_grid(tested, out / "normalized", grid)
    for table in report.tables():
        console.print(table)
    console.print(f"results: {results}, pictures: {grid}")
