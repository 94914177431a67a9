"""Our scores, from batches and from sums, against scikit-learn and formulas written out."""

import json
import warnings

import numpy as np
import pytest
import torch
from sklearn.metrics import (
    accuracy_score,
    balanced_accuracy_score,
    confusion_matrix,
    f1_score,
    mean_absolute_error,
    mean_squared_error,
    roc_auc_score,
)

from norface_pl.metrics.face import face_metrics
from norface_pl.metrics.occurrence_tally import PEER_THRESHOLDS, OccurrenceTally
from norface_pl.metrics.tallies import TALLIES, read_tally
from tests.metrics.test_icc import anova_icc

NAN = float("nan")
AUS = ["AU1", "AU2", "AU4", "AU6"]
EMOTIONS = ["neutral", "happiness", "sadness", "surprise"]
FACES = 157
KINDS = ["random", "constant", "no positives", "all positive", "masked", "all masked", "one face"]


def occurrences(kind, seed):
    """Probabilities and labels, the degenerate ones in the second column."""
    random = np.random.default_rng(seed)
    score = random.random((FACES, 4)).astype(np.float32)
    label = (random.random((FACES, 4)) < [0.1, 0.3, 0.5, 0.9]).astype(np.float32)
    return degenerate(kind, score, label, 0.5, 1.0, random)


def intensities(kind, seed):
    random = np.random.default_rng(seed)
    label = random.integers(0, 6, (FACES, 4)).astype(np.float32)
    guess = np.clip(0.4 * label + random.normal(1, 1, label.shape), 0, 5).astype(np.float32)
    return degenerate(kind, guess, label, 2.3, 5.0, random)


def degenerate(kind, guess, label, constant, highest, random):
    if kind == "constant":
        guess[:, 1] = constant
    elif kind == "no positives":
        label[:, 1] = 0
    elif kind == "all positive":
        label[:, 1] = highest
    elif kind == "masked":
        label[random.random(label.shape) < 0.4] = NAN
    elif kind == "all masked":
        label[:, 1] = NAN
    elif kind == "one face":
        guess, label = guess[:1], label[:1]
    return guess, label


def expressions(kind, seed):
    random = np.random.default_rng(seed)
    guess = random.dirichlet(np.ones(4), FACES).astype(np.float32)
    label = random.integers(0, 4, FACES)
    if kind == "constant":
        guess[:] = [0.1, 0.7, 0.1, 0.1]
    elif kind == "no positives":
        label[label == 2] = 0
    elif kind == "all positive":
        label[:] = 2
    elif kind == "masked":
        label[random.random(FACES) < 0.4] = -1
    elif kind == "all masked":
        label[:] = -1
    elif kind == "one face":
        guess, label = guess[:1], label[:1]
    return guess, label


def both_ways(task, names, guess, label):
    """Scores by batches of `face_metrics`, and by tallies that were added up and kept as JSON."""
    metrics = face_metrics(task, names)
    parts = np.array_split(np.arange(len(guess)), 5)
    for rows in parts:
        if len(rows):
            metrics.update(torch.from_numpy(guess[rows]), torch.from_numpy(label[rows]))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        batches = {name: float(value) for name, value in metrics.compute().items()}
    subjects = [f"F{index % 3:03d}" for index in range(len(guess))]
    tally = TALLIES[task](names)
    for rows in parts:
        tally.update(guess[rows], label[rows], [subjects[row] for row in rows])
    return batches, read_tally(json.loads(json.dumps(tally.content()))).scores()


def compare(found, expected):
    assert found.keys() >= expected.keys()
    for name, value in expected.items():
        assert found[name] == pytest.approx(value, abs=1e-6, nan_ok=True), name


def mean(values):
    known = [value for value in values if value == value]
    return np.mean(known) if known else NAN


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("kind", KINDS)
def test_occurrences_agree_with_scikit_learn(kind, seed):
    guess, label = occurrences(kind, seed)
    expected = {}
    for column, name in enumerate(AUS):
        known = ~np.isnan(label[:, column])
        truth, score = label[known, column] == 1, guess[known, column]
        two = len(set(truth)) == 2
        # Without any label there is nothing to hand to scikit-learn, and no value.
        f1 = f1_score(truth, score > 0.5, zero_division=0) if known.any() else NAN
        expected[f"f1/{name}"] = f1
        expected[f"auc/{name}"] = roc_auc_score(truth, score) if two else NAN
        expected[f"accuracy/{name}"] = accuracy_score(truth, score > 0.5) if known.any() else NAN
    for score in ("f1", "auc", "accuracy"):
        expected[score] = mean([expected[f"{score}/{name}"] for name in AUS])
    for found in both_ways("au_detection", AUS, guess, label):
        compare(found, expected)


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("kind", KINDS)
def test_intensities_agree_with_formulas_written_out(kind, seed):
    guess, label = intensities(kind, seed)
    expected = {}
    for column, name in enumerate(AUS):
        known = ~np.isnan(label[:, column])
        truth, value = label[known, column].astype(float), guess[known, column].astype(float)
        flat = known.sum() < 2 or (np.ptp(truth) == 0 and np.ptp(value) == 0)
        zero = 0.0 if known.any() else NAN
        expected[f"icc/{name}"] = zero if flat else anova_icc(value, truth)
        expected[f"mae/{name}"] = mean_absolute_error(truth, value) if known.any() else NAN
        expected[f"mse/{name}"] = mean_squared_error(truth, value) if known.any() else NAN
    for score in ("icc", "mae", "mse"):
        expected[score] = mean([expected[f"{score}/{name}"] for name in AUS])
    for found in both_ways("au_intensity", AUS, guess, label):
        compare(found, expected)


