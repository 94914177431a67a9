"""What an analyzer looks at."""

from dataclasses import dataclass

from norface_pl.analysis.frames import Pace
from norface_pl.errors import NorfaceError
from norface_pl.faces.extract import Which


@dataclass(frozen=True)
class Choice:
    """What an analyzer looks at.

    Attributes:
        faces: the largest face of each picture, or all.
        every: of films and cameras, one frame of so many.
        seconds: after which a film or a camera is left; None goes to the end.
        batch_size: faces that go through the networks together.
    """

    faces: Which = "largest"
    every: int = 1
    seconds: float | None = None
    batch_size: int = 32

    def __post_init__(self) -> None:
        """Refuse what is out of range."""
        if self.batch_size < 1:
            raise NorfaceError(f"batch_size is {self.batch_size}; give 1 or more")
        self.pace  # noqa: B018, it refuses too

    @property
    def pace(self) -> Pace:
        """Which frames are looked at."""
        return Pace(self.every, self.seconds)
