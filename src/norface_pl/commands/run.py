"""``norface run``: both phases on one data set, then the comparison."""

import contextlib
import io
import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import yaml
from jsonargparse import ArgumentParser
from rich.console import Console

from norface_pl.commands.config_files import (
    ClassifierFile,
    DataFile,
    NormalizerFile,
    TrainerFile,
)
from norface_pl.errors import NorfaceError
from norface_pl.evaluation.phases import Metrics, PhaseRunner
from norface_pl.evaluation.two_phase import Cache, StopAfter, Training, TwoPhaseTrainer
from norface_pl.types import Inputs, Task

if TYPE_CHECKING:
    from norface_pl.datamodules.base import FaceDataModule
    from norface_pl.lightning_cli import NorfaceCLI

Column = Literal["both", "normalized", "original", "oracle"]
COLUMNS: tuple[Column, ...] = ("both", "normalized", "original", "oracle")


def run(
    normalizer: NormalizerFile,
    classifier: ClassifierFile,
    data: DataFile,
    out: Path,
    seed: int = 0,
    task: Task | None = None,
    name: str = "",
    compare: Sequence[Column] = COLUMNS,
    trainer: TrainerFile | None = None,
    normalizer_args: Sequence[str] = (),
    classifier_args: Sequence[str] = (),
    stop_after: StopAfter | None = None,
) -> None:
    """Trains the normalizer, redraws the data set with it, trains and compares classifiers.

    The same command again skips what is finished and goes on with what was interrupted; a phase
    whose configuration or data has changed is done again, with all that builds on it.

    Args:
        normalizer: Config of stage 1.
        classifier: Config of stage 2.
        data: Config of the data set, for both stages.
        out: Folder for checkpoints, logs, caches, results.json and grid.png.
        seed: Seed of every training.
        task: Task of stage 2, where the data set has labels for several; default: data's own.
        name: Folder inside out for stage 2 and its results, so that several tasks share a
            normalizer; default: out itself.
        compare: The classifiers to train, by what they read; oracle only where the data set can
            draw the true normalized face.
        trainer: Config of the trainer, on top of the stages' own.
        normalizer_args: More arguments of norface fit for stage 1, each as --key=value.
        classifier_args: More arguments of norface fit for stage 2, each as --key=value.
        stop_after: Leave out the steps after this one.
    """
    from norface_pl.evaluation.run_report import Report, save_grid
    from norface_pl.inference.redraw import cache_normalized, cache_oracle
    from norface_pl.lightning_cli import NorfaceCLI

    # One line for each phase: folders are long, and a wrapped line is hard to search for.
    console = Console(highlight=False, soft_wrap=True, markup=False)
    common = ["--data", data.absolute, f"--seed_everything={seed}"]
    common += ["--trainer", trainer.absolute] if trainer else []
    first = ["--config", normalizer.absolute, *common, *checked(normalizer_args)]
    second = ["--config", classifier.absolute, *common, *checked(classifier_args)]
    second += [f"--data.task={task}"] if task else []

    stage1, source = plan(first)
    evaluation = plan(second)[1]
    classifiers: dict[str, Training] = {
        column: plan([*second, f"--model.inputs={inputs}"], cache)[0]
        for column in compare
        for inputs, cache in [reads(column)]
        if column != "oracle" or source.has_oracle
    }
    stage2 = out / name
    two_phase = TwoPhaseTrainer(
        out,
        stage2,
        fit=lambda args: NorfaceCLI(["fit", *args]),
        test=test,
        normalize=lambda checkpoint, folder: cache_normalized(source, checkpoint, folder),
        draw_oracle=lambda folder: cache_oracle(source, folder),
        runner=PhaseRunner(say=lambda line: console.print(f"> {line}")),
    )
    console.print(f"TensorBoard: tensorboard --logdir {out}")
    columns = two_phase.run(stage1, source.fingerprint(), classifiers, stop_after)
    if stop_after:
        return
    report = Report(evaluation.task, evaluation.label_names, columns, two_phase.runner.done, seed)
    report.save(stage2 / "results.json")
    save_grid(evaluation, out / "normalized", stage2 / "grid.png")
    if (probes := report.probes()) is not None:
        console.print(probes)
    console.print(report.table())
    console.print(f"results: {stage2 / 'results.json'}, pictures: {stage2 / 'grid.png'}")


def plan(args: Sequence[str], cache: Cache | None = None) -> tuple[Training, "FaceDataModule"]:
    """Resolves a command line of ``norface fit`` without training, and builds its datamodule."""
    from norface_pl.datamodules.base import FaceDataModule
    from norface_pl.lightning_cli import NorfaceCLI

    text = io.StringIO()
    try:
        with contextlib.redirect_stdout(text):
            NorfaceCLI(["fit", *args, "--print_config"])
    except SystemExit as end:
        if end.code:
            raise
    parser = ArgumentParser()
    parser.add_subclass_arguments(FaceDataModule, "data")
    config = parser.parse_object({"data": yaml.safe_load(text.getvalue())["data"]})
    datamodule: FaceDataModule = parser.instantiate_classes(config).data
    decided = json.dumps({"config": text.getvalue(), "data": datamodule.fingerprint()})
    return Training(list(args), decided, cache), datamodule


def test(cli: "NorfaceCLI", checkpoint: Path) -> Metrics:
    """Returns the test metrics of a fitted module with the weights of a checkpoint."""
    # Not verbose: it prints a line for each label and metric, the final table is enough.
    cli.trainer.test(cli.model, datamodule=cli.datamodule, ckpt_path=str(checkpoint), verbose=False)
    metrics = cli.trainer.callback_metrics
    return {key: float(value) for key, value in metrics.items() if key.startswith("test/")}


def reads(column: Column) -> tuple[Inputs, Cache | None]:
    """Returns what the classifier of a column gets, and the cache that the pictures are in."""
    if column == "oracle":
        return "normalized", "oracle"
    return column, None if column == "original" else "normalized"


def checked(args: Sequence[str]) -> Sequence[str]:
    """Refuses ``--key value``, which could not be told from a value that starts with dashes."""
    for arg in args:
        if not arg.startswith("--") or "=" not in arg:
            raise NorfaceError(
                f"an argument for norface fit is {arg!r}; write each as one --key=value"
            )
    return args
