"""Warm-up and cosine, step by step."""

import pytest
import torch

from norface_pl.nn.schedule import warmup_cosine


def rates(steps: int, warmup: float) -> list[float]:
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=2.0)
    schedule = warmup_cosine(optimizer, steps, warmup)
    found = []
    for _ in range(steps + 1):
        found.append(schedule.get_last_lr()[0])
        optimizer.step()
        schedule.step()
    return found


def test_rises_in_a_line_and_falls_as_a_cosine_to_zero() -> None:
    expected = [1.0, 2.0, 2.0, 2 * 0.853553, 1.0, 2 * 0.146447, 0.0]
    assert rates(6, 2 / 6) == pytest.approx(expected, abs=1e-5)


def test_without_warmup_starts_at_the_full_rate_and_stays_at_zero() -> None:
    found = rates(4, 0.0)
    assert found[0] == 2.0
    assert found[-1] == pytest.approx(0.0, abs=1e-6)


def test_a_training_in_two_parts_rises_twice() -> None:
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=2.0)
    schedule = warmup_cosine(optimizer, steps=8, warmup=0.5, restart=0.5)
    found = []
    for _ in range(9):
        found.append(schedule.get_last_lr()[0])
        optimizer.step()
        schedule.step()
    assert found == pytest.approx([1.0, 2.0, 2.0, 1.0, 1.0, 2.0, 2.0, 1.0, 0.0], abs=1e-6)
