"""Squares of a picture: what is cut, and where its points lie."""

import numpy as np
import pytest

from norface_pl.teachers.square import Square


def test_an_upright_square_at_its_own_size_is_a_slice():
    picture = np.random.default_rng(0).integers(0, 256, (40, 50, 3), np.uint8)
    square = Square(np.array([20.5, 15.5]), 10)
    np.testing.assert_array_equal(square.cut(picture, 10), picture[11:21, 16:26])


def test_a_square_turned_clockwise_by_90_degrees_sees_the_picture_turned_back():
    picture = np.random.default_rng(0).integers(0, 256, (20, 20, 3), np.uint8)
    square = Square(np.array([9.5, 9.5]), 20, np.pi / 2)
    np.testing.assert_array_equal(square.cut(picture, 20), np.rot90(picture))


def test_a_margin_continues_the_edges():
    picture = np.zeros((30, 30, 3), np.uint8)
    picture[0], picture[-1] = 100, 200
    square = Square.around(picture, 1 / 3)
    assert square.side == pytest.approx(50)
    seen = square.cut(picture, 50)
    assert set(seen[:11].ravel()) == {100}
    assert set(seen[11:39].ravel()) == {0}
    assert set(seen[39:].ravel()) == {200}


def test_the_square_around_a_tall_picture_has_its_height():
    square = Square.around(np.zeros((40, 20, 3), np.uint8))
    assert square.side == 40
    assert square.centre.tolist() == [9.5, 19.5]


@pytest.mark.parametrize("size", [7, 256])
def test_points_come_back_to_where_they_were(size):
    square = Square(np.array([100.0, 60.0]), 80.0, np.pi / 2)
    middle = (size - 1) / 2
    # A step to the right in the crop is one downwards in the picture.
    points = np.array([[middle, middle], [middle + size / 8, middle]])
    np.testing.assert_allclose(square.back(points, size), [[100, 60], [100, 70]])


def test_corners_of_the_margin_lie_outside_the_picture():
    square = Square.around(np.zeros((30, 30, 3), np.uint8), 1 / 3)
    corners = square.back(np.array([[-0.5, -0.5], [127.5, 127.5]]), 128)
    np.testing.assert_allclose(corners, [[-10.5, -10.5], [39.5, 39.5]])
