"""Metrics of the three tasks against values counted by hand or with numpy."""

import math

import numpy as np
import pytest
import torch

from norface_pl.metrics.face import face_metrics
from norface_pl.types import Task

NAN = math.nan


def f1(guess: np.ndarray, truth: np.ndarray) -> float:
    """F1 from counts; 0 without any positive."""
    hits = float((guess & truth).sum())
    total = float(guess.sum() + truth.sum())
    return 2 * hits / total if total else 0.0


def auc(score: np.ndarray, truth: np.ndarray) -> float:
    """Share of (positive, negative) pairs in the right order, ties count one half."""
    gaps = score[truth][:, None] - score[~truth][None, :]
    return float(((gaps > 0) + 0.5 * (gaps == 0)).mean())


def test_detection_equals_counts_over_batches_with_missing_labels() -> None:
    rng = np.random.default_rng(0)
    names = ["AU1", "AU12", "AU25"]
    score = rng.integers(0, 11, size=(90, 3)).astype(np.float32) / 10.1 + 0.003
    truth = (rng.random((90, 3)) < [0.1, 0.5, 0.3]).astype(np.float32)
    missing = rng.random((90, 3)) < 0.2
    truth[missing] = NAN
    metrics = face_metrics("au_detection", names).clone(prefix="val/")
    for rows in np.array_split(np.arange(90), 4):
        metrics.update(torch.from_numpy(score[rows]), torch.from_numpy(truth[rows]))
    values = {name: value.item() for name, value in metrics.compute().items()}
    per_label = []
    for i, name in enumerate(names):
        known = ~missing[:, i]
        positive = truth[known, i] == 1
        per_label.append(f1(score[known, i] > 0.5, positive))
        assert values[f"val/f1/{name}"] == pytest.approx(per_label[-1], abs=1e-6)
        right = ((score[known, i] > 0.5) == positive).mean()
        assert values[f"val/accuracy/{name}"] == pytest.approx(right, abs=1e-6)
        assert values[f"val/auc/{name}"] == pytest.approx(auc(score[known, i], positive), abs=1e-6)
    assert values["val/f1"] == pytest.approx(float(np.mean(per_label)), abs=1e-6)


def test_detection_without_positives_or_labels() -> None:
    metrics = face_metrics("au_detection", ["AU1", "AU2", "AU4"])
    metrics.update(
        torch.tensor([[0.9, 0.1, 0.9], [0.2, 0.1, 0.9]]),
        torch.tensor([[1.0, 0.0, NAN], [0.0, 0.0, NAN]]),
    )
    values = metrics.compute()
    assert values["f1/AU1"] == 1
    assert values["f1/AU2"] == 0
    assert values["f1/AU4"].isnan()
    assert values["f1"] == 0.5
    assert values["auc/AU2"].isnan()
    assert values["auc"] == 1


def test_intensity_errors_leave_missing_out() -> None:
    metrics = face_metrics("au_intensity", ["AU1", "AU2"]).clone(prefix="test/")
    metrics.update(torch.tensor([[1.0, 2.0]]), torch.tensor([[3.0, NAN]]))
    metrics.update(torch.tensor([[2.0, 4.0]]), torch.tensor([[2.0, 1.0]]))
    values = metrics.compute()
    assert values["test/mae/AU1"] == 1
    assert values["test/mae/AU2"] == 3
    assert values["test/mae"] == 2
    assert values["test/mse/AU1"] == 2
    assert values["test/mse"] == 5.5
    assert set(values) == {
        f"test/{name}{label}" for name in ("icc", "mae", "mse") for label in ("", "/AU1", "/AU2")
    }


def test_expression_accuracy_overall_and_per_class() -> None:
    metrics = face_metrics("expression", ["neutral", "happiness", "sadness"])
    guess = torch.eye(3)[torch.tensor([0, 0, 0, 1, 2, 0])]
    metrics.update(guess, torch.tensor([0, 0, 1, 1, -1, 2]))
    values = metrics.compute()
    assert values["accuracy"] == pytest.approx(3 / 5)
    assert values["mean_accuracy"] == pytest.approx((1 + 0.5 + 0) / 3)
    assert values["f1/neutral"] == pytest.approx(4 / 6)
    assert values["f1/sadness"] == 0


@pytest.mark.parametrize("task", ["au_detection", "au_intensity"])
def test_reset_forgets(task: Task) -> None:
    metrics = face_metrics(task, ["AU1", "AU2"])
    wrong, right = torch.tensor([[0.9, 0.1], [0.1, 0.9]]), torch.tensor([[0.0, 1.0], [1.0, 0.0]])
    metrics.update(wrong, right)
    metrics.reset()
    metrics.update(right, right)
    values = metrics.compute()
    assert values["f1" if task == "au_detection" else "icc"] == 1
