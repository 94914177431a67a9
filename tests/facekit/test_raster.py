"""The nearest triangle is what a pixel shows."""

import numpy as np
import pytest

from norface_pl.facekit.raster import rasterize

NEAR = [(1, 1), (8, 1), (1, 8)]
FAR = [(-5, -5), (40, -5), (-5, 40)]


def shown(triangles, depths, size=10):
    pixels, owner, weights = rasterize(
        np.array(triangles, np.float32), np.array(depths, np.float32), size
    )
    picture = np.full(size * size, -1)
    picture[pixels] = owner
    return picture.reshape(size, size), pixels, weights


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_the_nearer_of_two_triangles_hides_the_other(order):
    triangles, depths = [NEAR, FAR], [[2.0] * 3, [1.0] * 3]
    picture, _, _ = shown([triangles[i] for i in order], [depths[i] for i in order])
    near, far = order.index(0), order.index(1)
    rows, columns = np.mgrid[:10, :10]
    inside = (rows >= 1) & (columns >= 1) & (rows + columns <= 9)
    assert (picture[inside] == near).all()
    assert (picture[~inside] == far).all()


def test_crossing_triangles_share_the_picture_where_their_depths_cross():
    """One lies flat at depth 1, the other rises to the right and is as near at x = 5."""
    rising = [0.0, 4.5, 0.0]
    picture, _, _ = shown([FAR, FAR], [[1.0] * 3, rising])
    assert (picture[:, :5] == 0).all()
    assert (picture[:, 6:] == 1).all()


def test_weights_say_where_a_pixel_lies_on_its_triangle():
    _, pixels, weights = shown([NEAR], [[0, 0, 0]])
    assert np.allclose(weights.sum(1), 1, atol=1e-6)
    placed = weights @ np.array(NEAR, float)
    assert np.allclose(placed, np.stack([pixels % 10, pixels // 10], 1), atol=1e-4)


@pytest.mark.parametrize(
    "triangle", [[(20, 20), (30, 20), (20, 30)], [(1, 1), (5, 5), (9, 9)], [(2.2, 2.2)] * 3]
)
def test_what_lies_outside_or_has_no_area_shows_nothing(triangle):
    assert (shown([triangle], [[0, 0, 0]])[0] == -1).all()
