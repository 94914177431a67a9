import numpy as np
import pytest

from norface_pl.faces.pose import FACE_3D, pose_from_landmarks


def turned(yaw: float, pitch: float, roll: float) -> np.ndarray:
    y, p, r = np.radians([yaw, pitch, roll])
    about_y = np.array([[np.cos(y), 0, np.sin(y)], [0, 1, 0], [-np.sin(y), 0, np.cos(y)]])
    about_x = np.array([[1, 0, 0], [0, np.cos(p), -np.sin(p)], [0, np.sin(p), np.cos(p)]])
    about_z = np.array([[np.cos(r), -np.sin(r), 0], [np.sin(r), np.cos(r), 0], [0, 0, 1]])
    return (FACE_3D @ (about_z @ about_x @ about_y).T)[:, :2]


POSES = [(0, 0, 0), (30, 0, 0), (-45, 10, 5), (0, 25, 0), (10, -20, 40), (-15, 5, -170), (75, 0, 0)]


def test_projected_points_give_their_pose_back() -> None:
    landmarks = np.stack([turned(*pose) * 2.5 + [320, 180] for pose in POSES])
    np.testing.assert_allclose(pose_from_landmarks(landmarks), np.array(POSES), atol=1e-4)


def test_signs_are_those_of_the_image() -> None:
    frontal = FACE_3D[:, :2]
    nose_right, nose_up, nose_left = (
        frontal + np.eye(5)[2][:, None] * shift for shift in ([8, 0], [0, -8], [-8, 0])
    )
    clockwise = frontal @ np.array([[0.0, 1.0], [-1.0, 0.0]])
    pose = pose_from_landmarks(np.stack([nose_right, nose_up, nose_left, clockwise]))
    assert pose[0, 0] > 5
    assert pose[1, 1] > 5
    assert pose[2, 0] == pytest.approx(-pose[0, 0], abs=1e-4)
    assert pose[3, 2] == pytest.approx(90, abs=1e-4)


def test_a_pixel_of_noise_costs_a_few_degrees() -> None:
    rng = np.random.default_rng(0)
    landmarks = np.stack([turned(20, 5, -10)] * 200) + rng.normal(0, 1, (200, 5, 2))
    error = np.abs(pose_from_landmarks(landmarks) - [20, 5, -10]).mean(axis=0)
    assert (error < [4, 4, 2]).all()


def test_missing_landmarks_give_nan_only_there() -> None:
    landmarks = np.stack([turned(10, 0, 0), np.full((5, 2), np.nan)])
    pose = pose_from_landmarks(landmarks)
    np.testing.assert_allclose(pose[0], [10, 0, 0], atol=1e-4)
    assert np.isnan(pose[1]).all()
    assert pose_from_landmarks(np.empty((0, 5, 2))).shape == (0, 3)
