"""The five landmarks that alignment works with: from other schemes, and whether they fit a face."""

import numpy as np
from numpy.typing import NDArray

from norface_pl.faces.align import AU_CROP, similarity
from norface_pl.faces.pose import pose_misfit

# Right ones of photographs and clips, with expressions and heads turned by up to 50 degrees, lie
# within 0.18; a template alone tells nothing: that of profiles is further off than many wrong ones.
_FARTHEST = 0.2

# Left-in-image eye, right-in-image eye, tip of the nose, left and right corner of the mouth.
_FIVE = (range(36, 42), range(42, 48), (30,), (48,), (54,))


def five_of_68(points: NDArray[np.floating]) -> NDArray[np.float64]:
    """Return (5, 2) of the 68 iBUG landmarks (68, 2); eyes are the mean of their outline."""
    return np.array([points[list(chosen)].mean(axis=0) for chosen in _FIVE], dtype=np.float64)


def landmarks_in_order(landmarks: NDArray[np.floating]) -> bool:
    """Tell whether five landmarks are arranged as on a face, whatever its rotation.

    Garbage weights and swapped conventions load without an error; this notices both: seen along
    the axis from eyes to mouth, left is left for both pairs and the nose lies in between.
    """
    points = np.asarray(landmarks, dtype=np.float64)
    if not np.isfinite(points).all():
        return False
    eyes, mouth = points[:2].mean(axis=0), points[3:].mean(axis=0)
    down = mouth - eyes
    right = np.array([down[1], -down[0]])
    nose = float((points[2] - eyes) @ down)
    return bool(
        (points[1] - points[0]) @ right > 0
        and (points[4] - points[3]) @ right >= 0
        and 0 < nose < float(down @ down) * 1.2
    )


def like_a_face(landmarks: NDArray[np.floating]) -> bool:
    """Tell whether five landmarks can be those of a face, seen from any side and at any roll."""
    return landmarks_in_order(landmarks) and pose_misfit(landmarks) <= _FARTHEST


def roll_of(landmarks: NDArray[np.floating]) -> float:
    """Return by how many degrees an aligned face is turned clockwise in its picture."""
    matrix = similarity(landmarks, AU_CROP, 1)
    return float(np.degrees(np.arctan2(-matrix[1, 0], matrix[0, 0])))


def lean(landmarks: NDArray[np.floating], roll: float) -> tuple[float, float]:
    """Compare (5, 2) landmarks with the template of a frontal face that is turned by ``roll``.

    Returns:
        The degrees between the two, at most 180; and the root mean square distance from the
        landmarks to the template that is aligned to them, in sides of the crop. Landmarks that are
        not arranged as on a face get 180 and 1.
    """
    if not landmarks_in_order(landmarks):
        return 180.0, 1.0
    matrix = similarity(landmarks, AU_CROP, 1)
    away = landmarks @ matrix[:, :2].T + matrix[:, 2] - (AU_CROP - 0.5)
    between = abs((roll_of(landmarks) - roll + 180) % 360 - 180)
    return between, float(np.sqrt(np.square(away).sum(axis=1).mean()))
