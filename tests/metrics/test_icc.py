"""ICC(3,1) against an analysis of variance written out in numpy."""

import numpy as np
import pytest

from norface_pl.metrics.tallies import IntensityTally


def anova_icc(first: np.ndarray, second: np.ndarray) -> float:
    """ICC(3,1) from the sums of squares of an n x 2 table, formula of protocols in the field."""
    table = np.stack([first, second], axis=1).astype(np.float64)
    n, k = table.shape
    grand = table.mean()
    ss_total = ((table - grand) ** 2).sum()
    ss_faces = k * ((table.mean(axis=1) - grand) ** 2).sum()
    ss_raters = n * ((table.mean(axis=0) - grand) ** 2).sum()
    between = ss_faces / (n - 1)
    error = (ss_total - ss_faces - ss_raters) / ((n - 1) * (k - 1))
    return float((between - error) / (between + (k - 1) * error))


def tallied(guess: object, truth: object) -> IntensityTally:
    """Both ratings (N, L) of one batch."""
    guess, truth = np.asarray(guess, np.float32), np.asarray(truth, np.float32)
    tally = IntensityTally([str(label) for label in range(truth.shape[1])])
    tally.update(guess, truth, [""] * len(truth))
    return tally


def icc(tally: IntensityTally) -> list[float]:
    """The ICC of each label."""
    scores = tally.scores()
    return [scores[f"icc/{label}"] for label in tally.labels]


def test_three_faces_by_hand() -> None:
    # Face means 1.5, 2, 4 about 2.5: BMS = 2 * (1 + 0.25 + 2.25) / 2 = 3.5.
    # Total 9.5, faces 7, raters 1.5: EMS = (9.5 - 7 - 1.5) / 2 = 0.5.
    found = icc(tallied([[1.0], [2.0], [3.0]], [[2.0], [2.0], [5.0]]))
    assert found == pytest.approx([(3.5 - 0.5) / (3.5 + 0.5)])


@pytest.mark.parametrize("seed", range(5))
def test_equals_anova_over_uneven_batches(seed: int) -> None:
    rng = np.random.default_rng(seed)
    truth = rng.integers(0, 6, size=(101, 4)).astype(np.float32)
    guess = (0.5 * truth + rng.normal(0.7, 1.0, size=truth.shape)).astype(np.float32)
    tally = IntensityTally(list("0123"))
    for part in np.array_split(np.arange(101), 7):
        tally.update(guess[part], truth[part], [""] * len(part))
    expected = [anova_icc(guess[:, i], truth[:, i]) for i in range(4)]
    assert np.allclose(icc(tally), expected, atol=1e-6)


def test_missing_labels_are_left_out() -> None:
    rng = np.random.default_rng(0)
    truth = rng.uniform(0, 5, size=(50, 2)).astype(np.float32)
    guess = rng.uniform(0, 5, size=(50, 2)).astype(np.float32)
    truth[:20, 1] = np.nan
    expected = [anova_icc(guess[:, 0], truth[:, 0]), anova_icc(guess[20:, 1], truth[20:, 1])]
    assert np.allclose(icc(tallied(guess, truth)), expected, atol=1e-6)


def test_consistency_forgives_an_offset_and_agreement_is_one() -> None:
    truth = np.array([[0.0, 1.0], [2.0, 3.0], [5.0, 0.0]])
    assert np.allclose(icc(tallied(truth + [0.0, 0.5], truth)), 1)
    assert np.allclose(icc(tallied(-truth, truth)), -1)


def test_degenerate_columns_score_zero() -> None:
    truth = [[2.0, 1.0, float("nan")], [2.0, 4.0, float("nan")]]
    found = icc(tallied([[3.0, 2.0, 1.0], [3.0, 2.0, 1.0]], truth))
    # both constant; one constant (no covariance); nothing known, which is no value at all
    assert found[:2] == [0.0, 0.0]
    assert np.isnan(found[2])


def test_two_processes_add_up() -> None:
    rng = np.random.default_rng(0)
    truth, guess = rng.random((2, 20, 2)) * 5
    parts = [tallied(guess[rows], truth[rows]) for rows in (slice(0, 7), slice(7, 20))]
    assert icc(parts[0] + parts[1]) == pytest.approx(icc(tallied(guess, truth)))
