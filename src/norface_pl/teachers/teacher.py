"""What a teacher of expressions has to offer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from norface_pl.io.images import Picture


@dataclass(frozen=True, eq=False)
class Expression:
    """What a teacher read from a face.

    Attributes:
        logits: (C,) one per channel; a sigmoid makes a coefficient in [0, 1] of it.
        pose: (3,) yaw, pitch, roll of the head in degrees; see `norface_pl.faces.pose`.
        presence: probability in [0, 1] that there is a face.
        landmarks: (5, 2) x, y in pixels of the picture: eye centres, nose, corners of the mouth,
            left in the image first; pixel centres have integer coordinates.
        shapes: (S,) weights of ICT-FaceKit's expression shapes that show the expression on an
            avatar; S is 0 for a teacher that does not tell them.
    """

    logits: NDArray[np.float64]
    pose: NDArray[np.float64]
    presence: float
    landmarks: NDArray[np.float64]
    shapes: NDArray[np.float64] = field(default_factory=lambda: np.zeros(0))


@dataclass(frozen=True)
class Unread:
    """A picture that a teacher could not read.

    Attributes:
        reason: why not, in a few words.
    """

    reason: str


class ExpressionTeacher(Protocol):
    """Reads expressions of faces, whoever they are.

    Attributes:
        channels: names of the C channels in their order.
        shapes: names of the S shapes in their order; none if it does not tell them.
    """

    channels: Sequence[str]
    shapes: Sequence[str]

    def read(self, pictures: Sequence[Picture]) -> list[Expression | Unread]:
        """Return what is on each picture, (H, W, 3) RGB uint8 of any size."""
        ...


class TeacherRecipe(Protocol):
    """How to build a teacher; unlike the teacher it can be sent to another process."""

    @property
    def facts(self) -> Mapping[str, object]:
        """Plain values that decide what the teacher reads, such as the hash of its file."""
        ...

    def build(self) -> ExpressionTeacher:
        """Return the teacher, which works in one thread."""
        ...

    def __hash__(self) -> int:
        """Return the same for recipes of the same teacher, which a process builds once."""
        ...
