"""Linear probes against what is known by construction."""

import torch

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
