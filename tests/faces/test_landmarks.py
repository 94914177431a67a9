import numpy as np
import pytest

from norface_pl.faces.align import AU_CROP
from norface_pl.faces.landmarks import landmarks_in_order, lean, like_a_face, roll_of
from norface_pl.faces.pose import FACE_3D

TURN = np.array([[0.0, -1.0], [1.0, 0.0]])


def seen(yaw: float, pitch: float = 0) -> np.ndarray:
    y, p = np.radians([yaw, pitch])
    turn = np.array([[np.cos(y), 0, np.sin(y)], [0, 1, 0], [-np.sin(y), 0, np.cos(y)]])
    nod = np.array([[1, 0, 0], [0, np.cos(p), -np.sin(p)], [0, np.sin(p), np.cos(p)]])
    return (FACE_3D @ (nod @ turn).T)[:, :2]


def test_order_holds_whatever_the_rotation() -> None:
    points = AU_CROP * 100
    for _ in range(4):
        assert landmarks_in_order(points)
        assert like_a_face(points)
        points = points @ TURN.T


@pytest.mark.parametrize(
    "order", [[1, 0, 2, 3, 4], [0, 1, 2, 4, 3], [1, 0, 2, 4, 3], [3, 4, 2, 0, 1]]
)
def test_swapped_landmarks_are_noticed(order: list[int]) -> None:
    assert not landmarks_in_order(AU_CROP[order] * 100)
    assert not like_a_face(AU_CROP[order] * 100)


def test_garbage_landmarks_are_noticed() -> None:
    assert not like_a_face(np.zeros((5, 2)))
    assert not like_a_face(np.full((5, 2), np.nan))


def test_mirrored_landmarks_fit_no_face() -> None:
    assert not like_a_face(AU_CROP * [-100, 100])


@pytest.mark.parametrize("yaw", [-80, -60, 0, 45, 80])
@pytest.mark.parametrize("pitch", [-30, 0, 15])
def test_profiles_and_lifted_heads_are_faces(yaw: int, pitch: int) -> None:
    assert like_a_face(seen(yaw, pitch))


def test_landmarks_in_order_that_no_face_has_are_noticed() -> None:
    # Eyes far apart, mouth and nose close together.
    points = np.array([[0, 0], [100, 0], [50, 60], [48, 100], [52, 100]], float)
    assert landmarks_in_order(points)
    assert not like_a_face(points)


@pytest.mark.parametrize("roll", [0, 30, 90, 179, -120])
def test_the_roll_is_that_of_the_turn(roll: int) -> None:
    angle = np.radians(roll)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    points = AU_CROP * 100 @ turn.T
    assert roll_of(points) == pytest.approx(roll)
    assert lean(points, 0) == pytest.approx((abs(roll), 0), abs=1e-9)
    assert lean(points, roll + 350)[0] == pytest.approx(10)


def test_the_misfit_is_in_sides_of_the_crop() -> None:
    points = AU_CROP.copy()
    points[2] += [0, 0.1]
    # A shift of one point in five is shared out, and turn and scale take up a little.
    assert lean(points * 300, 0)[1] == pytest.approx(0.1 * np.sqrt(4 / 25), abs=2e-3)
    assert lean(AU_CROP[[1, 0, 2, 3, 4]], 0) == (180, 1)
