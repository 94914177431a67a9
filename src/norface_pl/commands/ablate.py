"""``norface ablate``: rows that differ in one thing each, with the same seeds, then a table."""

from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from norface_pl.config_files import TrainerFile
from norface_pl.evaluation.options import TRAINED_ELSEWHERE, ClassifierOptions, NormalizerOptions
from norface_pl.evaluation.rows import Row
from norface_pl.evaluation.run_data import RunData
from norface_pl.evaluation.runs import list_runs


def ablate(
    name: str,
    data: RunData,
    classifier: ClassifierOptions,
    out: Path,
    rows: list[Row],
    reference: str | None = None,
    normalizer: NormalizerOptions = TRAINED_ELSEWHERE,
    seeds: Sequence[int] = (0, 1, 2),
    trainer: TrainerFile | None = None,
    results: Path | None = None,
    only: str = "",
    tables_only: bool = False,
) -> None:
    """Trains every row with every seed on one data set, and compares the rows.

    Rows of stage 2 are tested and compared in pairs, those of stage 1 are read with probes. Pairs
    have the same seeds and the same draws of test people. As with norface evaluate, the same
    command again skips what is finished and goes on with what was interrupted.

    Args:
        name: Of the ablation.
        data: What is trained and tested on.
        classifier: How stage 2 is trained and read, which rows change.
        out: Folder of the runs and tables.
        rows: What is compared, the most important first: all seeds of a row come before the next.
        reference: Name of the row that all classifiers are compared with.
        normalizer: Where redrawn faces come from.
        seeds: Of the trainings of rows; a normalizer that they share has seed 0.
        trainer: Config of the trainer, on top of the stages' own.
        results: Folder for a small record of every finished run, to be kept: tables are made from
            them, and a run whose record was made with the same options is skipped even if out is
            gone.
        only: Some of the runs, such as row=both,seed=0; a key given twice picks both values.
        tables_only: Write the tables of the runs that are finished, without model and data.
    """
    from norface_pl.evaluation.ablation import ablation_reports, write_reports
    from norface_pl.evaluation.formats import markdown

    # One line for each step: folders are long, and a wrapped line is hard to search for.
    console = Console(highlight=False, soft_wrap=True, markup=False)
    names = [row.name for row in rows]
    runs = list_runs(data.folds, seeds, names, called="row")
    picked = list_runs(data.folds, seeds, names, only, called="row")
    reports = ablation_reports(name, data.tasks, rows, reference, runs, out, results)
    if not tables_only:
        # Tables are made where nothing else of this package's needs is there.
        from norface_pl.evaluation.evaluation import Evaluation
        from norface_pl.evaluation.runner import finish_all

        def say(line: str) -> None:
            console.print(f"> {line}")

        shared = Evaluation(name, data, normalizer, classifier, trainer, out, results, say)
        finish_all(shared, sorted(picked, key=lambda run: names.index(run.row)), rows)
    for table in write_reports(reports):
        console.print(markdown(table))
    console.print(f"tables and pictures: {out}")
