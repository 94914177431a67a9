"""Steps of a run that are done once, and again only when what they depend on has changed."""

import json
import shutil
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from norface_pl.errors import NorfaceError
from norface_pl.io.files import make_folder, sha256_file, write_json
from norface_pl.io.stamp import stamp
from norface_pl.progress import part, reporter, spoken

Metrics = dict[str, float]


@dataclass(frozen=True)
class Phase:
    """One step of a run, with a folder of its own.

    Attributes:
        name: How messages call it; unique within a run.
        folder: Belongs to the step alone, which may empty it.
        facts: Everything that decides the result and is known before the step starts, as plain
            values: options of a training, fingerprint of the data.
        work: Does it. Takes the checkpoint to go on from, None at the first start.
        result: The file that must be there afterwards and that later steps depend on.
        after: The steps whose results this one reads.
        resumes: Whether ``work`` goes on by itself from what an earlier attempt left. The notes
            about such a phase lie beside its folder, not in it.
    """

    name: str
    folder: Path
    facts: Mapping[str, object]
    work: Callable[[Path | None], Metrics]
    result: Path
    after: tuple["Phase", ...] = ()
    resumes: bool = False

    def note(self, name: str) -> Path:
        """Returns the path of a note about the phase: "started" or "done"."""
        if self.resumes:
            return self.folder.with_name(f"{self.folder.name}.{name}.json")
        return self.folder / f"{name}.json"


@dataclass(frozen=True)
class Done:
    """What ``done.json`` holds: stamp, hash of the result, metrics, and seconds of the work."""

    stamp: str
    result: str
    seconds: float
    metrics: Metrics


@dataclass
class PhaseRunner:
    """Finishes phases one after another and notes for each what was done.

    ``started.json`` holds the stamp of the attempt under way, ``done.json`` that of the finished
    one. A stamp is made of the phase's facts and of the stamps and results it builds on, so a
    change anywhere repeats that phase and all after it, and nothing else.

    Attributes:
        say: Takes one line for each phase.
        done: What was finished by this object, by name of the phase.
        costs: Time that each phase takes, in the order in which they run and in any unit; empty:
            nobody knows what comes.
    """

    say: Callable[[str], None] = print
    done: dict[str, Done] = field(default_factory=dict)
    costs: Mapping[str, float] = field(default_factory=dict)

    def finish(self, phase: Phase) -> Metrics:
        """Brings a phase to its end from wherever an earlier run left it.

        Raises:
            NorfaceError: If the work left no result, or the folder belongs to something else.
        """
        wanted = self._stamp(phase)
        done = _read_done(phase)
        intact = done and phase.result.is_file() and sha256_file(phase.result) == done.result
        if done is None or done.stamp != wanted or not intact:
            checkpoint = self._prepare(phase, wanted, done)
            start = time.perf_counter()
            title, *share = self._place(phase.name)
            with part(title if self.costs else "", *share):
                metrics = phase.work(checkpoint)
            if not phase.result.is_file():
                raise NorfaceError(
                    f"{phase.name} ended without writing {phase.result}, so nothing can build on "
                    "it; let it validate and save at least once (one epoch, no fast_dev_run)"
                )
            seconds = round(time.perf_counter() - start, 2)
            if self.costs:
                self.say(f"{title}: done in {spoken(seconds)}{reporter().left()}")
            done = Done(wanted, sha256_file(phase.result), seconds, metrics)
            write_json(phase.note("done"), vars(done))
        else:
            self.say(f"{self._place(phase.name)[0]}: finished before, skipped")
        self.done[phase.name] = done
        return done.metrics

    def _place(self, name: str) -> tuple[str, float, float]:
        """Return what to call a phase, and which share of all of them it is, from and to."""
        if name not in self.costs:
            return name, 0.0, 1.0
        number, total = list(self.costs).index(name), sum(self.costs.values())
        start = sum([*self.costs.values()][:number]) / total
        title = f"phase {number + 1} of {len(self.costs)}, {name}"
        return title, start, start + self.costs[name] / total

    def _stamp(self, phase: Phase) -> str:
        after = (self.done[earlier.name] for earlier in phase.after)
        built_on = [(earlier.stamp, earlier.result) for earlier in after]
        return stamp({"facts": phase.facts, "after": built_on})

    def _prepare(self, phase: Phase, wanted: str, done: Done | None) -> Path | None:
        """Makes the folder ready and returns the checkpoint to go on from, if there is one."""
        title = self._place(phase.name)[0]
        folder, started = phase.folder, _read(phase.note("started")).get("stamp")
        if started is None:
            if folder.is_dir() and any(folder.iterdir()):
                raise NorfaceError(
                    f"{folder} is not empty and was not written by norface run; "
                    "choose another --out or move the folder away"
                )
            self.say(f"{title}: starts")
        elif started != wanted:
            self.say(f"{title}: its configuration, data or input changed, starts over")
        elif done is not None:
            self.say(f"{title}: {phase.result} is missing or was replaced, starts over")
        elif (last := folder / "last.ckpt").is_file() or phase.resumes:
            checkpoint = last if last.is_file() else None
            self.say(f"{title}: was interrupted, goes on from {checkpoint or folder}")
            return checkpoint
        else:
            self.say(f"{title}: was interrupted before its first checkpoint, starts over")
        _empty(phase)
        write_json(phase.note("started"), {"stamp": wanted})
        return None


def _read_done(phase: Phase) -> Done | None:
    try:
        return Done(**_read(phase.note("done")))  # type: ignore[arg-type]  # written by finish
    except TypeError:
        return None


def _read(path: Path) -> dict[str, object]:
    """Reads a JSON object; a missing or damaged file counts as nothing done."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}


def _empty(phase: Phase) -> None:
    """Removes what a phase left, the note of its start last, so that a kill in between shows."""
    phase.note("done").unlink(missing_ok=True)
    make_folder(phase.folder)
    for path in phase.folder.iterdir():
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        elif path != phase.note("started"):
            path.unlink()
