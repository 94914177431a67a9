"""Landmarks of other schemes as the five that alignment works with."""

import numpy as np
from numpy.typing import NDArray

# Left-in-image eye, right-in-image eye, tip of the nose, left and right corner of the mouth.
_FIVE = (range(36, 42), range(42, 48), (30,), (48,), (54,))


def five_of_68(points: NDArray[np.floating]) -> NDArray[np.float64]:
    """Return (5, 2) of the 68 iBUG landmarks (68, 2); eyes are the mean of their outline."""
    return np.array([points[list(chosen)].mean(axis=0) for chosen in _FIVE], dtype=np.float64)
