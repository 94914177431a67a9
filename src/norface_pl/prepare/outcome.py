"""What became of a picture."""

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from norface_pl.faces.detect import Face

Found = Literal["detected", "given", "aligned", "previous", "center"]

_OWN = ("detected", "given")


@dataclass(frozen=True, eq=False)
class Outcome:
    """Where the face of a picture is, or why there is none.

    Attributes:
        found: how the face was found; None where the picture is left out.
        face: the face, in rounded pixels of the picture; landmarks are NaN where only a box is
            known, the score is NaN where nothing was detected.
        reason: why the picture has no face of its own; empty where it has one.
        detail: more about the reason.
    """

    found: Found | None
    face: Face | None
    reason: str = ""
    detail: str = ""

    @property
    def own(self) -> Face | None:
        """The face, if it was seen in this very picture."""
        return self.face if self.found in _OWN else None

    def to_json(self) -> dict[str, Any]:
        """Return what `from_json` reads; numbers come back exactly."""
        entry: dict[str, Any] = {"found": self.found}
        if self.face is not None:
            entry["box"] = self.face.box.tolist()
            entry["landmarks"] = self.face.landmarks.tolist()
            entry["score"] = self.face.score
        if self.reason:
            entry["reason"], entry["detail"] = self.reason, self.detail
        return entry

    @classmethod
    def from_json(cls, entry: dict[str, Any]) -> "Outcome":
        """Return the outcome that `to_json` described."""
        face = None
        if "box" in entry:
            face = Face(np.array(entry["box"]), entry["score"], np.array(entry["landmarks"]))
        return cls(entry["found"], face, entry.get("reason", ""), entry.get("detail", ""))


def rounded(face: Face) -> Face:
    """Round a face to 0.01 pixel and 0.0001 score, as it is stored and as it is cut out."""
    return Face(np.round(face.box, 2), round(face.score, 4), np.round(face.landmarks, 2))
