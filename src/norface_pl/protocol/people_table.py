"""The main score of each input with an interval over people, and how it differs from originals."""

from collections.abc import Sequence
from functools import reduce
from operator import add

from norface_pl.metrics.tallies import TALLIES
from norface_pl.metrics.tally import Numbers, Tally
from norface_pl.protocol.bootstrap import DRAWS, interval, resample
from norface_pl.protocol.record import Record
from norface_pl.protocol.tables import NAMES, NONE, PLAIN, Table
from norface_pl.types import Task


def people_table(
    task: Task, inputs: Sequence[str], folds: Sequence[int], records: Sequence[Record]
) -> Table | None:
    """Return the table; None where people are unknown, or one person alone is tested.

    Folds are pooled, since each person is in one of them, and seeds averaged; a difference is
    taken over the seeds that both have, person by person.
    """
    pooled = {name: _by_seed(name, folds, records) for name in inputs}
    people = {name for seeds in pooled.values() for tally in seeds.values() for name in tally.sums}
    if "" in people or len(people) < 2:
        return None
    main = TALLIES[task].main
    rows = []
    for name in inputs:
        ours, theirs = pooled[name], pooled.get("original", {})
        both = sorted(ours.keys() & theirs.keys())
        difference = NONE
        if name != "original" and both:
            one, other = ([part[seed] for seed in both] for part in (ours, theirs))
            change = _score(one) - _score(other)
            difference = _write(main, change, resample(one) - resample(other), "+")
        found = list(ours.values())
        score = _write(main, _score(found), resample(found), "") if found else NONE
        rows.append([name, score, difference])
    title = f"{NAMES[main]}, selected epoch, folds pooled: 95 % of {DRAWS} draws of the test people"
    return Table(title, ["input", "score", "more than original"], rows)


def _by_seed(name: str, folds: Sequence[int], records: Sequence[Record]) -> dict[int, Tally]:
    """Return the tally of all folds by seed, of the seeds whose folds are all finished."""
    found: dict[int, list[Tally]] = {}
    for record in records:
        if record.run.input == name:
            found.setdefault(record.run.seed, []).append(record.selected.tally)
    return {
        seed: reduce(add, tallies)
        for seed, tallies in found.items()
        if len(tallies) == max(1, len(folds))
    }


def _score(tallies: Sequence[Tally]) -> float:
    scores = [tally.main_scores(tally.total[None])[0] for tally in tallies]
    return float(sum(scores) / len(scores))


def _write(score: str, value: float, draws: Numbers, sign: str) -> str:
    factor, digits = (1, 3) if score in PLAIN else (100, 1)
    low, high = interval(factor * draws)
    return f"{factor * value:{sign}.{digits}f} [{low:{sign}.{digits}f}, {high:{sign}.{digits}f}]"
