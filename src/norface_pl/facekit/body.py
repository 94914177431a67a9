"""A person's head in 3-D: shape and colours, without expression."""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np

from norface_pl.acting.tables import TARGET_SUBJECT
from norface_pl.facekit.shapes import Shapes, Vertices, load_shapes
from norface_pl.facekit.skin import Coat, paint
from norface_pl.facekit.traits import Person, avatar, sample_person

PERSON = 0
"""Stream of random numbers, so that a person stays the same whatever happens to clips."""


@dataclass(frozen=True)
class Body:
    """A person with the mesh and its colours.

    Attributes:
        person: who it is.
        head: (V, 3) neutral vertices in cm.
        coat: what covers them.
    """

    person: Person
    head: Vertices
    coat: Coat


def _closing(mesh: Shapes, head: Vertices) -> np.float32:
    """Weight of the shape that closes a neutral mouth; the release's are a little open."""
    upper, lower = mesh.landmarks[[62, 66]]
    closes = mesh.expression["mouthClose"][[upper, lower], 1]
    way = closes[0] - closes[1]
    gap = head[lower, 1] - head[upper, 1]
    return np.float32(np.clip(gap / way, -0.05, 0.05)) if abs(way) > 0.1 else np.float32(0)


@lru_cache(maxsize=16)
def body_of(shapes: Path, seed: int, subject: int) -> Body:
    """Return a person by number; the target person is the avatar, whatever the seed."""
    mesh = load_shapes(shapes)
    rng = np.random.default_rng((seed, PERSON, subject))
    person = avatar() if subject == TARGET_SUBJECT else sample_person(rng)
    weights = person.identity[: len(mesh.identity)].astype(np.float32)
    coat = paint(mesh, person)
    head = mesh.neutral + np.tensordot(weights, mesh.identity, 1)
    head += _closing(mesh, head) * mesh.expression["mouthClose"]
    # Hair stands off the skull, away from its middle.
    outwards = head - head.mean(0)
    outwards /= np.linalg.norm(outwards, axis=1, keepdims=True)
    return Body(person, head + coat.lift[:, None] * outwards, coat)
