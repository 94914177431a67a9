"""Decodes what MediaPipe's short-range face detector puts out."""

import numpy as np
from numpy.typing import NDArray

from norface_pl.teachers.square import Square

SIZE = 128
"""Side of the picture that the detector sees, in pixels."""
# Side of a cell of each grid in pixels, and anchors in a cell.
_GRIDS = ((8, 2), (16, 6))
# The network of the mesh was trained on squares so much larger than the detector's box.
_LARGER = 1.5


def anchors() -> NDArray[np.float64]:
    """Return x, y of the centres (896, 2) that boxes are relative to, in pixels."""
    centres = []
    for cell, count in _GRIDS:
        along = (np.arange(SIZE // cell) + 0.5) * cell
        x, y = np.meshgrid(along, along)
        grid = np.stack([x.ravel(), y.ravel()], axis=1)
        centres.append(np.repeat(grid, count, axis=0))
    return np.concatenate(centres)


def best_face(
    boxes: NDArray[np.floating], scores: NDArray[np.floating], seen: Square
) -> Square | None:
    """Return an upright square around the face of the highest score, in pixels of the picture.

    Args:
        boxes: (896, 16) centre, width and height of the box, then six points, the eyes first;
            all in pixels and relative to the anchors.
        scores: (896,) logits.
        seen: the square of the picture that the detector saw.

    Returns:
        The square, turned by the line between the eyes; None if no face is likelier than not.
    """
    best = int(scores.argmax())
    if scores[best] < 0:
        return None
    numbers = np.asarray(boxes[best], np.float64).reshape(8, 2)
    # The network's coordinates begin at the edge of the first pixel.
    points = numbers[[0, 2, 3]] + anchors()[best] - 0.5
    centre, left, right = seen.back(points, SIZE)
    across = right - left
    side = float(numbers[1].max()) * seen.side / SIZE * _LARGER
    return Square(centre, side, float(np.arctan2(across[1], across[0])))
