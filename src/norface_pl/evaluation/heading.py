"""What has to be known of runs to read their tables, and the runs themselves."""

from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

from norface_pl.errors import NorfaceError
from norface_pl.evaluation.normalizer_record import AnyRecord, NormalizerRecord
from norface_pl.evaluation.record import Record, record_path
from norface_pl.evaluation.runs import Run
from norface_pl.types import Task

SEED = "seed_everything"
# What rows of a table may differ in.
OWN = (SEED, "model", "faces")


def finished(
    load: Callable[[Path], AnyRecord],
    name: str,
    runs: Sequence[Run],
    out: Path,
    results: Path | None,
) -> dict[Path, AnyRecord]:
    """Return the records of the runs that are finished, by their files.

    Raises:
        NorfaceError: there is none, or one is damaged.
    """
    paths = [record_path(run, out, results) for run in runs]
    found = {path: load(path) for path in paths if path.is_file()}
    if not found:
        raise NorfaceError(f"{results or out} has no finished run of {name}; run it first")
    return found


def load_records(
    name: str, task: Task, runs: Sequence[Run], out: Path, results: Path | None
) -> list[Record]:
    """Return the records of the runs of stage 2 that are finished.

    Raises:
        NorfaceError: there is none, or one is damaged, of another protocol or of other labels.
    """
    found = finished(Record.load, name, runs, out, results)
    for path, record in found.items():
        if (record.protocol, record.task) != (name, task):
            raise NorfaceError(
                f"{path} is of the protocol {record.protocol} ({record.task}); choose another "
                f"--{'out' if results is None else 'results'}"
            )
    if len({tuple(record.selected.tally.labels) for record in found.values()}) > 1:
        raise NorfaceError(f"runs in {results or out} have different labels; delete the older ones")
    return list(found.values())


def completeness(task: Task, runs: Sequence[Run], records: Sequence[Record]) -> list[str]:
    """Return what was trained and tested on what, and which runs are missing."""
    first, done = records[0], {record.run for record in records}
    tested = f" and tested on {first.test_data}" if first.test_data else ""
    seeds = "mean ± SD over seeds" if len({run.seed for run in done}) > 1 else "one seed"
    lines = [f"{task}, trained on {first.data}{tested}: {len(done)} of {len(runs)} runs, {seeds}"]
    if missing := [str(run) for run in runs if run not in done]:
        more = f" and {len(missing) - 3} more" if len(missing) > 3 else ""
        lines.append(f"NOT COMPLETE, missing: {'; '.join(missing[:3])}{more}")
    return lines


def people(record: Record) -> list[str]:
    """Return who trained, chose the weights and was tested."""
    lines = []
    for split, names in record.subjects.items():
        who = f", {len(names)} subjects: {' '.join(names)}" if names else ", subjects unknown"
        lines.append(f"{split} {record.faces[split]} faces{who}")
    return lines


def people_by_part(records: Sequence[Record]) -> list[str]:
    """Return the people of each fold."""
    parts = {record.run.part: record for record in reversed(records)}
    return [f"{part}: {line}" for part, record in sorted(parts.items()) for line in people(record)]


def independence(records: Sequence[Record]) -> list[str]:
    """Return a line for each answer to the question whether results are subject-independent."""
    answers = {True: "yes", False: "NO", None: "UNKNOWN"}
    rows: dict[str, dict[str, None]] = {}
    for record in records:
        answer = f"{answers[record.independent]}, {record.reason}"
        rows.setdefault(answer, {})[record.run.row] = None
    return [f"subject-independent ({', '.join(names)}): {found}" for found, names in rows.items()]


def differences(records: Sequence[Record]) -> list[str]:
    """Return what makes rows incomparable, or less comparable, one line each."""
    lines = []
    drew = {
        record.normalizer["sha256"]: repr(record.options["faces"].get("normalizer"))
        for record in records
        if record.normalizer is not None
    }
    if len(set(drew.values())) > 1:
        lines.append("NOT COMPARABLE: the faces were redrawn by different normalizers")
    elif len(drew) > 1:
        lines.append(f"the faces were redrawn by {len(drew)} trainings of one normalizer")
    if len({_options(record, OWN) for record in records}) > 1:
        lines.append("NOT COMPARABLE: rows differ in more than the model and the redrawn faces")
    made = {(record.run.row, _options(record, (SEED,))): None for record in records}
    if mixed := [row for row, count in Counter(row for row, _ in made).items() if count > 1]:
        lines.append(f"NOT COMPARABLE: seeds were made with different options: {', '.join(mixed)}")
    return lines


def _options(record: Record, but: Sequence[str]) -> str:
    return repr(sorted((key, value) for key, value in record.options.items() if key not in but))


def commits(records: Sequence[Record | NormalizerRecord], digits: int | None = None) -> str:
    """Return the commits that made the runs."""
    found = {record.environment.get("commit", "unknown")[:digits] for record in records}
    return f"commit {', '.join(sorted(found))}"
