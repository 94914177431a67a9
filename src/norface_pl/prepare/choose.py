"""Which face of a picture is prepared, and what is taken where there is none."""

from collections.abc import Sequence

import numpy as np

from norface_pl.errors import NorfaceError
from norface_pl.faces.detect import Face
from norface_pl.faces.landmarks import like_a_face
from norface_pl.faces.searching import missed
from norface_pl.io.images import Picture
from norface_pl.prepare.options import PrepareOptions
from norface_pl.prepare.outcome import Outcome, rounded

NO_PICTURE = "no picture of this frame"
UNREADABLE = "picture cannot be read"
NO_FACE = "no face found"
NOT_A_FACE = "landmarks are not arranged as on a face"


def choose(
    key: str,
    picture: Picture,
    faces: Sequence[Face],
    previous: Face | None,
    options: PrepareOptions,
) -> Outcome:
    """Return the face of a picture.

    Args:
        key: of the picture, for the error.
        picture: (H, W, 3).
        faces: what was found in it, the largest first.
        previous: the last face seen in an earlier picture of the sequence.
        options: which face, and what stands in for none.

    Raises:
        NorfaceError: there is no face, and the options say that this ends it all.
    """
    if options.detector == "none":
        return Outcome("aligned", _centre(picture))
    if not faces:
        hint = "" if options.detector == "given" else missed(picture, options.max_side)
        return _stand_in(key, picture, previous, options, NO_FACE, hint)
    face = faces[0]
    if options.faces == "nearest" and previous is not None:
        face = min(faces, key=lambda one: _distance(one, previous))
    face = rounded(face)
    box_only = options.detector == "given" and bool(np.isnan(face.landmarks).all())
    if not box_only and not like_a_face(face.landmarks):
        at = ", ".join(f"{value:.0f}" for value in face.box)
        return _stand_in(key, picture, previous, options, NOT_A_FACE, f"face at {at}")
    return Outcome("given" if options.detector == "given" else "detected", face)


def _stand_in(
    key: str,
    picture: Picture,
    previous: Face | None,
    options: PrepareOptions,
    reason: str,
    detail: str,
) -> Outcome:
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
    return float(np.linalg.norm(face.box[:2] + face.box[2:] - other.box[:2] - other.box[2:])) / 2


def _centre(picture: Picture) -> Face:
    """The largest square in the middle of a picture."""
    height, width = picture.shape[:2]
    side = min(height, width)
    left, top = (width - side) // 2, (height - side) // 2
    box = np.array([left, top, left + side, top + side], dtype=np.float64)
    return Face(box, np.nan, np.full((5, 2), np.nan))
