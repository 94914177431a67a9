"""How far a score hangs on who happened to be tested: people drawn with replacement."""

from collections.abc import Sequence

import numpy as np

from norface_pl.metrics.tally import Numbers, Tally

DRAWS = 2000


def resample(tallies: Sequence[Tally], draws: int = DRAWS, seed: int = 0) -> Numbers:
    """Return the main score of as many people drawn from those who were tested, (draws,).

    Draws are the same for the same people, so that the scores of two classifiers can be subtracted.

    Args:
        tallies: of the same people, such as one for each seed of training, whose scores are
            averaged.
        draws: how many.
        seed: of the draws.
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
