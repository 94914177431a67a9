import cv2
import numpy as np
import pytest

from norface_pl.errors import NorfaceError
from norface_pl.faces.align import ARCFACE_112, AU_CROP, FFHQ, similarity, warp

TEMPLATES = [AU_CROP, FFHQ, ARCFACE_112]


def rotation(degrees: float, scale: float) -> np.ndarray:
    angle = np.deg2rad(degrees)
    return scale * np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])


@pytest.mark.parametrize("template", TEMPLATES)
@pytest.mark.parametrize("degrees", [0.0, 30.0, -135.0])
def test_rotation_scale_and_translation_are_recovered(template: np.ndarray, degrees: float) -> None:
    turn = rotation(degrees, 1.7)
    shift = np.array([12.5, -3.0])
    landmarks = ((template * 64 - 0.5) - shift) @ np.linalg.inv(turn).T
    matrix = similarity(landmarks, template, 64)
    np.testing.assert_allclose(matrix[:, :2], turn, atol=1e-10)
    np.testing.assert_allclose(matrix[:, 2], shift, atol=1e-10)


def test_fit_is_the_least_squares_one() -> None:
    rng = np.random.default_rng(0)
    points = AU_CROP * 200 + rng.normal(0, 5, (5, 2))
    matrix = similarity(points, AU_CROP, 64)
    # Least squares on the four free numbers a, b, tx, ty, written out.
    rows, values = [], []
    for (x, y), (u, v) in zip(points, AU_CROP * 64 - 0.5, strict=True):
        rows += [[x, -y, 1, 0], [y, x, 0, 1]]
        values += [u, v]
    a, b, tx, ty = np.linalg.lstsq(np.array(rows), np.array(values), rcond=None)[0]
    np.testing.assert_allclose(matrix, [[a, -b, tx], [b, a, ty]], atol=1e-10)


def test_a_mirrored_face_is_never_reflected() -> None:
    mirrored = AU_CROP * [-1, 1] * 100
    matrix = similarity(mirrored, AU_CROP, 64)
    assert np.linalg.det(matrix[:, :2]) > 0


def test_crops_of_two_sizes_show_the_same_part() -> None:
    landmarks = AU_CROP * 300 + [40, 60]
    small, large = (similarity(landmarks, AU_CROP, size) for size in (64, 128))
    edge = [np.linalg.solve(m[:, :2], np.array([-0.5, -0.5]) - m[:, 2]) for m in (small, large)]
    np.testing.assert_allclose(edge[0], edge[1], atol=1e-9)


@pytest.mark.parametrize(
    "landmarks",
    [np.ones((5, 2)), np.full((5, 2), np.nan), AU_CROP[:4], AU_CROP.reshape(-1)],
)
def test_degenerate_landmarks_are_one_clear_error(landmarks: np.ndarray) -> None:
    with pytest.raises(NorfaceError, match="landmarks"):
        similarity(landmarks, AU_CROP, 64)


def test_identity_warp_returns_the_image() -> None:
    image = np.random.default_rng(0).integers(0, 256, (16, 16, 3), dtype=np.uint8)
    np.testing.assert_array_equal(warp(image, np.eye(2, 3), 16), image)


def test_shrinking_by_four_is_the_block_mean() -> None:
    image = np.random.default_rng(0).integers(0, 256, (64, 64, 3), dtype=np.uint8)
    matrix = np.array([[0.25, 0, -0.375], [0, 0.25, -0.375]])
    means = image.reshape(16, 4, 16, 4, 3).mean(axis=(1, 3))
    np.testing.assert_allclose(warp(image, matrix, 16), means, atol=0.51)


def test_border_is_replicated_or_constant() -> None:
    image = np.full((8, 8, 3), 200, np.uint8)
    outside = np.array([[1.0, 0, 8], [0, 1.0, 0]])
    assert (warp(image, outside, 8) == 200).all()
    assert (warp(image, outside, 8, cv2.BORDER_CONSTANT)[:, :7] == 0).all()
