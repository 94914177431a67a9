"""Reliability against values worked out by hand."""

import json

import numpy as np
import pytest
import torch

from norface_pl.metrics.face import face_metrics
from norface_pl.metrics.reliability import Reliability
from norface_pl.metrics.tallies import ExpressionTally, read_tally
from tests.helpers.records import tally

NAN = np.nan


def test_error_is_the_distance_of_said_and_so_weighed_by_faces():
    found = Reliability(2)
    said = np.array([[0.95, 0.25], [0.95, 0.25], [0.85, 0.25], [0.05, 0.25]])
    so = np.array([[1, 1], [0, NAN], [1, NAN], [0, NAN]])
    found.update(said, so)
    # Bins of 2, 1 and 1 of 4 faces: |1.9 - 1|, |0.85 - 1| and |0.05 - 0|.
    assert found.error() == pytest.approx([(0.9 + 0.15 + 0.05) / 4, 0.75])
    mean, share = found.curve()
    assert (mean[9], share[9]) == (pytest.approx(0.95), 0.5)
    assert (mean[2], share[2]) == (0.25, 1)
    assert np.isnan([mean[5], share[5]]).all()


def test_nothing_known_has_no_error():
    found = Reliability(1)
    found.update(np.array([[0.5]]), np.array([[NAN]]))
    assert np.isnan(found.error()).all()


def test_borders_belong_to_the_bin_below():
    found = Reliability(1)
    found.update(np.array([[0.0], [0.1], [1.0]]), np.zeros((3, 1)))
    assert found.sums[0, 0].tolist() == [2, 0, 0, 0, 0, 0, 0, 0, 0, 1]


def test_occurrences_keep_their_reliability_in_small_records_and_sums():
    one = tally("au_detection", ["AU1"], [[0.9], [0.2]], [[1], [1]], "F001")
    other = tally("au_detection", ["AU1"], [[0.4]], [[0]], "F002")
    both = one + other
    # |0.9 - 1|, |0.2 - 1| and |0.4 - 0| of three faces.
    assert both.scores()["ece/AU1"] == pytest.approx(1.3 / 3)
    small = read_tally(json.loads(json.dumps(both.small(people=True).content())))
    assert small.scores()["ece"] == pytest.approx(1.3 / 3)
    assert small.select_on_test()[0].scores()["ece"] == pytest.approx(1.3 / 3)


def test_an_expression_is_as_reliable_as_its_likeliest_class():
    names = ["neutral", "happiness"]
    found = tally("expression", names, [[0.75, 0.25], [0.25, 0.75], [0.25, 0.75]], [0, 0, -1])
    # Twice 0.75 was said and once it was so.
    assert found.scores()["ece"] == pytest.approx(abs(1.5 - 1) / 2)


def test_a_record_without_reliability_is_read_and_has_no_error():
    content = tally("expression", ["neutral", "happiness"], np.eye(2), [0, 1]).content()
    del content["reliability"]
    older = ExpressionTally.read(content)
    assert older.scores()["accuracy"] == 1
    assert np.isnan(older.scores()["ece"])


def test_the_mean_error_is_logged_and_that_of_each_label_is_not():
    metrics = face_metrics("au_detection", ["AU1"])
    metrics.update(torch.tensor([[0.9]]), torch.tensor([[1.0]]))
    values = metrics.compute()
    assert float(values["ece"]) == pytest.approx(0.1)
    assert "ece/AU1" not in values
