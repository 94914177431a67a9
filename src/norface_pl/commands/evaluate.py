"""``norface evaluate``: all folds, seeds and inputs of a protocol, then its tables."""

from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from norface_pl.config_files import TrainerFile
from norface_pl.evaluation.options import TRAINED_ELSEWHERE, ClassifierOptions, NormalizerOptions
from norface_pl.evaluation.published import PublishedScores
from norface_pl.evaluation.rows import row_of
from norface_pl.evaluation.run_data import RunData
from norface_pl.evaluation.runs import Input, list_runs


def evaluate(
    name: str,
    data: RunData,
    classifier: ClassifierOptions,
    out: Path,
    inputs: Sequence[Input] = ("original", "normalized", "both"),
    normalizer: NormalizerOptions = TRAINED_ELSEWHERE,
    seeds: Sequence[int] = (0, 1, 2),
    trainer: TrainerFile | None = None,
    results: Path | None = None,
    published: Sequence[PublishedScores] = (),
    only: str = "",
    tables_only: bool = False,
) -> None:
    """Trains and tests a classifier for every fold, seed and input, and writes tables of it all.

    Every run leaves one run.json. The same command again skips what is finished, goes on with what
    was interrupted, and leaves to other processes what they are at, so that several can share a
    folder.

    Args:
        name: Of the protocol.
        data: What is trained and tested on.
        classifier: How stage 2 is trained and read.
        out: Folder of the runs and tables.
        inputs: What classifiers read; oracle where the data set draws one.
        normalizer: Where redrawn faces come from.
        seeds: Of the trainings of stage 2.
        trainer: Config of the trainer, on top of the stages' own.
        results: Folder for a small record of every finished run, to be kept: tables are made from
            them, and a run whose record was made with the same options is skipped even if out is
            gone.
        published: Figures of others, printed beside.
        only: Some of the runs, such as fold=1,seed=0.
        tables_only: Write the tables of the runs that are finished, without model and data.
    """
    from norface_pl.evaluation.formats import markdown
    from norface_pl.evaluation.report import protocol_reports

    # One line for each step: folders are long, and a wrapped line is hard to search for.
    console = Console(highlight=False, soft_wrap=True, markup=False)
    runs = list_runs(data.folds, seeds, inputs)
    reports = protocol_reports(name, data, runs, published, out, results)
    picked = list_runs(data.folds, seeds, inputs, only)
    if not tables_only:
        # Tables are made where nothing else of this package's needs is there.
        from norface_pl.evaluation.evaluation import Evaluation
        from norface_pl.evaluation.runner import finish_all

        def say(line: str) -> None:
            console.print(f"> {line}")

        shared = Evaluation(name, data, normalizer, classifier, trainer, out, results, say)
        finish_all(shared, picked, [row_of(column) for column in inputs])
    for report in reports:
        folder = report.folder
        console.print(markdown(report.write()[0]))
        where = f"{folder / 'results.md'}, .tex, .csv, pictures: {folder / 'labels.png'}"
        console.print(f"tables: {where}")
