"""run.json: all that tables need of one run."""

import json
import math
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Any

from norface_pl.errors import NorfaceError
from norface_pl.evaluation.runs import Run
from norface_pl.io.files import make_folder, write_atomic, write_json
from norface_pl.metrics.tallies import read_tally
from norface_pl.metrics.tally import Tally
from norface_pl.types import Task

RECORD = "run.json"
"""Of a run; where several tasks are learned, each has one, run_<task>.json."""
PEER_WARNING = (
    "picked on the test fold, as in most published figures: the epoch, and of occurrences the "
    "threshold"
)


@dataclass(frozen=True)
class FoldResult:
    """What a classifier said of the test fold at some point of its training.

    Attributes:
        epoch: counted from 0.
        step: of the optimizer.
        tally: of the faces.
        threshold: of occurrences, if it is not 0.5; it was picked on these faces then.
    """

    epoch: int
    step: int
    tally: Tally
    threshold: float | None = None

    def content(self) -> dict[str, Any]:
        """Return it for JSON."""
        return {
            "epoch": self.epoch,
            "step": self.step,
            "threshold": self.threshold,
            "scores": or_null(self.tally.scores()),
            "tally": self.tally.content(),
        }

    def small(self, people: bool) -> "FoldResult":
        """Return it with little to write; see `Tally.small`."""
        return replace(self, tally=self.tally.small(people))

    @classmethod
    def read(cls, content: dict[str, Any]) -> "FoldResult":
        """Return it from JSON."""
        tally = read_tally(content["tally"])
        return cls(content["epoch"], content["step"], tally, content["threshold"])


@dataclass(frozen=True)
class Record:
    """One finished run.

    Attributes:
        data: what was trained on, and tested unless ``test_data`` says otherwise.
        test_data: what was tested, if it is another data set.
        subjects: names of the people by split.
        faces: number of faces by split.
        independent: whether nobody who was tested had been seen before; None if unknown.
        reason: why it is, is not, or is not known.
        normalizer: hash of its checkpoint, and who it was trained on; None without one.
        recipe: hash of the configuration but for fold, seed and input.
        options: all that decided the outcome: those of the training, the pictures, the normalizer.
        seconds: that training and test took, if they were not interrupted.
        last: after the last epoch.
        selected: with the weights that the training people's own validation people chose; the last
            ones where ``checkpoint.monitor`` is null.
        peer: the best of all epochs on the test fold; None if it was not asked for.
    """

    protocol: str
    task: Task
    run: Run
    data: str
    test_data: str | None
    subjects: dict[str, list[str]]
    faces: dict[str, int]
    independent: bool | None
    reason: str
    normalizer: dict[str, Any] | None
    recipe: str
    options: dict[str, Any]
    stamp: str
    parameters: int
    seconds: float
    environment: dict[str, str]
    last: FoldResult
    selected: FoldResult
    peer: FoldResult | None

    def save(self, path: Path) -> None:
        """Write it, whole or not at all."""
        write_json(path, self._content())

    def keep(self, path: Path) -> None:
        """Write a small one for good, with a line for each field.

        Sums of each person stay for the selected epoch alone, and no histogram of scores: a pooled
        AUC of several folds cannot be worked out from it.
        """
        small = replace(
            self,
            last=self.last.small(people=False),
            selected=self.selected.small(people=True),
            peer=self.peer and self.peer.small(people=False),
        )
        write_lines(path, small._content())

    def _content(self) -> dict[str, Any]:
        content = {field.name: getattr(self, field.name) for field in fields(self)}
        content |= {"run": asdict(self.run), "last": self.last.content()}
        content["selected"] = self.selected.content()
        if self.peer is not None:
            content["peer"] = {"warning": PEER_WARNING} | self.peer.content()
        return content

    @classmethod
    def load(cls, path: Path) -> "Record":
        """Read it.

        Raises:
            NorfaceError: it is missing or damaged.
        """
        with damaged(path, "delete it and run the protocol again"):
            content = json.loads(path.read_text(encoding="utf-8"))
            content["run"] = Run(**content["run"])
            for name in ("last", "selected", "peer"):
                content[name] = content[name] and FoldResult.read(content[name])
            return cls(**content)


def write_lines(path: Path, content: Mapping[str, Any]) -> None:
    """Write JSON with a line for each field, whole or not at all."""
    lines = [f"{json.dumps(name)}: {json.dumps(value)}" for name, value in content.items()]
    make_folder(path.parent)
    write_atomic(path, ("{\n" + ",\n".join(lines) + "\n}\n").encode())


@contextmanager
def damaged(path: Path, advice: str) -> Iterator[None]:
    """Say of a record that cannot be read what to do."""
    try:
        yield
    except (OSError, ValueError, KeyError, TypeError, IndexError) as error:
        raise NorfaceError(f"{path} is missing or damaged ({error}): {advice}") from error


def record_path(run: Run, out: Path, results: Path | None) -> Path:
    """Return where tables find the record of a run: among those kept for good, if there are any."""
    return run.folder(out) / record_name(run) if results is None else run.file(results)


def record_name(run: Run) -> str:
    """Return the name of a record in the folder of its run."""
    return f"{Path(RECORD).stem}{run.suffix}.json"


def best_on_the_test_fold(folder: Path) -> FoldResult:
    """Return the best of the notes that the callback `SelectOnTest` left.

    Raises:
        NorfaceError: there is none, or one is damaged.
    """
    results = []
    for path in sorted(folder.glob("*.json")):
        with damaged(path, "delete the folder of the run"):
            results.append(FoldResult.read(json.loads(path.read_text(encoding="utf-8"))))
    if not results:
        raise NorfaceError(f"{folder} is empty; let every run validate at least once")
    # The first of equals, as a training that watched the test fold would keep.
    return max(results, key=lambda result: result.tally.scores()[result.tally.main])


def or_null(values: Mapping[str, float]) -> dict[str, float | None]:
    """Return values for JSON, which has no NaN."""
    return {name: None if math.isnan(value) else value for name, value in values.items()}
