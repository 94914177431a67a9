"""Whether rows of a table were made alike, but for what they are to show."""

from collections.abc import Sequence

from norface_pl.evaluation.record import Record

SEED = "seed_everything"
# What rows differ in.
OWN = (SEED, "model", "faces")


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
    by_row: dict[str, set[str]] = {}
    for record in records:
        by_row.setdefault(record.run.row, set()).add(_options(record, (SEED,)))
    mixed = [row for row, found in by_row.items() if len(found) > 1]
    if mixed:
        lines.append(f"NOT COMPARABLE: seeds were made with different options: {', '.join(mixed)}")
    return lines


def _options(record: Record, but: Sequence[str]) -> str:
    kept = {key: value for key, value in record.options.items() if key not in but}
    return repr(sorted(kept.items()))
