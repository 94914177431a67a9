"""Small records of finished runs that are kept for good, and are enough to skip a run."""

from collections.abc import Callable
from pathlib import Path
from typing import Protocol, Self, TypeVar

from norface_pl.evaluation.runs import Run


class Keepable(Protocol):
    """A record of a finished run."""

    @property
    def protocol(self) -> str:
        """Name of the protocol or ablation that made it."""
        ...

    @property
    def run(self) -> Run:
        """Which of its runs it is."""
        ...

    def taken_over(self, protocol: str, run: Run) -> Self:
        """Return it as that of another run with the same options."""
        ...

    def keep(self, path: Path) -> None:
        """Write it, whole or not at all."""
        ...


Kept = TypeVar("Kept", bound=Keepable)


def find_kept(
    load: Callable[[Path], Kept],
    results: Path | None,
    protocol: str,
    run: Run,
    wanted: str,
    say: Callable[[str], None],
) -> Kept | None:
    """Find the record of a run, or of one with the same options, among those kept for good.

    Args:
        load: reads a record.
        results: folder of the records of this protocol; those of others lie beside it.
        protocol: name of this protocol.
        run: which of its runs.
        wanted: stamp of the run.
        say: takes a line about what was found.
    """
    if results is None:
        return None
    own = run.file(results)
    for path in [own, *sorted(results.parent.glob("*/*.json"))]:
        if not path.is_file() or wanted not in path.read_text(encoding="utf-8"):
            continue
        record = load(path)
        if path == own:
            say(f"{run}: finished before, skipped")
            return record
        say(f"{run}: the same options as {record.run} of {record.protocol}, taken over")
        record = record.taken_over(protocol, run)
        record.keep(own)
        return record
    return None
