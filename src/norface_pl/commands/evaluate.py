"""``norface evaluate``: all folds, seeds and inputs of a protocol, then its tables."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

from jsonargparse.typing import Path_fr
from rich.console import Console

from norface_pl.errors import NorfaceError
from norface_pl.protocol.formats import markdown
from norface_pl.protocol.published import Published
from norface_pl.protocol.report import Report, people
from norface_pl.protocol.runs import Input, list_runs
from norface_pl.types import Task


def evaluate(
    name: str,
    task: Task,
    data: Path_fr,
    classifier: Path_fr,
    out: Path,
    inputs: Sequence[Input],
    folds: Sequence[int] = (),
    seeds: Sequence[int] = (0, 1, 2),
    data_options: dict[str, Any] | None = None,
    test_data: Path_fr | None = None,
    test_data_options: dict[str, Any] | None = None,
    labels: list[str] | None = None,
    train_people: Literal["training", "everybody"] = "training",
    test_people: Literal["test", "everybody"] = "test",
    normalizer: Path | None = None,
    normalizer_people: Literal["external", "per_fold"] = "external",
    normalizer_config: Path_fr | None = None,
    normalizer_args: Sequence[str] = (),
    classifier_args: Sequence[str] = (),
    trainer: Path_fr | None = None,
    stage1: Path | None = None,
    peer_style: bool = True,
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
        peer_style: Read the test fold after every validation, for the column that published figures
            compare with; costs a pass over the test fold each.
        published: Figures of others, printed beside.
        only: Some of the runs, such as fold=1,seed=0.
        tables_only: Write the tables of the runs that are finished, without model and data.
    """
    # One line for each step: folders are long, and a wrapped line is hard to search for.
    console = Console(highlight=False, soft_wrap=True, markup=False)
    report = Report(name, task, folds, list_runs(folds, seeds, inputs), published, out)
    picked = list_runs(folds, seeds, inputs, only)
    if not tables_only:
        # Tables are made where nothing else of this package's needs is there.
        from norface_pl.commands.protocol_data import DataConfig, ProtocolData
        from norface_pl.commands.protocol_faces import DrawnFaces
        from norface_pl.commands.protocol_runner import ProtocolRunner
        from norface_pl.commands.run import checked

        def say(line: str) -> None:
            console.print(f"> {line}")

        if (normalizer_people == "per_fold") != (normalizer_config is not None):
            raise NorfaceError(
                f"normalizer_people is {normalizer_people}: give normalizer_config with per_fold, "
                "and only then"
            )
        common = ["--trainer", str(trainer.absolute)] if trainer else []
        stage2 = ["--config", str(classifier.absolute), *common, *checked(classifier_args)]
        first: list[str] = []
        if normalizer_config is not None:
            first = ["--config", str(normalizer_config.absolute), *common]
            first += ["--seed_everything=0", *checked(normalizer_args)]
        used = ProtocolData(
            task,
            DataConfig(Path(data.absolute), data_options or {}),
            test_data and DataConfig(Path(test_data.absolute), test_data_options or {}),
            labels,
            train_people,
            test_people,
        )
        drawn = DrawnFaces(
            used, normalizer_people, normalizer, first, stage1 or out / "stage1", say
        )
        runner = ProtocolRunner(name, used, stage2, drawn, out, peer_style, say)
        for run in picked:
            record = runner.finish(run)
            if record is not None:
                for line in people(record):
                    say(f"{run}: {line}")
                say(f"{run}: subject-independent: {record.independent}, {record.reason}")
    tables = report.write()
    console.print(markdown(tables[0]))
    console.print(f"tables: {out / 'results.md'}, .tex, .csv, pictures: {out / 'labels.png'}")
