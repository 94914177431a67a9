"""Faces that a data set gives itself."""

import numpy as np
import pandas as pd

from norface_pl.errors import NorfaceError
from norface_pl.faces.detect import Face
from norface_pl.sources.source import BOX, LANDMARKS


class GivenFaces:
    """The boxes and landmarks of a listing.

    Args:
        listing: with the columns of boxes, of landmarks or of both.
        name: of the data set, for the error.

    Raises:
        NorfaceError: the listing has neither.
    """

    def __init__(self, listing: pd.DataFrame, name: str) -> None:
        if not set(BOX) <= set(listing.columns) and not set(LANDMARKS) <= set(listing.columns):
            raise NorfaceError(
                f"{name} as it was read has neither boxes nor landmarks of faces; choose another "
                "--detector than given"
            )
        columns = [*BOX, *LANDMARKS]
        values = listing.reindex(columns=columns).to_numpy(np.float64)
        self._boxes, self._landmarks = values[:, :4], values[:, 4:].reshape(-1, 5, 2)

    def __getitem__(self, row: int) -> list[Face]:
        """Return the face of a row, if it is given; landmarks are NaN where only a box is."""
        box, landmarks = self._boxes[row], self._landmarks[row]
        # A box without an inside is none, such as one of which a part is not given.
        if np.isfinite(landmarks).all() and not (box[2:] > box[:2]).all():
            box = np.concatenate([landmarks.min(axis=0), landmarks.max(axis=0)])
        if not (np.isfinite(box).all() and (box[2:] > box[:2]).all()):
            return []
        return [Face(box, float("nan"), landmarks)]
