"""Linear probes against what is known by construction."""

import numpy as np
import pytest
import torch
from sklearn.linear_model import LogisticRegression, Ridge

from norface_pl.probes.linear import explained, logistic, ridge


def test_ridge_finds_a_linear_law_and_leaves_missing_faces_out() -> None:
    x, law = torch.randn(300, 4), torch.tensor([[2.0, 0.0], [0.0, -1.0], [0.0, 0.0], [1.0, 3.0]])
    y = x @ law + torch.tensor([5.0, -2.0])
    broken = y.clone()
    broken[::3, 0] = torch.nan
    seen = torch.randn(50, 4)
    read = ridge(x, broken, seen, penalty=1e-5)
    assert torch.allclose(read, seen @ law + torch.tensor([5.0, -2.0]), atol=1e-2)
    # Nothing but the mean is left of a heavy penalty.
    heavy = ridge(x, y, seen, penalty=1e5)
    assert torch.allclose(heavy, y.mean(0).expand(50, 2), atol=1e-2)


def test_explained_is_one_zero_and_below() -> None:
    truth = torch.tensor([[0.0, 0.0, 0.0, 7.0], [2.0, 2.0, 2.0, 7.0]])
    read = torch.tensor([[0.0, 1.0, 2.0, 7.0], [2.0, 1.0, 0.0, 7.0]])
    values = explained(read, truth)
    assert values[:3].tolist() == [1.0, 0.0, -3.0]
    assert values[3].isnan()


def test_logistic_ignores_missing_classes() -> None:
    x = torch.randn(200, 3)
    truth = (x[:, 0] > 0).long()
    label = truth.clone()
    label[::2] = -1
    assert (logistic(x, label, x, 2).argmax(1) == truth).float().mean() > 0.95


def faces(count: int, seen: int) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor, torch.Tensor]:
    """Correlated features of faces to fit and to read, and both standardized as probes do."""
    random = torch.Generator().manual_seed(0)
    mixed = torch.randn(6, 6, generator=random)
    x = torch.randn(count + seen, 6, generator=random) @ mixed + 3
    fit, other = x[:count], x[count:]
    mean, spread = fit.mean(0), fit.std(0) + 1e-4
    return fit, other, (fit - mean) / spread, (other - mean) / spread


def test_ridge_agrees_with_scikit_learn() -> None:
    fit, other, one, two = faces(120, 40)
    target = fit[:, :3].sin() + 0.3 * torch.randn(120, 3)
    theirs = Ridge(alpha=0.3 * 120).fit(one.numpy(), target.numpy()).predict(two.numpy())
    assert ridge(fit, target, other).numpy() == pytest.approx(theirs, abs=1e-4)


def test_logistic_agrees_with_scikit_learn_on_labels() -> None:
    fit, other, one, two = faces(150, 40)
    target = (fit[:, :2].sin() + 0.5 * torch.randn(150, 2) > 0).float()
    read = logistic(fit, target, other, 2, penalty=1e-2)
    # Our loss is the mean over faces and labels, theirs C times the sum over faces plus half a
    # squared norm.
    strength = 1 / (2 * 1e-2 * target.numel())
    for label in range(2):
        theirs = LogisticRegression(C=strength, tol=1e-8, max_iter=1000)
        theirs.fit(one.numpy(), target[:, label].numpy())
        wanted = theirs.decision_function(two.numpy())
        assert read[:, label].numpy() == pytest.approx(wanted, abs=2e-3)


def test_logistic_agrees_with_scikit_learn_on_classes() -> None:
    fit, other, one, two = faces(150, 40)
    target = (fit[:, :3].sin() + 0.5 * torch.randn(150, 3)).argmax(1)
    read = logistic(fit, target, other, 3, penalty=1e-2).log_softmax(1)
    theirs = LogisticRegression(C=1 / (2 * 1e-2 * 150), tol=1e-8, max_iter=1000)
    theirs.fit(one.numpy(), target.numpy())
    wanted = theirs.predict_log_proba(two.numpy())
    assert read.numpy() == pytest.approx(np.asarray(wanted), abs=2e-3)
