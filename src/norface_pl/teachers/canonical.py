"""The canonical face of a Face Landmarker file, and the head pose that it tells.

The file is a protocol buffer of MediaPipe (``GeometryPipelineMetadata``). It holds few kinds of
fields, so a few lines read it without that library.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from norface_pl.faces.pose import pose_from_rotation

_VARINT, _BYTES, _FLOAT = 0, 2, 5
# x, y, z and two coordinates of a texture.
_NUMBERS_A_VERTEX = 5


@dataclass(frozen=True, eq=False)
class CanonicalFace:
    """A mean face and which of its points tell how a head is turned.

    Attributes:
        points: (V, 3) in cm; x to the image's right, y down, z towards the camera.
        weights: (V,) of each point in the pose; most are 0.
    """

    points: NDArray[np.float64]
    weights: NDArray[np.float64]

    @classmethod
    def read(cls, content: bytes) -> "CanonicalFace":
        """Read the face from the bytes of ``geometry_pipeline_metadata_landmarks.binarypb``.

        Raises:
            ValueError: they hold something else.
        """
        fields = list(_fields(content))
        mesh = next((value for number, value in fields if number == 1), None)
        if not isinstance(mesh, bytes):
            raise ValueError("no canonical mesh")
        numbers = [value for number, value in _fields(mesh) if number == 3]
        vertices = np.array(numbers, np.float64).reshape(-1, _NUMBERS_A_VERTEX)
        weights = np.zeros(len(vertices))
        for number, value in fields:
            if number == 2 and isinstance(value, bytes):
                entry = dict(_fields(value))
                # Protocol buffers leave out a number that is 0.
                weights[int(entry.get(1, 0))] = float(entry[2])
        # The file's y points up.
        return cls(vertices[:, :3] * [1, -1, 1], weights)

    def pose(self, points: NDArray[np.floating]) -> NDArray[np.float64]:
        """Return yaw, pitch and roll in degrees of a face; see `norface_pl.faces.pose`.

        Args:
            points: (V, 3) in any unit, axes as those of ``points``.
        """
        turn = rotation(self.points, points, self.weights)
        pose: NDArray[np.float64] = pose_from_rotation(turn[None])[0]
        return pose


def rotation(
    source: NDArray[np.floating], target: NDArray[np.floating], weights: NDArray[np.floating]
) -> NDArray[np.float64]:
    """Return the rotation (3, 3) that turns one set of points into another best.

    Weighted least squares, whatever the places and sizes of both (Kabsch 1976, Umeyama 1991).

    Args:
        source: (V, 3).
        target: (V, 3).
        weights: (V,) of the points.
    """
    share = weights / weights.sum()
    first, second = source - share @ source, target - share @ target
    left, _, right = np.linalg.svd((second * share[:, None]).T @ first)
    # Without this, mirrored points would give a reflection.
    keep = np.diag([1.0, 1.0, np.sign(np.linalg.det(left @ right))])
    turn: NDArray[np.float64] = left @ keep @ right
    return turn


def _fields(content: bytes) -> Iterator[tuple[int, int | float | bytes]]:
    """Yield number and value of every field of a message."""
    place = 0
    while place < len(content):
        key, place = _varint(content, place)
        number, kind = key >> 3, key & 7
        if kind == _VARINT:
            value, place = _varint(content, place)
            yield number, value
        elif kind == _BYTES:
            length, place = _varint(content, place)
            yield number, content[place : place + length]
            place += length
        elif kind == _FLOAT and place + 4 <= len(content):
            yield number, struct.unpack_from("<f", content, place)[0]
            place += 4
        else:
            raise ValueError(f"unknown field {number} of kind {kind}")


def _varint(content: bytes, place: int) -> tuple[int, int]:
    """Return a number of seven bits a byte, and the place behind it."""
    value = shift = 0
    while place < len(content):
        byte = content[place]
        value |= (byte & 0x7F) << shift
        place, shift = place + 1, shift + 7
        if byte < 0x80:
            return value, place
    raise ValueError("cut short")
