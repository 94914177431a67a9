"""``norface ablate``: rows that differ in one thing each, with the same seeds, then a table."""

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
from norface_pl.evaluation.rows import Row
from norface_pl.evaluation.runs import list_runs
from norface_pl.types import Task


def ablate(
    name: str,
    task: Task,
    data: DataFile,
    classifier: ClassifierFile,
    out: Path,
    rows: list[Row],
    reference: str,
    seeds: Sequence[int] = (0, 1, 2),
    data_options: dict[str, Any] | None = None,
    normalizer: Path | None = None,
    normalizer_people: Literal["external", "per_fold"] = "external",
    normalizer_config: NormalizerFile | None = None,
    normalizer_args: Sequence[str] = (),
    classifier_args: Sequence[str] = (),
    trainer: TrainerFile | None = None,
    stage1: Path | None = None,
    results: Path | None = None,
    only: str = "",
    tables_only: bool = False,
) -> None:
    """Trains and tests every row with every seed on one data set, and compares them in pairs.

    Rows are compared over the same seeds and the same draws of test people. As with norface
    evaluate, the same command again skips what is finished and goes on with what was interrupted.

    Args:
        name: Of the ablation.
        task: What is learned.
        data: Config of the data set.
        classifier: Config of stage 2, which rows change.
        out: Folder of the runs and tables.
        rows: What is compared, the most important first: all seeds of a row come before the next.
        reference: Name of the row that all are compared with.
        seeds: Of the trainings of stage 2.
        data_options: Arguments of the data set that differ from its config.
        normalizer: Checkpoint of stage 1, trained elsewhere.
        normalizer_people: Whether the normalizer comes from elsewhere, or is trained on the
            training people.
        normalizer_config: Config of stage 1, for per_fold.
        normalizer_args: More arguments of norface fit for stage 1, each as --key=value.
        classifier_args: More arguments of norface fit for all rows, each as --key=value.
        trainer: Config of the trainer, on top of the stages' own.
        stage1: Folder of the normalizer and redrawn faces, which protocols on the same data can
            share; default: in out.
        results: Folder for a small record of every finished run, to be kept: tables are made from
            them, and a run whose record was made with the same options is skipped even if out is
            gone.
        only: Some of the runs, such as row=both,seed=0; a key given twice picks both values.
        tables_only: Write the tables of the runs that are finished, without model and data.
    """
    from norface_pl.evaluation.ablation import Ablation
    from norface_pl.evaluation.formats import markdown

    # One line for each step: folders are long, and a wrapped line is hard to search for.
    console = Console(highlight=False, soft_wrap=True, markup=False)
    names = [row.name for row in rows]
    ablation = Ablation(
        name, task, rows, reference, list_runs([], seeds, names, called="row"), out, results
    )
    picked = list_runs([], seeds, names, only, called="row")
    if not tables_only:
        # Tables are made where nothing else of this package's needs is there.
        from norface_pl.commands.run import checked
        from norface_pl.evaluation.protocol_data import DataConfig, ProtocolData
        from norface_pl.evaluation.protocol_setup import Stage1, finish_all, make_runner

        for row in rows:
            checked(row.classifier_args)
        used = DataConfig(Path(data.absolute), data_options or {})
        runner = make_runner(
            name,
            ProtocolData(task, used, None, None, "training", "test"),
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
            select_on_test=False,
            say=lambda line: console.print(f"> {line}"),
        )
        picked.sort(key=lambda run: names.index(run.row))
        finish_all(runner, picked, rows)
    for table in ablation.write():
        console.print(markdown(table))
    console.print(f"tables: {out / 'results.md'}, .tex, .csv, picture: {out / 'differences.png'}")
