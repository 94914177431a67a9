"""The main score of each row with an interval over people, and how it differs from originals."""

from collections.abc import Sequence

import numpy as np

from norface_pl.evaluation.bootstrap import DRAWS, interval, resample
from norface_pl.evaluation.paired import by_seed, compare, main_score
from norface_pl.evaluation.record import Record
from norface_pl.evaluation.tables import NAMES, NONE, PLAIN, TextTable
from norface_pl.metrics.tallies import TALLIES
from norface_pl.types import Task


def people_table(
    task: Task, rows: Sequence[str], folds: Sequence[int], records: Sequence[Record]
) -> TextTable | None:
    """Return the table; None where people are unknown, or one person alone is tested.

    Folds are pooled, since each person is in one of them, and seeds averaged; a difference is
    taken over the seeds that both have, person by person.
    """
    pooled = {name: by_seed(name, folds, records) for name in rows}
    people = {name for seeds in pooled.values() for tally in seeds.values() for name in tally.sums}
    if "" in people or len(people) < 2:
        return None
    main = TALLIES[task].main
    lines = []
    for name, ours in pooled.items():
        score = difference = NONE
        if ours:
            tallies = list(ours.values())
            mean = float(np.mean([main_score(tally) for tally in tallies]))
            score = with_range(main, mean, *interval(resample(tallies)))
        found = None if name == "original" else compare(ours, pooled.get("original", {}))
        if found is not None:
            difference = with_range(main, found.difference, found.low, found.high, "+")
        lines.append([name, score, difference])
    title = f"{NAMES[main]}, selected epoch, folds pooled: 95 % of {DRAWS} draws of the test people"
    return TextTable(title, ["input", "score", "more than original"], lines)


def with_range(score: str, value: float, low: float, high: float, sign: str = "") -> str:
    """Write a value with its interval, shares in percent.

    Args:
        score: its name.
        value: itself.
        low: end of the interval.
        high: its other end.
        sign: "+" writes that of positive numbers, too.
    """
    factor, digits = (1, 3) if score in PLAIN else (100, 1)
    mean, start, stop = (f"{factor * x:{sign}.{digits}f}" for x in (value, low, high))
    return f"{mean} [{start}, {stop}]"
