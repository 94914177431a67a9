"""Which shapes of ICT-FaceKit an action unit is made of.

FACS and ARKit's shapes agree only roughly; the table follows the release's own and gives AU 10,
23, 24 and 25, which have no shape of their own, a mixture.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from norface_pl.facekit.gaze import turn_eyes
from norface_pl.facekit.shapes import LOWER_LIP, UPPER_LIP, Shapes, Vertices
from norface_pl.labels import FACEKIT_AUS, MAX_INTENSITY

# AU -> {shape: weight at intensity 5}. "|" stands for the side, where a shape has two.
SHAPES_OF: dict[int, dict[str, float]] = {
    1: {"browInnerUp|": 1.1},
    2: {"browOuterUp|": 1.0},
    4: {"browDown|": 1.15},
    5: {"eyeWide|": 1.1},
    6: {"cheekRaiser|": 0.9, "cheekSquint|": 0.5},
    7: {"eyeSquint|": 1.2},
    9: {"noseSneer|": 1.1, "browDown|": 0.2},
    10: {"mouthUpperUp|": 1.0},
    12: {"mouthSmile|": 1.0},
    14: {"mouthDimple|": 1.0},
    15: {"mouthFrown|": 1.15},
    17: {"mouthShrugLower": 0.9, "mouthShrugUpper": 0.25},
    20: {"mouthStretch|": 1.0},
    23: {"mouthRollUpper": 0.35, "mouthRollLower": 0.4, "mouthPucker": 0.3},
    24: {"mouthPress|": 1.2, "mouthRollUpper": 0.12, "mouthRollLower": 0.2},
    25: {"mouthLowerDown|": 0.75, "mouthUpperUp|": 0.2, "jawOpen": 0.06},
    26: {"jawOpen": 0.6},
    43: {"eyeBlink|": 1.0},
}
GAZE = ("eyeLookOut", "eyeLookIn", "eyeLookDown", "eyeLookUp")
COLUMN = {au: column for column, au in enumerate(FACEKIT_AUS)}

_PENALTY, _STEPS = 0.02, 400


def shape_weights(
    aus: NDArray[np.float64], gaze: tuple[float, float] = (0.0, 0.0)
) -> dict[str, float]:
    """Return the weight of every shape that takes part.

    Args:
        aus: (2, A) intensities 0-5, left and right half in the picture; the person's right side
            is on the left. A shape of the whole mouth takes the mean of both.
        gaze: where the eyes look, to the right of the picture and up, about -1 to 1.
    """
    weights: dict[str, float] = defaultdict(float)
    share = aus / MAX_INTENSITY
    for au, shapes in SHAPES_OF.items():
        left, right = share[:, COLUMN[au]]
        for name, weight in shapes.items():
            if name.endswith("|"):
                weights[f"{name[:-1]}_R"] += weight * left
                weights[f"{name[:-1]}_L"] += weight * right
            else:
                weights[name] += weight * (left + right) / 2
    # A jaw drops behind closed lips unless AU 25 parts them.
    parted = share[:, COLUMN[25]].mean()
    weights["mouthClose"] += share[:, COLUMN[26]].mean() * 0.6 * max(0.0, 1 - 2.5 * parted)
    for side in "LR":
        # A tight lid has less way to go until it is closed.
        weights[f"eyeBlink_{side}"] *= 1 - 0.3 * min(weights[f"eyeSquint_{side}"], 1.0)
    right_of_picture, up = gaze
    weights["eyeLookOut_L"] += max(right_of_picture, 0)
    weights["eyeLookIn_R"] += max(right_of_picture, 0)
    weights["eyeLookOut_R"] += max(-right_of_picture, 0)
    weights["eyeLookIn_L"] += max(-right_of_picture, 0)
    for side in "LR":
        weights[f"eyeLookUp_{side}"] += max(up, 0)
        weights[f"eyeLookDown_{side}"] += max(-up, 0)
    return {name: float(weight) for name, weight in weights.items() if weight}


def express(shapes: Shapes, head: Vertices, weights: Mapping[str, float]) -> Vertices:
    """Return a person's head (V, 3), moved by weighted shapes; eyes turn with their gaze."""
    moved = head.copy()
    for name, weight in weights.items():
        moved += np.float32(weight) * shapes.expression[name]
    turn_eyes(shapes, moved, weights)
    return moved


def intensities(
    shapes: Shapes, weights: NDArray[np.floating], names: Sequence[str]
) -> NDArray[np.float32]:
    """Return the action units (N, A) of 0-5 that explain weights of shapes best.

    Inverse of `shape_weights`, of both sides the stronger one: non-negative least squares with a
    small penalty, by projected gradient descent. Lips are parted (AU 25) as far as they stand
    apart, whatever shapes do it.

    Args:
        shapes: the mesh.
        weights: (N, S), such as those that a teacher tells.
        names: of the weighted shapes.
    """
    place = {name: index for index, name in enumerate(names)}
    used = sorted({shape for parts in SHAPES_OF.values() for shape in parts})
    amount = np.zeros((len(used), len(FACEKIT_AUS)))
    for au, parts in SHAPES_OF.items():
        for shape, weight in parts.items():
            amount[used.index(shape), COLUMN[au]] = weight
    square = amount.T @ amount + _PENALTY * np.eye(len(FACEKIT_AUS))
    step = 1 / np.linalg.eigvalsh(square).max()
    sides = []
    for side in "LR":
        seen = weights[:, [place[shape.replace("|", f"_{side}")] for shape in used]]
        wanted, share = seen @ amount, np.zeros((len(weights), len(FACEKIT_AUS)))
        for _ in range(_STEPS):
            share = (share - step * (share @ square - wanted)).clip(0)
        sides.append(share)
    strongest = np.maximum(*sides)
    apart = np.array([_parting(shapes, {name: 1.0}) for name in names])
    both = np.zeros((2, len(FACEKIT_AUS)))
    both[:, COLUMN[25]] = MAX_INTENSITY
    strongest[:, COLUMN[25]] = weights @ apart / _parting(shapes, shape_weights(both))
    result: NDArray[np.float32] = (strongest.clip(0, 1) * MAX_INTENSITY).astype(np.float32)
    return result


def _parting(shapes: Shapes, weights: Mapping[str, float]) -> float:
    """How far weighted shapes move the inner lips apart, in cm."""
    lower, upper = (shapes.landmarks[points] for points in (LOWER_LIP, UPPER_LIP))
    moves = (
        weight * (shapes.expression[name][lower, 1] - shapes.expression[name][upper, 1]).mean()
        for name, weight in weights.items()
    )
    return float(sum(moves))
