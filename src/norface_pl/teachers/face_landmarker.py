"""MediaPipe's Face Landmarker: 478 points and 52 expression channels of a photograph.

Source: google-ai-edge/mediapipe, Apache-2.0; model cards of Face Mesh V2 and Blendshape V2.
"""

import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, Self

import numpy as np
import yaml
from numpy.typing import NDArray

from norface_pl.errors import NorfaceError
from norface_pl.faces.sides import twins
from norface_pl.io.files import sha256_file
from norface_pl.io.images import Picture
from norface_pl.teachers.canonical import CanonicalFace
from norface_pl.teachers.detection import SIZE, best_face
from norface_pl.teachers.imitation import imitate, shape_names
from norface_pl.teachers.litert import Network, open_network
from norface_pl.teachers.square import Square
from norface_pl.teachers.teacher import Expression, Unread

_CROP = 256
_POINTS = 478
# Faint channels, such as cheekSquint, stay above -17; a coefficient of 0 or 1 has no logit.
_MAX_LOGIT = 20.0
# Counts up when other code reads something else from the same picture.
_VERSION = 3


@dataclass(frozen=True, eq=False)
class Networks:
    """What a .task file holds.

    Attributes:
        detector: (1, 128, 128, 3) in [-1, 1] -> boxes (1, 896, 16), scores (1, 896, 1).
        mesh: (1, 256, 256, 3) in [0, 1] -> 478 points in pixels of the crop, logit of presence.
        blendshapes: (1, 146, 2) points in pixels -> 52 coefficients in [0, 1].
        canonical: the mean face.
    """

    detector: Network
    mesh: Network
    blendshapes: Network
    canonical: CanonicalFace

    @classmethod
    def open(cls, file: Path) -> Self:
        """Open a .task file.

        Raises:
            NorfaceError: it is no Face Landmarker, or LiteRT is not installed.
        """
        try:
            with zipfile.ZipFile(file) as archive:
                return cls(
                    open_network(archive.read("face_detector.tflite")),
                    open_network(archive.read("face_landmarks_detector.tflite")),
                    open_network(archive.read("face_blendshapes.tflite")),
                    CanonicalFace.read(
                        archive.read("geometry_pipeline_metadata_landmarks.binarypb")
                    ),
                )
        except (OSError, KeyError, ValueError, zipfile.BadZipFile) as error:
            raise NorfaceError(
                f"{file} is no Face Landmarker ({error}): run `norface weights fetch "
                "face_landmarker`"
            ) from error


@dataclass(frozen=True, eq=False)
class Mesh:
    """A face as the networks see it.

    Attributes:
        points: (478, 3) x, y in pixels of the picture, z towards the camera in the same unit.
        logits: (52,) of the channels.
        presence: probability in [0, 1] that there is a face.
    """

    points: NDArray[np.float64]
    logits: NDArray[np.float64]
    presence: float


