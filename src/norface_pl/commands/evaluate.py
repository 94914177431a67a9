"""``norface evaluate``: all folds, seeds and inputs of a protocol, then its tables."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

from rich.console import Console

from norface_pl.commands.config_files import (
    ClassifierFile,
    DataFile,
    NormalizerFile,
    TrainerFile,
)
from norface_pl.evaluation.published import Published
from norface_pl.evaluation.rows import Row
from norface_pl.evaluation.runs import Input, list_runs
from norface_pl.types import Task


def evaluate(
    name: str,
    task: Task,
    data: DataFile,
    classifier: ClassifierFile,
    out: Path,
    inputs: Sequence[Input],
    folds: Sequence[int] = (),
    seeds: Sequence[int] = (0, 1, 2),
    data_options: dict[str, Any] | None = None,
    test_data: DataFile | None = None,
    test_data_options: dict[str, Any] | None = None,
    labels: list[str] | None = None,
    train_people: Literal["training", "everybody"] = "training",
    test_people: Literal["test", "everybody"] = "test",
    normalizer: Path | None = None,
    normalizer_people: Literal["external", "per_fold"] = "external",
    normalizer_config: NormalizerFile | None = None,
    normalizer_args: Sequence[str] = (),
    classifier_args: Sequence[str] = (),
    trainer: TrainerFile | None = None,
    stage1: Path | None = None,
    results: Path | None = None,
    select_on_test: bool = True,
    published: Sequence[Published] = (),
    only: str = "",
    tables_only: bool = False,
) -> None:
    """Trains and tests a classifier for every fold, seed and input, and writes tables of it all.

    Every run leaves one run.json. The same command again skips what is finished, goes on with what
    was interrupted, and leaves to other processes what they are at, so that several can share a
    folder.

    Args:
        name: Of the protocol.
        task: What is learned.
        data: Config of the data set that trains, and is tested if there is no test_data.
        classifier: Config of stage 2.
        out: Folder of the runs and tables.
        inputs: What classifiers read; oracle where the data set draws one.
        folds: Tested parts of the people; empty where there is one official split.
        seeds: Of the trainings of stage 2.
        data_options: Arguments of the data set that differ from its config.
        test_data: Config of another data set that is tested.
        test_data_options: Arguments of that one that differ from its config.
        labels: Shared labels to learn across data sets; default: all that both have.
        train_people: Across data sets, also train on the people whom data would test.
        test_people: Across data sets, test all people of test_data.
        normalizer: Checkpoint of stage 1, trained elsewhere.
        normalizer_people: Whether the normalizer comes from elsewhere, or is trained for every fold
            on its training people.
        normalizer_config: Config of stage 1, for per_fold.
        normalizer_args: More arguments of norface fit for stage 1, each as --key=value.
        classifier_args: More arguments of norface fit for stage 2, each as --key=value.
        trainer: Config of the trainer, on top of the stages' own.
        stage1: Folder of normalizers and redrawn faces, which protocols on the same data can share;
            default: in out.
        results: Folder for a small record of every finished run, to be kept: tables are made from
            them, and a run whose record was made with the same options is skipped even if out is
            gone.
        select_on_test: Read the test fold after every validation, for the column that published
            figures compare with; costs a pass over the test fold each.
        published: Figures of others, printed beside.
        only: Some of the runs, such as fold=1,seed=0.
        tables_only: Write the tables of the runs that are finished, without model and data.
    """
    from norface_pl.evaluation.formats import markdown
    from norface_pl.evaluation.report import Report

    # One line for each step: folders are long, and a wrapped line is hard to search for.
    console = Console(highlight=False, soft_wrap=True, markup=False)
    report = Report(name, task, folds, list_runs(folds, seeds, inputs), published, out, results)
    picked = list_runs(folds, seeds, inputs, only)
    if not tables_only:
        # Tables are made where nothing else of this package's needs is there.
        from norface_pl.evaluation.protocol_data import DataConfig, ProtocolData
        from norface_pl.evaluation.protocol_setup import Stage1, finish_all, make_runner

        used = ProtocolData(
            task,
            DataConfig(Path(data.absolute), data_options or {}),
            DataConfig(Path(test_data.absolute), test_data_options or {}) if test_data else None,
            labels,
            train_people,
            test_people,
        )
        runner = make_runner(
            name,
            used,
            Path(classifier.absolute),
            classifier_args,
            Path(trainer.absolute) if trainer else None,
            Stage1(
                normalizer_people,
                normalizer,
                Path(normalizer_config.absolute) if normalizer_config else None,
                normalizer_args,
                stage1 or out / "stage1",
            ),
            out,
            results,
            select_on_test,
            say=lambda line: console.print(f"> {line}"),
        )
        finish_all(runner, picked, [row_of(column) for column in inputs])
    tables = report.write()
    console.print(markdown(tables[0]))
    console.print(f"tables: {out / 'results.md'}, .tex, .csv, pictures: {out / 'labels.png'}")


def row_of(column: Input) -> Row:
    """Return what the classifier of an input reads."""
    if column == "oracle":
        return Row(column, inputs="normalized", faces="oracle")
    return Row(column, inputs=column)