def test_two_constant_ratings_have_no_correlation():
    guess, label = intensities("constant", 0)
    label[:, 1] = 1
    for found in both_ways("au_intensity", AUS, guess, label):
        assert found["icc/AU2"] == 0


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("kind", KINDS)
def test_expressions_agree_with_scikit_learn(kind, seed):
    guess, label = expressions(kind, seed)
    known = label >= 0
    truth, chosen = label[known], guess[known].argmax(1)
    classes, batches = range(4), both_ways("expression", EMOTIONS, guess, label)
    if not known.any():
        assert np.isnan([found["mean_accuracy"] for found in batches]).all()
        return
    f1 = f1_score(truth, chosen, labels=classes, average=None, zero_division=NAN)
    with warnings.catch_warnings():
        # Of a class that is only predicted.
        warnings.simplefilter("ignore")
        balanced = balanced_accuracy_score(truth, chosen)
    expected = {
        "accuracy": accuracy_score(truth, chosen),
        "mean_accuracy": balanced,
        "f1": np.nanmean(f1),
        **{f"f1/{name}": value for name, value in zip(EMOTIONS, f1, strict=True)},
    }
    for found in batches:
        compare(found, expected)
    tally = TALLIES["expression"](EMOTIONS)
    tally.update(guess, label, [""] * len(label))
    assert np.array_equal(tally.total, confusion_matrix(truth, chosen, labels=classes))


@pytest.mark.parametrize("seed", range(3))
def test_folds_that_are_added_up_score_as_all_their_faces_at_once(seed):
    for task, draw, names in (
        ("au_detection", occurrences, AUS),
        ("au_intensity", intensities, AUS),
        ("expression", expressions, EMOTIONS),
    ):
        guess, label = draw("masked", seed)
        parts = []
        for rows in (slice(0, 40), slice(40, None)):
            tally = TALLIES[task](names)
            tally.update(guess[rows], label[rows], ["a"] * len(guess[rows]))
            parts.append(read_tally(json.loads(json.dumps(tally.content()))))
        whole = TALLIES[task](names)
        whole.update(guess, label, ["a"] * len(guess))
        pooled, expected = (parts[0] + parts[1]).scores(), whole.scores()
        for name, value in expected.items():
            # Areas come from a thousand steps of the scores.
            close = 2e-3 if name.startswith("auc") else 1e-6
            assert pooled[name] == pytest.approx(value, abs=close), name


def test_select_on_test_is_the_best_of_all_thresholds_tried_one_by_one():
    guess, label = occurrences("masked", 5)
    guess = guess**2
    tally = OccurrenceTally(AUS)
    tally.update(guess, label, ["a"] * FACES)
    tried = {}
    for threshold in PEER_THRESHOLDS:
        columns = []
        for column in range(4):
            known = ~np.isnan(label[:, column])
            found = guess[known, column] > threshold
            columns.append(f1_score(label[known, column] == 1, found, zero_division=0))
        tried[threshold] = np.mean(columns)
    best, threshold = tally.select_on_test()
    assert threshold == max(tried, key=tried.get)
    assert best.scores()["f1"] == pytest.approx(tried[threshold], abs=1e-12)
    assert best.scores()["f1"] > tally.scores()["f1"]
    # Areas know no threshold.
    assert best.scores()["auc"] == tally.scores()["auc"]


def test_a_tally_keeps_people_apart_and_shows_its_counts():
    tally = OccurrenceTally(["AU1"])
    guess = np.array([[0.9], [0.9], [0.1], [0.1], [0.9]], np.float32)
    label = np.array([[1], [0], [1], [0], [NAN]], np.float32)
    tally.update(guess, label, ["F001", "F001", "F001", "M002", "M002"])
    content = tally.content()
    assert content["total"] == {"AU1": {"tp": 1, "fp": 1, "fn": 1, "tn": 1}}
    assert content["subjects"] == {"F001": [[1, 1, 1, 0]], "M002": [[0, 0, 0, 1]]}
