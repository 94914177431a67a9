"""Makes the runner that ``norface evaluate`` and ``norface ablate`` share."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from norface_pl.commands.run import checked
from norface_pl.errors import NorfaceError
from norface_pl.evaluation.heading import people
from norface_pl.evaluation.protocol_data import ProtocolData
from norface_pl.evaluation.protocol_faces import DrawnFaces, People
from norface_pl.evaluation.protocol_runner import ProtocolRunner
from norface_pl.evaluation.rows import Row
from norface_pl.evaluation.runs import Run
from norface_pl.progress import part, restart


@dataclass(frozen=True)
class Stage1:
    """Where redrawn faces come from.

    Attributes:
        people: whether the normalizer comes from elsewhere, or is trained for every fold.
        checkpoint: that comes from elsewhere.
        config: of its training.
        args: more arguments of norface fit.
        folder: of normalizers and caches.
    """

    people: People
    checkpoint: Path | None
    config: Path | None
    args: Sequence[str]
    folder: Path

    def arguments(self, trainer: Sequence[str]) -> list[str]:
        """Return the arguments of its training, none if there is none.

        Raises:
            NorfaceError: ``config`` is missing, or nothing needs it.
        """
        if (self.people == "per_fold") != (self.config is not None):
            raise NorfaceError(
                f"normalizer_people is {self.people}: give normalizer_config with per_fold, and "
                "only then"
            )
        if self.config is None:
            return []
        return ["--config", str(self.config), *trainer, "--seed_everything=0", *checked(self.args)]


def make_runner(
    name: str,
    data: ProtocolData,
    classifier: Path,
    classifier_args: Sequence[str],
    trainer: Path | None,
    stage1: Stage1,
    out: Path,
    results: Path | None,
    select_on_test: bool,
    say: Callable[[str], None],
) -> ProtocolRunner:
    """Return the runner of a protocol; see `ProtocolRunner`.

    Args:
        name: of the protocol.
        data: what is trained and tested on.
        classifier: config of stage 2.
        classifier_args: more arguments of norface fit for it.
        trainer: config on top of the stages' own.
        stage1: where redrawn faces come from.
        out: folder of the runs.
        results: folder of the records that are kept for good.
        select_on_test: read the test fold after every validation.
        say: takes one line for each step.
    """
    common = ["--trainer", str(trainer)] if trainer else []
    stage2 = ["--config", str(classifier), *common, *checked(classifier_args)]
    drawn = DrawnFaces(
        data, stage1.people, stage1.checkpoint, stage1.arguments(common), stage1.folder, say
    )
    return ProtocolRunner(name, data, stage2, drawn, out, results, select_on_test, say)


def finish_all(runner: ProtocolRunner, runs: Sequence[Run], rows: Sequence[Row]) -> None:
    """Do the runs and say who was trained on and tested."""
    by_name = {row.name: row for row in rows}
    restart()
    for number, run in enumerate(runs):
        title = f"run {number + 1} of {len(runs)}, {run}"
        with part(title, number / len(runs), (number + 1) / len(runs)):
            record = runner.finish(run, by_name[run.row])
        if record is not None:
            for line in people(record):
                runner.say(f"{run}: {line}")
            runner.say(f"{run}: subject-independent: {record.independent}, {record.reason}")
