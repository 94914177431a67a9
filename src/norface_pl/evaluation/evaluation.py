"""What the runs of one evaluation share: its options, its folders, and what is kept of it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from norface_pl.config_files import NormalizerFile, TrainerFile
from norface_pl.errors import NorfaceError
from norface_pl.evaluation.normalizer_record import AnyRecord
from norface_pl.evaluation.options import ClassifierOptions, NormalizerOptions, fit_arguments
from norface_pl.evaluation.run_data import RunData
from norface_pl.evaluation.runs import Run
from norface_pl.io.locks import locked
from norface_pl.io.stamp import stamp


@dataclass(frozen=True)
class Evaluation:
    """A protocol or an ablation.

    Attributes:
        normalizer: where redrawn faces come from, and how rows of stage 1 are trained.
        trainer: config on top of the stages' own.
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
        """Return the arguments of ``norface fit`` for stage 1, on the training people of a run.

        Raises:
            NorfaceError: neither ``config`` nor one for all normalizers is there.
        """
        config = config or self.normalizer.config
        if config is None:
            raise NorfaceError("a normalizer is to be trained: give normalizer.config")
        return fit_arguments(
            config, self.before(seed, self.data.stage1(run.fold)), self.normalizer.args
        )

    def stage2(self, run: Run, caches: Sequence[Path] = ()) -> list[str]:
        """Return the arguments of ``norface fit`` for stage 2, but for what it reads."""
        common = self.before(run.seed, self.data.stage2(run.fold, caches))
        return fit_arguments(self.classifier.config, common, self.classifier.args)

    def before(self, seed: int, data: Sequence[str]) -> list[str]:
        """Return the arguments that stand between a config and what has the last word."""
        trainer = [] if self.trainer is None else ["--trainer", self.trainer.absolute]
        return [*trainer, f"--seed_everything={seed}", *data]

    def finish(
        self,
        run: Run,
        options: Mapping[str, Any],
        load: Callable[[Path], AnyRecord],
        work: Callable[[Path], Sequence[AnyRecord]],
        records: Sequence[Run],
    ) -> AnyRecord | None:
        """Find a run done, or do it; return its first record, None if another process is at it.

        All of ``options`` decide its outcome; ``work`` does it in its folder and returns a record
        for each of ``records``, which are the run itself or its tasks.
        """
        if self.results is not None:
            wanted, results = stamp(options), self.results
            kept = [self._find_kept(own, wanted, load, results) for own in records]
            if all(kept):
                return kept[0]
        folder = run.folder(self.out)
        with locked(folder, wait=False) as mine:
            if not mine:
                self.say(f"{run}: another process is at it, left to that")
                return None
            made = work(folder)
        if self.results is not None:
            for record in made:
                record.keep(record.run.file(self.results))
        return made[0]

    def _find_kept(
        self, run: Run, wanted: str, load: Callable[[Path], AnyRecord], results: Path
    ) -> AnyRecord | None:
        """Find the record of a run, or of one with the same options, among those kept for good."""
        own = run.file(results)
        for path in (own, *sorted(results.parent.glob("*/*.json"))):
            if not path.is_file() or wanted not in path.read_text(encoding="utf-8"):
                continue
            record = load(path)
            if path == own:
                self.say(f"{run}: finished before, skipped")
                return record
            if record.run.task != run.task:
                continue
            self.say(f"{run}: the same options as {record.run} of {record.protocol}, taken over")
            mine = replace(record, protocol=self.name, run=run)
            mine.keep(own)
            return mine
        return None
