"""The redrawn faces that runs of a protocol read, and the normalizer that drew them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from norface_pl.commands.caches import cache_normalized, cache_oracle
from norface_pl.commands.locks import locked
from norface_pl.commands.protocol_data import ProtocolData
from norface_pl.commands.run import plan, test
from norface_pl.data.files import sha256_file
from norface_pl.datamodules.base import FaceDataModule
from norface_pl.datamodules.cross import CrossDataModule
from norface_pl.errors import NorfaceError
from norface_pl.lightning_cli import NorfaceCLI
from norface_pl.phases import PhaseRunner
from norface_pl.protocol.runs import Run
from norface_pl.two_phase import Cache, TwoPhaseTrainer

People = Literal["external", "per_fold"]


@dataclass
class DrawnFaces:
    """Trains normalizers where they are asked for, and fills caches.

    Attributes:
        data: of the protocol.
        people: whether the normalizer was trained elsewhere, or is trained anew on the training
            people of each fold.
        checkpoint: of the normalizer that was trained elsewhere.
        normalizer: arguments of ``norface fit`` for the other case.
        folder: of normalizers and caches.
        say: takes one line for each step.
    """

    data: ProtocolData
    people: People
    checkpoint: Path | None
    normalizer: Sequence[str]
    folder: Path
    say: Callable[[str], None]

    def finish(
        self, run: Run, cache: Cache | None, datamodule: FaceDataModule
    ) -> tuple[list[Path], Path | None, str]:
        """Fill the caches of the data sets that a run reads.

        Returns:
            Their folders, the checkpoint that drew them, and what decides the pictures.
        """
        if cache is None:
            return [], None, ""
        external = cache == "normalized" and self.people == "external"
        folder = self.folder / ("external" if external else run.part)
        if isinstance(datamodule, CrossDataModule):
            sources = {"train": datamodule.train, "test": datamodule.test}
        else:
            sources = {"": datamodule}
        with locked(folder, wait=True):
            checkpoint = self._checkpoint(folder, run) if cache == "normalized" else None
            given = "" if checkpoint is None else sha256_file(checkpoint)
            folders, stamps = [], []
            for name, source in sources.items():
                phases = self._phases(folder / name, source)
                decided = f"{source.fingerprint()} {given}"
                if checkpoint is None:
                    phase = phases.draw_oracles(decided)
                else:
                    phase = phases.redraw(decided, checkpoint, ())
                folders.append(phase.folder)
                stamps += [phases.runner.done[phase.name].stamp]
        return folders, checkpoint, " ".join(stamps)

    def _checkpoint(self, folder: Path, run: Run) -> Path:
        if self.people == "per_fold":
            training, source = plan([*self.normalizer, *self.data.stage1(run.fold)])
            return self._phases(folder, source).train_normalizer(training).result
        if self.checkpoint is None or not self.checkpoint.is_file():
            raise NorfaceError(
                f"the normalizer {self.checkpoint or '(none)'} does not exist, and {run} reads "
                "redrawn faces: give --normalizer a checkpoint, or train one for each fold with "
                "--normalizer_people per_fold"
            )
        return self.checkpoint

    def _phases(self, folder: Path, source: FaceDataModule) -> TwoPhaseTrainer[NorfaceCLI]:
        return TwoPhaseTrainer(
            folder,
            folder,
            fit=lambda arguments: NorfaceCLI(["fit", *arguments]),
            test=test,
            normalize=lambda checkpoint, cache: cache_normalized(source, checkpoint, cache),
            draw_oracle=lambda cache: cache_oracle(source, cache),
            runner=PhaseRunner(lambda line: self.say(f"{folder.name}: {line}")),
        )

    def describe(self, checkpoint: Path, seen: Mapping[str, Any] | None) -> dict[str, Any]:
        """Return what is noted of a normalizer."""
        return {"sha256": sha256_file(checkpoint), "people": self.people, "trained_on": seen}
