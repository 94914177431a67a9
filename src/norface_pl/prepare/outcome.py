"""What became of the pictures, and the journal of a unit: a line of JSON a chunk."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np

from norface_pl.errors import told
from norface_pl.faces.detect import Face

Found = Literal["detected", "given", "aligned", "previous", "center"]


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
        return self.face if self.found in ("detected", "given") else None

    def to_json(self) -> dict[str, Any]:
        """Return what `from_json` reads; numbers come back exactly."""
        face = self.face and [self.face.box.tolist(), self.face.score, self.face.landmarks.tolist()]
        return {**vars(self), "face": face}

    @classmethod
    def from_json(cls, entry: dict[str, Any]) -> "Outcome":
        """Return the outcome that `to_json` described."""
        if entry["face"] is not None:
            box, score, landmarks = entry["face"]
            entry["face"] = Face(np.array(box), score, np.array(landmarks))
        return cls(**entry)


class Journal:
    """The outcomes of the first pictures of a unit, added when their faces are on disk.

    Args:
        path: its file, which need not exist.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def read(self) -> list[Outcome]:
        """Return the outcomes so far; a last line that was not written whole does not count."""
        lines = map(json.loads, self._whole_lines())
        return [Outcome.from_json(entry) for line in lines for entry in line]

    def drop_torn_line(self) -> None:
        """Cut off what was not written whole, so that the next line starts on its own."""
        size = sum(map(len, self._whole_lines()))
        if self.path.is_file() and self.path.stat().st_size > size:
            with self.path.open("r+b") as file:
                file.truncate(size)

    def add(self, outcomes: Sequence[Outcome]) -> None:
        """Append the outcomes of a chunk; a `NorfaceError` where that cannot be written."""
        line = json.dumps([outcome.to_json() for outcome in outcomes], separators=(",", ":"))
        with told("write", self.path), self.path.open("ab") as file:
            file.write(f"{line}\n".encode())

    def _whole_lines(self) -> list[bytes]:
        whole = []
        there = self.path.read_bytes() if self.path.is_file() else b""
        for line in there.splitlines(keepends=True):
            # A crash of the machine can leave a line of zeros that ends like a whole one.
            if not line.endswith(b"]\n") or b"\0" in line:
                break
            whole.append(line)
        return whole
