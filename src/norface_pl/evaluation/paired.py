"""Two rows of a table compared person by person and seed by seed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import add

import numpy as np

from norface_pl.errors import NorfaceError
from norface_pl.evaluation.bootstrap import interval, resample
from norface_pl.evaluation.record import Record
from norface_pl.metrics.tally import Tally

BETTER, WORSE, OPEN = "better", "worse", "not told apart"


@dataclass(frozen=True)
class Comparison:
    """How much more one row scores than another, over the seeds that both have.

    Attributes:
        difference: of the main score, mean over seeds.
        deviation: SD over seeds of the differences; NaN of one seed.
        low: end of the range of 95 % of the draws of the test people.
        high: its other end.
        other_side: share of the draws in which the difference has the other sign, or is 0.
        seeds: how many.
    """

    difference: float
    deviation: float
    low: float
    high: float
    other_side: float
    seeds: int

    @property
    def verdict(self) -> str:
        """Whether 95 % of the draws of people lie on one side of 0, and on which."""
        return BETTER if self.low > 0 else WORSE if self.high < 0 else OPEN


def by_seed(row: str, folds: Sequence[int], records: Sequence[Record]) -> dict[int, Tally]:
    """Return the tally of all folds by seed, of the seeds whose folds are all finished."""
    found: dict[int, list[Tally]] = {}
    for record in records:
        if record.run.row == row:
            found.setdefault(record.run.seed, []).append(record.selected.tally)
    return {
        seed: reduce(add, tallies)
        for seed, tallies in found.items()
        if len(tallies) == max(1, len(folds))
    }


def main_score(tally: Tally) -> float:
    """Return the score that the field compares."""
    return float(tally.main_scores(tally.total[None])[0])


def compare(ours: Mapping[int, Tally], theirs: Mapping[int, Tally]) -> Comparison | None:
    """Compare two rows; None where no seed is shared, or fewer than two people are known.

    Args:
        ours: tallies by seed.
        theirs: those of the other row.

    Raises:
        NorfaceError: the two were tested on different people.
    """
    seeds = sorted(ours.keys() & theirs.keys())
    one, other = ([row[seed] for seed in seeds] for row in (ours, theirs))
    if not seeds or not _people_are_known(one + other):
        return None
    if len({frozenset(tally.sums) for tally in one + other}) > 1:
        raise NorfaceError("two rows were tested on different people: delete the older runs")
    gains = [main_score(x) - main_score(y) for x, y in zip(one, other, strict=True)]
    difference = float(np.mean(gains))
    # Both use the same draws of people, and all seeds are read from each of them.
    draws = resample(one) - resample(other)
    low, high = interval(draws)
    return Comparison(
        difference,
        float(np.std(gains, ddof=1)) if len(gains) > 1 else float("nan"),
        low,
        high,
        float(np.mean(draws <= 0 if difference > 0 else draws >= 0)),
        len(seeds),
    )


def _people_are_known(tallies: Sequence[Tally]) -> bool:
    return all("" not in tally.sums and len(tally.sums) > 1 for tally in tallies)
