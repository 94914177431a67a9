"""What the runs of one evaluation share: its options, its folders, and what is kept of it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from norface_pl.config_files import NormalizerFile, TrainerFile
from norface_pl.errors import NorfaceError
from norface_pl.evaluation.normalizer_record import AnyRecord
from norface_pl.evaluation.options import ClassifierOptions, NormalizerOptions, fit_arguments
from norface_pl.evaluation.run_data import RunData
from norface_pl.evaluation.runs import Run


@dataclass(frozen=True)
class Evaluation:
    """A protocol or an ablation.

    Attributes:
        name: its name.
        data: what is trained and tested on.
        normalizer: where redrawn faces come from, and how rows of stage 1 are trained.
        classifier: how stage 2 is trained and read.
        trainer: config on top of the stages' own.
        out: folder of the runs.
        results: folder of small records that are kept for good; a run whose record lies there,
            or beside it in that of another evaluation, and was made with the same options is done.
        say: takes one line for each step.
    """

    name: str
    data: RunData
    normalizer: NormalizerOptions
    classifier: ClassifierOptions
    trainer: TrainerFile | None
    out: Path
    results: Path | None
    say: Callable[[str], None]

    def stage1(self, run: Run, seed: int, config: NormalizerFile | None = None) -> list[str]:
        """Return the arguments of ``norface fit`` for stage 1.

        Args:
            run: tells the people.
            seed: of the training.
            config: of the normalizer; None takes that of all.

        Raises:
            NorfaceError: there is none.
        """
        config = config or self.normalizer.config
        if config is None:
            raise NorfaceError("a normalizer is to be trained: give normalizer.config")
        return fit_arguments(
            config, self.before(seed, self.data.stage1(run.fold)), self.normalizer.args
        )

    def stage2(self, run: Run, caches: Sequence[Path] = ()) -> list[str]:
        """Return the arguments of ``norface fit`` for stage 2, but for what it reads.

        Args:
            run: tells seed and people.
            caches: redrawn faces of each data set.
        """
        common = self.before(run.seed, self.data.stage2(run.fold, caches))
        return fit_arguments(self.classifier.config, common, self.classifier.args)

    def before(self, seed: int, data: Sequence[str]) -> list[str]:
        """Return the arguments that stand between a config and what has the last word."""
        trainer = [] if self.trainer is None else ["--trainer", self.trainer.absolute]
        return [*trainer, f"--seed_everything={seed}", *data]

    def find_kept(
        self, load: Callable[[Path], AnyRecord], run: Run, wanted: str
    ) -> AnyRecord | None:
        """Find the record of a run, or of one with the same options, among those kept for good.

        Args:
            load: reads a record.
            run: which of the runs.
            wanted: its stamp.
        """
        path = self._kept_path(run, wanted)
        if path is None or self.results is None:
            return None
        record, own = load(path), run.file(self.results)
        if path == own:
            self.say(f"{run}: finished before, skipped")
            return record
        self.say(f"{run}: the same options as {record.run} of {record.protocol}, taken over")
        record = replace(record, protocol=self.name, run=run)
        record.keep(own)
        return record

    def _kept_path(self, run: Run, wanted: str) -> Path | None:
        if self.results is None:
            return None
        paths = [run.file(self.results), *sorted(self.results.parent.glob("*/*.json"))]
        found = (p for p in paths if p.is_file() and wanted in p.read_text(encoding="utf-8"))
        return next(found, None)
