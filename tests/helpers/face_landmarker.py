"""Stands in for the networks and the file of a Face Landmarker."""

import struct

import numpy as np

from norface_pl.teachers.canonical import CanonicalFace
from norface_pl.teachers.face_landmarker import Networks

CANONICAL = np.random.default_rng(0).normal(size=(468, 3))


def _bytes(number, content):
    """A field of bytes, shorter than 16 KiB."""
    return bytes([number << 3 | 2, len(content) & 127 | 128, len(content) >> 7]) + content


def canonical_file(vertices, weights):
    """Writes vertices (V, 3) and point -> weight as MediaPipe does, two texture numbers each."""
    numbers = np.hstack([vertices, np.zeros((len(vertices), 2))]).ravel()
    mesh = b"\x08\x00\x10\x00" + b"".join(b"\x1d" + struct.pack("<f", x) for x in numbers)
    mesh += b"\x20\x05"
    basis = b"".join(
        _bytes(2, (bytes([8, point]) if point else b"") + b"\x15" + struct.pack("<f", weight))
        for point, weight in weights.items()
    )
    return _bytes(1, mesh) + basis + b"\x18\x01"


class FakeNetworks:
    """A face of 60 pixels in the middle of what the detector sees, upright and frontal.

    Attributes:
        score: logit of the detector.
        presence: logit of the mesh.
        given: what each network was given last.
    """

    def __init__(self, score=3.0, presence=4.0):
        self.score, self.presence, self.given = score, presence, {}

    def build(self):
        face = CanonicalFace(CANONICAL, np.ones(468))
        return Networks(self.detector, self.mesh, self.blendshapes, face)

    def detector(self, picture):
        self.given["detector"] = picture
        boxes, scores = np.zeros((1, 896, 16), np.float32), np.full((1, 896, 1), -9, np.float32)
        # This anchor lies at 68, 68.
        place = 2 * (8 * 16 + 8)
        boxes[0, place, :8] = [-4, -4, 48, 60, -14, -14, 6, -14]
        scores[0, place] = self.score
        return [boxes, scores]

    def mesh(self, picture):
        self.given["mesh"] = picture
        points = np.zeros((478, 3), np.float32)
        # z grows away from the camera, y downwards.
        points[:468] = CANONICAL * [20, 20, -20] + [128, 128, 0]
        logit = np.full((1, 1, 1, 1), self.presence, np.float32)
        return [points.reshape(1, 1, 1, 1434), logit, np.zeros((1, 1), np.float32)]

    def blendshapes(self, points):
        self.given["blendshapes"] = points
        return [np.array([0.0, 0.5, *[0.25] * 49, 1.0], np.float32)]
