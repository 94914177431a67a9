"""Labels that nobody coded in the test part have no value and are in no mean."""

import numpy as np
import pytest
import torch

from norface_pl.metrics.face import face_metrics
from norface_pl.metrics.occurrence_tally import OccurrenceTally
from norface_pl.metrics.tallies import ExpressionTally, IntensityTally
from norface_pl.probes.probe import ProbeFaces, au_probe

NAN = np.nan
AUS = ["AU1", "AU2", "AU4"]
OCCURRENCE = np.array([[1, NAN, NAN], [0, NAN, NAN], [1, NAN, NAN]], np.float32)
INTENSITY = np.array([[4, NAN, NAN], [0, NAN, NAN], [2, NAN, NAN]], np.float32)


def by_both(tally, task, guess, label):
    """Scores of the tally and of the metrics that are logged."""
    tally.update(guess, label, ["a", "b", "a"])
    metrics = face_metrics(task, tally.labels)
    metrics.update(torch.from_numpy(guess), torch.from_numpy(label))
    return tally.scores(), {name: float(value) for name, value in metrics.compute().items()}


def test_a_perfect_reader_of_the_one_coded_action_unit_has_f1_and_accuracy_of_one():
    guess = np.nan_to_num(OCCURRENCE, nan=0.9)
    tally = OccurrenceTally(AUS)
    for found in by_both(tally, "au_detection", guess, OCCURRENCE):
        assert (found["f1"], found["accuracy"]) == (1, 1)
        assert np.isnan([found["f1/AU2"], found["accuracy/AU4"]]).all()
    assert tally.main_scores(tally.total[None]).tolist() == [1]
    assert tally.select_on_test()[0].scores()["f1"] == 1


def test_a_perfect_reader_of_the_one_coded_intensity_has_an_icc_of_one():
    guess = np.nan_to_num(INTENSITY, nan=3)
    tally = IntensityTally(AUS)
    for found in by_both(tally, "au_intensity", guess, INTENSITY):
        assert found["icc"] == pytest.approx(1)
        assert np.isnan([found["icc/AU2"], found["mae/AU2"], found["mse/AU4"]]).all()
        assert (found["mae"], found["mse"]) == (0, 0)
    assert tally.main_scores(tally.total[None]) == pytest.approx([1])


def test_an_action_unit_that_is_coded_and_never_there_still_counts_as_zero():
    label = np.array([[1, 0], [0, 0], [1, 0]], np.float32)
    for found in by_both(OccurrenceTally(AUS[:2]), "au_detection", label * 0.9, label):
        assert (found["f1/AU2"], found["f1"], found["accuracy"]) == (0, 0.5, 1)
    intensity = label * 3
    for found in by_both(IntensityTally(AUS[:2]), "au_intensity", intensity, intensity):
        assert (found["icc/AU2"], found["icc"]) == (0, pytest.approx(0.5))


def test_without_any_label_there_is_no_score_at_all():
    label = np.full((3, 3), NAN, np.float32)
    tally = OccurrenceTally(AUS)
    for found in by_both(tally, "au_detection", np.full((3, 3), 0.5, np.float32), label):
        assert np.isnan([found["f1"], found["accuracy"], found["auc"]]).all()
    assert np.isnan(tally.main_scores(tally.total[None])).all()
    assert np.isnan(tally.select_on_test()[0].scores()["f1"])


def test_an_expression_that_neither_occurs_nor_is_found_is_not_in_the_mean():
    guess = np.eye(3, dtype=np.float32)[[0, 1, 0]]
    label = np.array([0, 1, 0])
    tally = ExpressionTally(["neutral", "happiness", "fear"])
    for found in by_both(tally, "expression", guess, label):
        assert found["f1"] == 1
        assert np.isnan(found["f1/fear"])
    wrong = np.eye(3, dtype=np.float32)[[0, 1, 2]]
    tally = ExpressionTally(["neutral", "happiness", "fear"])
    for found in by_both(tally, "expression", wrong, label):
        assert found["f1/fear"] == 0
        assert found["f1"] == pytest.approx((2 / 3 + 1 + 0) / 3)


def test_a_probe_leaves_out_what_nobody_coded():
    torch.manual_seed(0)
    features = torch.randn(400, 4)
    label = (features[:, :2] > 0).float()
    clip = torch.arange(400)
    fit = ProbeFaces(features[:200], label[:200], clip[:200], clip[:200], clip[:200])
    seen_label = label[200:].clone()
    seen_label[:, 1] = torch.nan
    seen = ProbeFaces(features[200:], seen_label, clip[:200], clip[:200], clip[:200])
    assert au_probe(fit, seen) > 0.9
