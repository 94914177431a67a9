"""From a person, a state and a pose to points in a photograph."""

from functools import cache

import numpy as np
from numpy.typing import NDArray

from norface_pl.acting.clip import MAX_INTENSITY, Frame
from norface_pl.drawn.anatomy import Points, neutral
from norface_pl.drawn.muscles import displacements
from norface_pl.drawn.traits import Person
from norface_pl.faces.pose import rotation

# The head turns about a point between the ears, behind and below the eyes.
PIVOT = np.array([0.0, 25.0, -75.0])


@cache
def _flat_displacements() -> NDArray[np.float64]:
    basis = displacements()
    return basis.reshape(basis.shape[0] * basis.shape[1], -1)


def face_points(person: Person, frame: Frame) -> Points:
    """Control points (N, 3) in mm after all action units have moved them, still frontal."""
    moved = (frame.aus / MAX_INTENSITY).reshape(-1) @ _flat_displacements()
    points: Points = person.shape + moved.reshape(-1, 3)
    groups = neutral().groups
    for side in "lr":
        upper, lower = groups[f"lid_upper_{side}"], groups[f"lid_lower_{side}"]
        points[upper, 1] = np.minimum(points[upper, 1], points[lower, 1])
    for top, bottom in (("inner_top", "inner_bottom"), ("lip_top", "inner_top")):
        _keep_order(points, groups, top, bottom)
    _keep_order(points, groups, "inner_bottom", "lip_bottom")
    return points


def _keep_order(points: Points, groups: dict[str, slice], top: str, bottom: str) -> None:
    """Keep the upper of two lip contours above the lower one, whatever the AUs add up to."""
    for suffix in ("_l", "_r", "_m"):
        above, below = groups[top + suffix], groups[bottom + suffix]
        limit = points[below, 1].min()
        points[above, 1] = np.minimum(points[above, 1], limit)


def project(points: Points, pose: NDArray[np.float64]) -> NDArray[np.float64]:
    """Weak-perspective projection (N, 2) in mm of points turned by a head pose."""
    turned: NDArray[np.float64] = (points - PIVOT) @ rotation(pose).T + PIVOT
    return turned[:, :2]


def landmarks(flat: NDArray[np.float64]) -> NDArray[np.float64]:
    """The five points (5, 2) a face detector gives: eyes, nose tip, mouth corners."""
    groups = neutral().groups
    eyes = [
        (flat[groups[f"lid_upper_{side}"]][[0, -1]].sum(0) + flat[groups[f"iris_{side}"]][0]) / 3
        for side in "lr"
    ]
    corners = [flat[groups[f"corner_{side}"]][0] for side in "lr"]
    return np.stack([*eyes, flat[groups["nose_tip"]][0], *corners])
