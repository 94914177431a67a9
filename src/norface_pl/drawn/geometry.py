"""From a person, a state and a pose to points in a photograph."""

from itertools import product

import numpy as np
from numpy.typing import NDArray

from norface_pl.acting.clip import Frame
from norface_pl.drawn.anatomy import Points, neutral
from norface_pl.drawn.muscles import displacements
from norface_pl.drawn.traits import Person
from norface_pl.faces.pose import rotation
from norface_pl.labels import MAX_INTENSITY, SYNTHETIC_AUS

# The head turns about a point between the ears, behind and below the eyes.
PIVOT = np.array([0.0, 25.0, -75.0])


def face_points(person: Person, frame: Frame) -> Points:
    """Control points (N, 3) in mm after all action units have moved them, still frontal."""
    flat = displacements().reshape(2 * len(SYNTHETIC_AUS), -1)
    moved = (frame.aus / MAX_INTENSITY).reshape(-1) @ flat
    points: Points = person.shape + moved.reshape(-1, 3)
    groups = neutral().groups
    # Upper contours stay above the lower ones, whatever the AUs add up to.
    for side in "lr":
        upper, lower = groups[f"lid_upper_{side}"], groups[f"lid_lower_{side}"]
        points[upper, 1] = np.minimum(points[upper, 1], points[lower, 1])
    lips = ("inner_top", "inner_bottom"), ("lip_top", "inner_top"), ("inner_bottom", "lip_bottom")
    for (top, bottom), side in product(lips, "lrm"):
        above, below = groups[f"{top}_{side}"], groups[f"{bottom}_{side}"]
        points[above, 1] = np.minimum(points[above, 1], points[below, 1].min())
    return points


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
