"""What an analyzer looks at, and what it does with what it reads."""

from dataclasses import dataclass
from pathlib import Path

from norface_pl.analysis.frames import Pace
from norface_pl.errors import NorfaceError
from norface_pl.faces.extract import Which

LONGEST = 10.0
"""Seconds that can be smoothed over: frames wait so long in memory."""


@dataclass(frozen=True)
class Choice:
    """What an analyzer looks at, and what it does with what it reads.

    Attributes:
        faces: the largest face of each picture, or all.
        every: of films and cameras, one frame of so many.
        seconds: after which a film or a camera is left; None goes to the end.
        batch_size: faces that go through the networks together.
        neutral: picture of the person's face at rest, or ``auto`` for the low end of each film;
            values are then relative to it.
        smooth: window of the moving mean of films, in seconds; 0 for none.
    """

    faces: Which = "largest"
    every: int = 1
    seconds: float | None = None
    batch_size: int = 32
    neutral: Path | str | None = None
    smooth: float = 0.0

    def __post_init__(self) -> None:
        """Refuse what is out of range."""
        if self.batch_size < 1:
            raise NorfaceError(f"batch_size is {self.batch_size}; give 1 or more")
        if not 0 <= self.smooth <= LONGEST:
            raise NorfaceError(f"smooth is {self.smooth}; give 0 to {LONGEST:.0f} seconds")
        self.pace  # noqa: B018, it refuses too

    @property
    def pace(self) -> Pace:
        """Which frames are looked at."""
        return Pace(self.every, self.seconds)

    @property
    def notes(self) -> list[str]:
        """Columns that say what was done to the values."""
        done = {"neutral": self.neutral is not None, "smooth_s": self.smooth > 0}
        return [name for name, true in done.items() if true]
