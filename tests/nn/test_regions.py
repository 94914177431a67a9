"""Where expressions show."""

import pytest
import torch

from norface_pl.nn.regions import expressive_regions, hiding_expression


def place(x: float, y: float, size: int = 65) -> tuple[int, int]:
    """Row and column of coordinates from -1 to 1."""
    return round((y + 1) / 2 * (size - 1)), round((x + 1) / 2 * (size - 1))


@pytest.mark.parametrize("where", [(-0.36, -0.45), (0.36, -0.45), (0, -0.65), (0, 0), (0, 0.75)])
def test_brows_eyes_nose_mouth_and_chin_are_covered_whole(where: tuple[float, float]) -> None:
    assert hiding_expression(65)[place(*where)] == 1


def test_the_corners_are_hardly_covered() -> None:
    cover = hiding_expression(65)
    assert cover.shape == (65, 65)
    assert cover.min() >= 0
    assert cover.max() == 1
    assert max(cover[0, 0], cover[0, -1], cover[-1, 0], cover[-1, -1]) < 0.05
    assert 0.3 < cover.mean() < 0.7


def test_both_sides_are_covered_alike() -> None:
    cover = hiding_expression(65)
    torch.testing.assert_close(cover, cover.flip(1))


def test_what_is_covered_counts_most() -> None:
    weight = expressive_regions(65, 4.0)
    assert weight.mean().item() == pytest.approx(1, abs=1e-6)
    background, middle = weight[0, 0], weight[place(0, 0)]
    assert (middle / background).item() == pytest.approx(5, rel=0.02)
