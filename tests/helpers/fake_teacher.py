"""Stands in for a teacher: reads a picture's grey value, in this process or another."""

import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from norface_pl.errors import NorfaceError
from norface_pl.teachers.teacher import Expression, Unread

CHANNELS = ("smile", "frown")


@dataclass(frozen=True)
class FakeTeacher:
    """Writes a file per face that it reads; of three grey values one is no face.

    Attributes:
        folder: of the files; where one is called stop<grey value>, it fails at that value.
        kill: whether it ends the process instead of failing.
        shapes: of an avatar whose weights it tells.
    """

    folder: Path
    kill: bool = False
    shapes: tuple[str, ...] = ()

    channels = CHANNELS

    def read(self, pictures):
        return [self._read(int(picture[0, 0, 0])) for picture in pictures]

    def _read(self, grey):
        if (self.folder / f"stop{grey}").exists():
            if self.kill:
                os._exit(9)
            raise NorfaceError(f"stopped at {grey}")
        with (self.folder / f"read{grey}").open("a", encoding="utf-8") as file:
            file.write("once\n")
        if grey % 3 == 2:
            return Unread("no face found")
        return Expression(
            np.array([grey, -grey]),
            np.array([1.0, 2.0, 3.0]),
            0.75,
            np.arange(10).reshape(5, 2),
            weights_of(grey, len(self.shapes)),
        )


def weights_of(grey, count):
    """Weights of so many shapes that a grey value stands for, 0 to 1."""
    return (grey * np.arange(1, count + 1) % 11) / 10


@dataclass(frozen=True)
class FakeTeacherRecipe:
    """Builds it; ``version`` stands for the hash of a weight file."""

    folder: Path
    kill: bool = False
    version: str = "first"
    shapes: tuple[str, ...] = ()

    @property
    def facts(self):
        return {"version": self.version}

    def build(self):
        return FakeTeacher(self.folder, self.kill, self.shapes)
