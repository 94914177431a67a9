"""What has to be known of runs to read their tables, and the runs themselves."""

from collections.abc import Sequence
from pathlib import Path

from norface_pl.errors import NorfaceError
from norface_pl.evaluation.record import Record, record_path
from norface_pl.evaluation.runs import Run
from norface_pl.types import Task


def load_records(
    name: str, task: Task, runs: Sequence[Run], out: Path, results: Path | None
) -> list[Record]:
    """Return the records of the runs that are finished.

    Raises:
        NorfaceError: there is none, or one is damaged, of another protocol or of other labels.
    """
    where = out if results is None else results
    paths = [record_path(run, out, results) for run in runs]
    found = [(path, Record.load(path)) for path in paths if path.is_file()]
    for path, record in found:
        if (record.protocol, record.task) != (name, task):
            raise NorfaceError(
                f"{path} is of the protocol {record.protocol} ({record.task}); choose another "
                f"--{'out' if results is None else 'results'}"
            )
    if not found:
        raise NorfaceError(f"{where} has no finished run of {name}; run it first")
    if len({tuple(record.selected.tally.labels) for _, record in found}) > 1:
        raise NorfaceError(f"runs in {where} have different labels; delete the older ones")
    return [record for _, record in found]


def completeness(task: Task, runs: Sequence[Run], records: Sequence[Record]) -> list[str]:
    """Return what was trained and tested on what, and which runs are missing."""
    first, done = records[0], {record.run for record in records}
    tested = f" and tested on {first.test_data}" if first.test_data else ""
    lines = [
        f"{task}, trained on {first.data}{tested}: {len(done)} of {len(runs)} runs"
        + (", mean ± SD over seeds" if len({run.seed for run in done}) > 1 else ", one seed")
    ]
    missing = [str(run) for run in runs if run not in done]
    if missing:
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
    rows: dict[tuple[str, str], list[str]] = {}
    for record in records:
        names = rows.setdefault((answers[record.independent], record.reason), [])
        if record.run.row not in names:
            names.append(record.run.row)
    return [
        f"subject-independent ({', '.join(names)}): {answer}, {reason}"
        for (answer, reason), names in rows.items()
    ]


def versions(records: Sequence[Record]) -> str:
    """Return the commits that made the runs."""
    commits = sorted({record.environment.get("commit", "unknown") for record in records})
    return f"commit {', '.join(commits)}"
