"""Which face of a picture is prepared, and what is taken where there is none."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from norface_pl.errors import NorfaceError
from norface_pl.faces.detect import Face
from norface_pl.faces.landmarks import like_a_face
from norface_pl.faces.searching import missed
from norface_pl.io.images import Picture
from norface_pl.prepare.options import PrepareOptions
from norface_pl.prepare.outcome import Outcome
from norface_pl.sources.source import BOX, LANDMARKS

NO_FACE = "no face found"
NOT_A_FACE = "landmarks are not arranged as on a face"


class GivenFaces:
    """The boxes, landmarks or both of a listing; a `NorfaceError` where it has neither."""

    def __init__(self, listing: pd.DataFrame, name: str) -> None:
        if not any(set(given) <= set(listing.columns) for given in (BOX, LANDMARKS)):
            raise NorfaceError(
                f"{name} as it was read has neither boxes nor landmarks of faces; choose another "
                "--detector than given"
            )
        values = listing.reindex(columns=[*BOX, *LANDMARKS]).to_numpy(np.float64)
        self._boxes, self._landmarks = values[:, :4], values[:, 4:].reshape(-1, 5, 2)

    def __getitem__(self, row: int) -> list[Face]:
        """Return the face of a row, if it is given; landmarks are NaN where only a box is."""
        box, landmarks = self._boxes[row], self._landmarks[row]
        # A box without an inside is none, such as one of which a part is not given.
        if np.isfinite(landmarks).all() and not (box[2:] > box[:2]).all():
            box = np.concatenate([landmarks.min(axis=0), landmarks.max(axis=0)])
        inside = np.isfinite(box).all() and (box[2:] > box[:2]).all()
        return [Face(box, float("nan"), landmarks)] if inside else []


def choose(
    key: str,
    picture: Picture,
    faces: Sequence[Face],
    previous: Face | None,
    options: PrepareOptions,
) -> Outcome:
    """Return the face of a picture (H, W, 3), rounded to 0.01 pixel and 0.0001 score.

    Args:
        key: of the picture, for the error where the options want one.
        picture: as it was read.
        faces: what was found in it, the largest first.
        previous: the last face seen in an earlier picture of the sequence.
        options: which face, and what stands in for none.
    """
    if options.detector == "none":
        return Outcome("aligned", _centre(picture))
    given = options.detector == "given"
    if faces:
        face = faces[0]
        if options.faces == "nearest" and previous is not None:
            face = min(faces, key=lambda one: _distance(one, previous))
        # As it is stored and as it is cut out.
        face = Face(np.round(face.box, 2), round(face.score, 4), np.round(face.landmarks, 2))
        if (given and bool(np.isnan(face.landmarks).all())) or like_a_face(face.landmarks):
            return Outcome("given" if given else "detected", face)
        reason, at = NOT_A_FACE, ", ".join(f"{value:.0f}" for value in face.box)
        detail = f"face at {at}"
    else:
        reason, detail = NO_FACE, "" if given else missed(picture, options.max_side)
    if options.no_face == "error":
        raise NorfaceError(
            f"{key}: {reason}; look at the picture, or say with --no_face what to do without one"
        )
    if options.no_face == "center":
        return Outcome("center", _centre(picture), reason, detail)
    if options.no_face == "previous" and previous is not None:
        return Outcome("previous", Face(previous.box, np.nan, previous.landmarks), reason, detail)
    return Outcome(None, None, reason, detail)


def _distance(face: Face, other: Face) -> float:
    return float(np.linalg.norm(face.box[:2] + face.box[2:] - other.box[:2] - other.box[2:]))


def _centre(picture: Picture) -> Face:
    """The largest square in the middle of a picture."""
    height, width = picture.shape[:2]
    side = min(height, width)
    left, top = (width - side) // 2, (height - side) // 2
    box = np.array([left, top, left + side, top + side], dtype=np.float64)
    return Face(box, np.nan, np.full((5, 2), np.nan))
