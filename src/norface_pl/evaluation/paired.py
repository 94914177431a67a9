"""Scores of rows, and of two rows compared, with the people drawn who happened to be tested."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import add

import numpy as np

from norface_pl.errors import NorfaceError
from norface_pl.evaluation.record import Record
from norface_pl.evaluation.tables import NAMES, NONE, TextTable, with_range
from norface_pl.evaluation.values import moments
from norface_pl.metrics.tallies import TALLIES
from norface_pl.metrics.tally import Numbers, Tally
from norface_pl.types import Task

BETTER, WORSE, OPEN = "better", "worse", "not told apart"
DRAWS = 2000
LEVEL = 0.05


def resample(tallies: Sequence[Tally], draws: int = DRAWS, seed: int = 0) -> Numbers:
    """Return the main score of people drawn with replacement from those who were tested, (draws,).

    Draws are the same for the same people, so that the scores of two classifiers can be subtracted.
    The scores of several tallies of these people, such as one for each seed, are averaged.
    """
    people = sorted(tallies[0].sums)
    random = np.random.default_rng(seed)
    times = random.multinomial(len(people), np.full(len(people), 1 / len(people)), draws)
    scores = []
    for tally in tallies:
        sums = np.stack([tally.sums[name] for name in people])
        scores.append(tally.main_scores(np.tensordot(times.astype(float), sums, axes=1)))
    mean: Numbers = np.mean(scores, axis=0)
    return mean


def interval(scores: Numbers) -> tuple[float, float]:
    """Return the range in which 95 % of the draws lie."""
    low, high = np.quantile(scores, [0.025, 0.975])
    return float(low), float(high)


@dataclass(frozen=True)
class Comparison:
    """How much more one row scores than another, over the seeds that both have.

    Attributes:
        difference: of the main score, mean over seeds.
        deviation: SD over seeds of the differences; NaN of one seed.
        low: end of the range of 95 % of the draws of the test people.
        other_side: share of the draws in which the difference has the other sign, or is 0.
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

    @property
    def p(self) -> float:
        """Two-sided p-value of no difference; never 0, as another draw might show one."""
        return min(1.0, 2 * (self.other_side * DRAWS + 1) / (DRAWS + 1))

    def judged(self, p: float) -> str:
        """Return the verdict at a p-value, such as one that was corrected for many comparisons."""
        return OPEN if p > LEVEL else BETTER if self.difference > 0 else WORSE


def holm(values: Sequence[float]) -> list[float]:
    """Correct p-values for their number, so that all verdicts together err in 5 % of all cases.

    The least is multiplied by the number of all, the next by one less, and so on; none becomes
    less than one before it (Holm, 1979).
    """
    order = np.argsort(values, kind="stable")
    factors = np.arange(len(values), 0, -1)
    raised = np.maximum.accumulate(np.minimum(1.0, factors * np.asarray(values)[order]))
    corrected = np.empty(len(values))
    corrected[order] = raised
    return [float(value) for value in corrected]


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
    """Compare the tallies of two rows, by seed.

    Returns:
        None where no seed is shared, or fewer than two people are known.

    Raises:
        NorfaceError: the two were tested on different people.
    """
    seeds = sorted(ours.keys() & theirs.keys())
    one, other = ([row[seed] for seed in seeds] for row in (ours, theirs))
    people = [frozenset(tally.sums) for tally in one + other]
    if not people or any("" in names or len(names) < 2 for names in people):
        return None
    if len(set(people)) > 1:
        raise NorfaceError("two rows were tested on different people: delete the older runs")
    gains = [main_score(x) - main_score(y) for x, y in zip(one, other, strict=True)]
    difference = float(np.mean(gains))
    # Both use the same draws of people, and all seeds are read from each of them.
    draws = resample(one) - resample(other)
    low, high = interval(draws)
    return Comparison(
        difference,
        moments(gains)[1],
        low,
        high,
        float(np.mean(draws <= 0 if difference > 0 else draws >= 0)),
        len(seeds),
    )


def people_table(
    task: Task, rows: Sequence[str], folds: Sequence[int], records: Sequence[Record]
) -> TextTable | None:
    """Return the scores of rows with intervals over people, and how they differ from originals.

    Folds are pooled, since each person is in one of them, and seeds averaged; a difference is
    taken over the seeds that both have, person by person. None where people are unknown, or one
    person alone is tested.
    """
    pooled = {name: by_seed(name, folds, records) for name in rows}
    people = {name for seeds in pooled.values() for tally in seeds.values() for name in tally.sums}
    if "" in people or len(people) < 2:
        return None
    main = TALLIES[task].main
    title = f"{NAMES[main]}, selected epoch, folds pooled: 95 % of {DRAWS} draws of the test people"
    table = TextTable(title, ["input", "score", "more than original"])
    for name, ours in pooled.items():
        score = difference = NONE
        if tallies := list(ours.values()):
            mean = float(np.mean([main_score(tally) for tally in tallies]))
            score = with_range(main, mean, *interval(resample(tallies)))
        found = None if name == "original" else compare(ours, pooled.get("original", {}))
        if found is not None:
            difference = with_range(main, found.difference, found.low, found.high, "+")
        table.rows.append([name, score, difference])
    return table
