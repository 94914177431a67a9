"""The identity-adversarial head."""

import math

import pytest
import torch

from norface_pl.classifier.adversary import Adversary, IdentityAdversary, reverse


def test_reversal_keeps_the_values_and_turns_the_gradient() -> None:
    features = torch.randn(4, 3, requires_grad=True)
    turned = reverse(features, 0.5)
    assert torch.allclose(turned, features)
    turned.sum().backward()
    assert torch.equal(features.grad, torch.full((4, 3), -0.5))


def made(weight: float = 1.0, ramp: float = 0.0) -> IdentityAdversary:
    torch.manual_seed(0)
    adversary = IdentityAdversary(Adversary(weight, ramp))
    adversary.meet(3, torch.tensor([7, 2, 2, 30]))
    return adversary


def test_loss_is_the_cross_entropy_over_the_subjects_of_the_training() -> None:
    adversary = made()
    torch.nn.init.zeros_(adversary.linear.weight)
    torch.nn.init.zeros_(adversary.linear.bias)
    loss, recognized = adversary(torch.randn(2, 3), torch.tensor([2, 30]), 1.0)
    assert loss.item() == pytest.approx(math.log(2))
    with torch.no_grad():
        adversary.linear.bias.copy_(torch.tensor([0.0, 5.0, 0.0]))
    _, recognized = adversary(torch.randn(4, 3), torch.tensor([7, 7, 7, 2]), 1.0)
    assert recognized.item() == pytest.approx(0.75)


def test_head_learns_to_recognize_and_features_to_hide() -> None:
    features = torch.randn(6, 3, requires_grad=True)
    subject = torch.tensor([2, 7, 30, 2, 7, 30])
    adversary = made(weight=2.0)
    adversary(features, subject, 1.0)[0].backward()
    plain = features.detach().clone().requires_grad_(True)
    places = torch.tensor([0, 1, 2, 0, 1, 2])
    logits = plain @ adversary.linear.weight.detach().T + adversary.linear.bias.detach()
    truth = torch.nn.functional.one_hot(places, 3).float()
    torch.nn.functional.binary_cross_entropy_with_logits(logits, truth).backward()
    assert torch.allclose(features.grad, -2 * plain.grad, atol=1e-6)
    before = adversary(features, subject, 1.0)[0]
    with torch.no_grad():
        adversary.linear.weight -= adversary.linear.weight.grad
    assert adversary(features, subject, 1.0)[0] < before


def test_strength_rises_over_the_ramp() -> None:
    grads = []
    for progress in (0.0, 0.1, 0.2, 0.9):
        features = torch.ones(1, 3, requires_grad=True)
        made(weight=1.0, ramp=0.2)(features, torch.tensor([2]), progress)[0].backward()
        grads.append(features.grad)
    assert torch.equal(grads[0], torch.zeros(1, 3))
    assert torch.allclose(2 * grads[1], grads[2])
    assert torch.allclose(grads[3], grads[2])
