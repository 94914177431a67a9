"""Head pose from five landmarks, within several degrees: enough to bin and to condition on."""

import numpy as np
from numpy.typing import NDArray

# Mean adult face in mm from the middle of the pupils: x to the image's right, y down, z towards
# the camera. Same order as the landmarks. In the plane it has the proportions of frontal
# photographs; the depths are rounded anthropometric means.
FACE_3D: NDArray[np.float64] = np.array(
    [[-31.5, 0.0, 0.0], [31.5, 0.0, 0.0], [0.0, 36.7, 28.0], [-27.7, 65.0, 4.0], [27.7, 65.0, 4.0]]
)

_CENTERED = FACE_3D - FACE_3D.mean(axis=0)
_PSEUDO_INVERSE = np.linalg.pinv(_CENTERED)


def pose_from_landmarks(landmarks: NDArray[np.floating]) -> NDArray[np.float32]:
    """Estimate yaw, pitch and roll in degrees from five landmarks, in closed form.

    A linear camera is fitted to a generic face and its two rows are replaced by the nearest
    orthonormal pair (weak perspective). Approximate: a long nose or an open mouth shifts the
    pitch by several degrees, since five points cannot tell shape from pose.

    Args:
        landmarks: (N, 5, 2) pixels; eyes, nose, mouth corners, left in the image first.

    Returns:
        (N, 3) yaw > 0 towards the image's right, pitch > 0 upwards, roll > 0 clockwise; the head
        is turned by yaw first, then pitch, then roll. NaN where the landmarks are not finite.
    """
    points = np.asarray(landmarks, dtype=np.float64)
    valid = np.asarray(np.isfinite(points).all(axis=(1, 2)))
    points = np.where(valid[:, None, None], points, FACE_3D[:, :2])
    first, second = np.moveaxis(_camera(points), 1, 0)
    turned = np.stack([first, second, np.cross(first, second)], axis=1)
    pose: NDArray[np.float32] = pose_from_rotation(turned).astype(np.float32)
    pose[~valid] = np.nan
    return pose


def pose_from_rotation(rotation: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return yaw, pitch and roll (N, 3) in degrees of rotations (N, 3, 3) of a frontal head.

    Axes are those of `FACE_3D`; signs and order as in `pose_from_landmarks`.
    """
    first, second, third = np.moveaxis(rotation, 1, 0)
    yaw = np.arctan2(-third[:, 0], third[:, 2])
    pitch = np.arcsin(np.clip(third[:, 1], -1, 1))
    roll = np.arctan2(-first[:, 1], second[:, 1])
    pose: NDArray[np.float64] = np.degrees(np.stack([yaw, pitch, roll], 1))
    return pose


def pose_misfit(landmarks: NDArray[np.floating]) -> float:
    """Return how far five landmarks lie from those of a generic face seen in their own pose.

    Profiles and heads that are lifted fit, as frontal faces do; see ``pose_from_landmarks``.

    Args:
        landmarks: (5, 2) pixels, finite.

    Returns:
        Root mean square distance in distances of the eyes.
    """
    points = np.asarray(landmarks, dtype=np.float64)
    points = points - points.mean(axis=0)
    seen = _CENTERED @ _camera(points[None])[0].T
    scale = max(float((seen * points).sum() / np.square(seen).sum()), 1e-9)
    away = np.square(points - scale * seen).sum(axis=1).mean()
    return float(np.sqrt(away) / (scale * np.linalg.norm(FACE_3D[1] - FACE_3D[0])))


def _camera(points: NDArray[np.float64]) -> NDArray[np.float64]:
    """Orthonormal rows (N, 2, 3) nearest to the linear cameras that see a generic face so."""
    points = points - points.mean(axis=1, keepdims=True)
    camera = np.swapaxes(points, 1, 2) @ _PSEUDO_INVERSE.T
    left, _, right = np.linalg.svd(camera, full_matrices=False)
    rows: NDArray[np.float64] = left @ right
    return rows


def rotation(pose: NDArray[np.float64]) -> NDArray[np.float64]:
    """Rotation matrix (3, 3) of yaw, pitch, roll in degrees: roll after pitch after yaw."""
    (cy, cp, cr), (sy, sp, sr) = np.cos(np.radians(pose)), np.sin(np.radians(pose))
    yaw = np.array([[cy, 0, sy], [0, 1, 0], [-sy, 0, cy]])
    pitch = np.array([[1, 0, 0], [0, cp, -sp], [0, sp, cp]])
    roll = np.array([[cr, -sr, 0], [sr, cr, 0], [0, 0, 1]])
    turned: NDArray[np.float64] = roll @ pitch @ yaw
    return turned