class FaceLandmarker:
    """Reads expressions with MediaPipe's Face Landmarker.

    Args:
        networks: of its file.
        margin: what is added on every side before the face is looked for, as a share of the
            picture's side; the detector misses faces that fill a picture.
    """

    def __init__(self, networks: Networks, margin: float = 1 / 3) -> None:
        self._networks, self._margin = networks, margin
        self.channels: Sequence[str] = facts()["channels"]
        self.shapes: Sequence[str] = shape_names()

    def read(self, pictures: Sequence[Picture]) -> list[Expression | Unread]:
        """Return what is on each picture; see `ExpressionTeacher.read`."""
        return [self._read(picture) for picture in pictures]

    def _read(self, picture: Picture) -> Expression | Unread:
        seen = self.look(picture)
        if isinstance(seen, Unread):
            return seen
        canonical, points = self._networks.canonical, seen.points
        pose = canonical.pose(points[: len(canonical.points)])
        shapes = self._shapes(picture, seen)
        return Expression(seen.logits, pose, seen.presence, five(points[:, :2]), shapes)

    def _shapes(self, picture: Picture, seen: Mesh) -> NDArray[np.float64]:
        """Weights of shapes, mean of the picture's and of the mirrored picture's.

        The landmarker reads both sides of a face unlike: its readings of a photograph and of the
        mirrored one correlate 0.84 (median of the shapes, 7,300 photographs).
        """
        shapes = imitate(seen.points, seen.logits, self._networks.canonical)
        mirrored = self.look(np.ascontiguousarray(picture[:, ::-1]))
        if isinstance(mirrored, Unread):
            return shapes
        other = imitate(mirrored.points, mirrored.logits, self._networks.canonical)
        return (shapes + other[twins(self.shapes)]) / 2

    def look(self, picture: Picture) -> Mesh | Unread:
        """Return the mesh of the likeliest face and what is read from it alone."""
        face = self._find(picture)
        if face is None:
            return Unread("no face found")
        points, logit = self._mesh(face.cut(picture, _CROP))
        presence = 1 / (1 + float(np.exp(-logit)))
        if presence < 0.5:
            return Unread("no face at a closer look")
        here = face.back(points[:, :2], _CROP)
        # The network's z grows away from the camera.
        depth = points[:, 2:] * (-face.side / _CROP)
        return Mesh(np.hstack([here, depth]), self._logits(here), presence)

    def _find(self, picture: Picture) -> Square | None:
        seen = Square.around(picture, self._margin)
        values = seen.cut(picture, SIZE)[None].astype(np.float32) / np.float32(127.5) - 1
        # The order of outputs is not part of the format.
        scores, boxes = sorted(self._networks.detector(values), key=lambda found: found.size)
        return best_face(boxes[0], scores.ravel(), seen)

    def _mesh(self, crop: Picture) -> tuple[NDArray[np.float64], float]:
        """Points (478, 3), pixel centres at integers, and the logit of presence."""
        found = self._networks.mesh(crop[None].astype(np.float32) / np.float32(255))
        place = max(range(len(found)), key=lambda index: found[index].size)
        points = np.asarray(found[place], np.float64).reshape(_POINTS, 3)
        # The network's coordinates begin at the edge of the first pixel.
        points[:, :2] -= 0.5
        return points, float(found[place + 1].ravel()[0])

    def _logits(self, points: NDArray[np.float64]) -> NDArray[np.float64]:
        chosen = points[facts()["blendshape_points"]] + 0.5
        (found,) = self._networks.blendshapes(chosen[None].astype(np.float32))
        return logits(found.ravel())


def logits(coefficients: NDArray[np.floating]) -> NDArray[np.float64]:
    """Return what a sigmoid makes coefficients in [0, 1] of, at most 20 away from 0.

    Channels whose coefficients look dead still tell expressions apart so.
    """
    least = 1 / (1 + np.exp(_MAX_LOGIT))
    share = np.clip(np.asarray(coefficients, np.float64), least, 1 - least)
    found: NDArray[np.float64] = np.log(share / (1 - share))
    return found


def five(points: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the five alignment points (5, 2) of a mesh (478, 2); eyes are between corners."""
    return np.array([points[chosen].mean(axis=0) for chosen in facts()["alignment"].values()])


@cache
def facts() -> Mapping[str, Any]:
    """Return names of the channels, and which points of the mesh are what."""
    text = (files("norface_pl.teachers") / "face_landmarker.yaml").read_text(encoding="utf-8")
    return dict(yaml.safe_load(text))


@dataclass(frozen=True)
class FaceLandmarkerRecipe:
    """A Face Landmarker from its file.

    Attributes:
        file: face_landmarker.task.
    """

    file: Path

    @property
    def facts(self) -> Mapping[str, object]:
        """What decides its readings."""
        sha256 = sha256_file(self.file)
        return {"teacher": "face_landmarker", "version": _VERSION, "weights": sha256}

    def build(self) -> FaceLandmarker:
        """Return the teacher."""
        return FaceLandmarker(Networks.open(self.file))
