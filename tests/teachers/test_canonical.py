"""The canonical face: read from its file, and the pose that points have against it."""

import numpy as np
import pytest

from norface_pl.faces.pose import FACE_3D, pose_from_landmarks
from norface_pl.teachers.canonical import CanonicalFace, rotation
from tests.helpers.face_landmarker import canonical_file

VERTICES = np.array([[0, 1, 2], [3, 4, 5], [-6, 7, 8.5], [1, -2, 0]])
WEIGHTS = {0: 0.25, 2: 0.5}


def turn(yaw=0.0, pitch=0.0, roll=0.0):
    """The rotation of a head: yaw to the image's right, pitch up, roll clockwise, in this order."""
    y, p, r = np.radians([yaw, pitch, roll])
    around_y = [[np.cos(y), 0, np.sin(y)], [0, 1, 0], [-np.sin(y), 0, np.cos(y)]]
    around_x = [[1, 0, 0], [0, np.cos(p), -np.sin(p)], [0, np.sin(p), np.cos(p)]]
    around_z = [[np.cos(r), -np.sin(r), 0], [np.sin(r), np.cos(r), 0], [0, 0, 1]]
    return np.array(around_z) @ np.array(around_x) @ np.array(around_y)


def test_points_and_weights_are_read():
    face = CanonicalFace.read(canonical_file(VERTICES, WEIGHTS))
    assert face.points.tolist() == (VERTICES * [1, -1, 1]).tolist()
    assert face.weights.tolist() == [0.25, 0, 0.5, 0]


@pytest.mark.parametrize("content", [b"", b"\x0f", b"no protocol buffer at all"])
def test_other_bytes_are_refused(content):
    with pytest.raises(ValueError, match=r"no canonical mesh|unknown field|cut short"):
        CanonicalFace.read(content)


@pytest.mark.parametrize("angles", [(30, 0, 0), (0, 20, 0), (0, 0, -40), (25, -15, 10)])
def test_the_pose_of_turned_scaled_and_shifted_points_is_exact(angles):
    face = CanonicalFace(FACE_3D, np.ones(5))
    seen = 7 * FACE_3D @ turn(*angles).T + [100, 50, 0]
    np.testing.assert_allclose(face.pose(seen), angles, atol=1e-9)
    # The same signs as from five landmarks of a picture.
    np.testing.assert_allclose(pose_from_landmarks(seen[None, :, :2])[0], angles, atol=1e-4)


def test_points_without_weight_do_not_matter():
    points = np.random.default_rng(0).normal(size=(30, 3))
    weights = np.repeat([1.0, 0.0], 15)
    moved = points @ turn(20).T
    moved[15:] += 50
    np.testing.assert_allclose(rotation(points, moved, weights), turn(20), atol=1e-12)


def test_mirrored_points_give_a_rotation():
    points = np.random.default_rng(0).normal(size=(30, 3))
    found = rotation(points, points * [-1, 1, 1], np.ones(30))
    assert np.linalg.det(found) == pytest.approx(1)
