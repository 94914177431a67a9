"""Valence and arousal: the concordance correlation against its formula written out."""

import numpy as np
import pytest
import torch

from norface_pl.classifier.intensity import concordance_loss
from norface_pl.metrics.tallies import AffectTally
from tests.helpers.records import tally

NAMES = ["valence", "arousal"]


def concordance(guess, truth):
    """Lin's formula with variances over n."""
    shared = ((guess - guess.mean()) * (truth - truth.mean())).mean()
    return 2 * shared / (guess.var() + truth.var() + (guess.mean() - truth.mean()) ** 2)


def test_scores_are_the_formulas_over_known_faces():
    random = np.random.default_rng(0)
    truth = random.uniform(-1, 1, (50, 2)).astype(np.float32)
    guess = (0.6 * truth + 0.2 + random.normal(0, 0.3, truth.shape)).astype(np.float32)
    truth[:7, 1] = np.nan
    found = tally("valence_arousal", NAMES, guess, truth).scores()
    for place, name in enumerate(NAMES):
        known = ~np.isnan(truth[:, place])
        one, other = guess[known, place].astype(float), truth[known, place].astype(float)
        assert found[f"ccc/{name}"] == pytest.approx(concordance(one, other), abs=1e-6)
        error = np.sqrt(((one - other) ** 2).mean())
        assert found[f"rmse/{name}"] == pytest.approx(error, abs=1e-6)
    assert found["ccc"] == pytest.approx((found["ccc/valence"] + found["ccc/arousal"]) / 2)
    loss = concordance_loss(torch.tensor(guess), torch.tensor(truth))
    assert 1 - float(loss) == pytest.approx(found["ccc"], abs=1e-5)


def test_a_shifted_reader_is_not_perfect_and_a_constant_one_scores_nothing():
    truth = [[-1.0, 0.0], [1.0, 0.5]]
    found = tally("valence_arousal", NAMES, [[-0.5, 0.2], [1.5, 0.2]], truth).scores()
    # Variance 1 each, covariance 1, means half apart.
    assert found["ccc/valence"] == pytest.approx(2 / 2.25)
    assert found["ccc/arousal"] == pytest.approx(0, abs=1e-6)
    assert np.isnan(AffectTally(NAMES).main_scores(np.zeros((1, 2, 7)))[0])
