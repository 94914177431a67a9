"""The columns of a table of faces, as docs/columns.md describes them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from norface_pl.analysis.seen import Seen
from norface_pl.faces.align import AU_CROP
from norface_pl.faces.detect import Face, FaceDetector
from norface_pl.faces.pose import pose_from_landmarks
from norface_pl.faces.searching import SearchingDetector
from norface_pl.inference.stages import Classifier
from norface_pl.labels import au_number
from norface_pl.types import Task

BOX = ("x0", "y0", "x1", "y1")
POSE = ("yaw", "pitch", "roll")
WHERE = ("source", "frame", "time_s", "face", *BOX, "score", *POSE, "doubt")

# Said, so that a part of a table without any face has them too.
_KINDS = dict.fromkeys(WHERE, "float64")
_KINDS |= {"source": "string", "frame": "int64", "face": "Int64", "doubt": "string"}

NOTES = {"neutral": "string", "smooth_s": "float64"}
"""Columns that say what was done to the values, if something was, and what they hold."""

TURNED = 40.0
"""Degrees of yaw from which the far side of a face is hardly seen."""


@dataclass(frozen=True)
class Doubts:
    """Tells faces that are unlike those that networks are trained on.

    Attributes:
        eyes: pixels between the eyes below which a face is small: the aligned face is then
            enlarged more than twice.
        sure: score below which a face is unsure.
    """

    eyes: float
    sure: float

    @classmethod
    def of(cls, detector: FaceDetector, size: int) -> "Doubts":
        """Return what holds for the faces of a detector, aligned to ``size`` pixels."""
        sure = detector.network.sure if isinstance(detector, SearchingDetector) else 0.0
        return cls(float(AU_CROP[1, 0] - AU_CROP[0, 0]) * size / 2, sure)

    def about(self, face: Face, yaw: float) -> str:
        """Return why a face's values are doubtful, in words of docs/columns.md; "" for none."""
        apart = float(np.linalg.norm(face.landmarks[1] - face.landmarks[0]))
        # The eyes of a turned face are nearer to each other, and it is no smaller for that.
        apart /= max(float(np.cos(np.radians(yaw))), 0.3)
        words = {
            "small": apart < self.eyes,
            "unsure": face.score < self.sure,
            "turned": abs(yaw) > TURNED,
        }
        return " ".join(word for word, true in words.items() if true)


def padded(name: str) -> str:
    """Return the name of an action unit with two digits, as peers write it: AU1 is AU01."""
    return f"AU{au_number(name):02d}"


def value_columns(classifier: Classifier) -> list[str]:
    """Return the columns of what a classifier reads, in their order."""
    return [
        column
        for task, names in classifier.labels.items()
        for column in (["emotion"] if task == "expression" else []) + _columns(task, names)
    ]


def _columns(task: Task, names: Sequence[str]) -> list[str]:
    """Return the columns of the numbers of a task."""
    if task == "expression":
        return [f"p_{name}" for name in names]
    if task == "valence_arousal":
        return list(names)
    return [f"{padded(name)}{'_intensity' if task == 'au_intensity' else ''}" for name in names]


def table_of(
    seen: Sequence[Seen],
    values: NDArray[np.float32],
    notes: Mapping[str, Sequence[object]],
    classifier: Classifier,
    doubts: Doubts,
) -> pd.DataFrame:
    """Return a row a face, and one a frame without a face, whose cells are missing.

    Args:
        seen: frames with their faces.
        values: what the classifier read from all their faces (N, L), in order.
        notes: what was done to them, a cell a face; see `NOTES`.
        classifier: whose labels they are.
        doubts: when a face is doubtful.
    """
    rows: list[tuple[Any, ...]] = []
    read: list[int] = []
    for each in seen:
        frame = each.frame
        place = (frame.source.name, frame.index, frame.time)
        for number, face, _ in each.faces:
            pose = pose_from_landmarks(face.landmarks[None])[0].tolist()
            read.append(len(rows))
            rows.append((*place, number, *face.box, face.score, *pose, doubts.about(face, pose[0])))
        if not each.faces:
            rows.append((*place, None, *[np.nan] * 8, None))
    table = pd.DataFrame(rows, columns=list(WHERE)).astype(_KINDS)
    parts, first = [table], 0
    for task, names in classifier.labels.items():
        own = values[:, first : first + len(names)]
        first += len(names)
        numbers = np.full((len(rows), len(names)), np.nan)
        numbers[read] = own
        if task == "expression":
            words = np.full(len(rows), None, object)
            words[read] = np.array(names, object)[own.argmax(axis=1)]
            parts.append(pd.DataFrame({"emotion": pd.Series(words, dtype="string")}))
        parts.append(pd.DataFrame(numbers, columns=pd.Index(_columns(task, names))))
    for note, cells in notes.items():
        words = np.full(len(rows), None, object)
        words[read] = cells
        parts.append(pd.DataFrame({note: pd.Series(words, dtype=NOTES[note])}))
    return pd.concat(parts, axis=1)
