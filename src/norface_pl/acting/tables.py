"""Draws whole splits of a data set, in parallel, and keeps them on disk if asked to."""

import multiprocessing
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from functools import partial
from io import BytesIO
from itertools import product
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from norface_pl.io.files import make_folder, write_atomic
from norface_pl.io.stamp import stamp
from norface_pl.progress import track

TARGET_SUBJECT = 900_000
"""Number of the target person, who can be recorded like anybody else."""


@dataclass(frozen=True)
class DrawnFace:
    """One aligned picture with everything that is known about it.

    Attributes:
        image: RGB (S, S, 3) uint8.
        intensity: (A,) FACS intensities 0-5 in the order of the sampler's action units.
        pose: (3,) yaw, pitch, roll in degrees.
        emotion: index in ``EMOTIONS`` or -1.
        landmarks: (5, 2) noisy landmarks in pixels of the photograph.
    """

    image: NDArray[np.uint8]
    intensity: NDArray[np.float32]
    pose: NDArray[np.float32]
    emotion: int
    landmarks: NDArray[np.float64]


class Sampler(Protocol):
    """Draws the faces of (subject, clip, frame); it travels to other processes."""

    @property
    def clip_length(self) -> int:
        """Frames per clip."""

    def draw(self, subject: int, clip: int, frame: int) -> DrawnFace:
        """Draw and align one frame."""

    def oracle(self, subject: int, clip: int, frame: int) -> NDArray[np.uint8]:
        """Draw what a perfect normalizer gives, (S, S, 3)."""

    def target(self) -> NDArray[np.uint8]:
        """Draw the neutral target face, (S, S, 3)."""

    def facts(self) -> dict[str, object]:
        """Return everything that decides the pictures, their version among them."""


@dataclass(frozen=True)
class Cast:
    """Which frames to draw: people, clips per person and every ``step``-th frame of a clip.

    Attributes:
        first: number of the first person; casts with disjoint numbers have disjoint people.
        subjects: how many people.
        clips: clips per person.
        step: distance of the drawn frames.
    """

    first: int
    subjects: int
    clips: int
    step: int


DrawnTable = dict[str, NDArray[np.generic]]


def _draw_subject(sampler: Sampler, cast: Cast, oracle: bool, subject: int) -> DrawnTable:
    frames = list(product(range(cast.clips), range(0, sampler.clip_length, cast.step)))
    if oracle:
        return {"oracle": np.stack([sampler.oracle(subject, *where) for where in frames])}
    faces = [sampler.draw(subject, *where) for where in frames]
    drawn = ("image", "intensity", "pose", "emotion")
    table = {name: np.array([getattr(face, name) for face in faces]) for name in drawn}
    clip, frame = np.array(frames).T
    return {**table, "subject": np.full(len(faces), subject), "clip": clip, "frame": frame}


def draw_table(
    sampler: Sampler, cast: Cast, oracle: bool, processes: int, title: str
) -> DrawnTable:
    """Draw all frames of a cast; the result does not depend on the number of processes.

    Returns:
        With ``oracle`` one column, ``oracle`` (N, S, S, 3) uint8; otherwise ``image`` (N, S, S, 3)
        uint8, ``intensity`` (N, A), ``pose`` (N, 3), ``emotion``, ``subject``, ``clip``, ``frame``.
    """
    subjects = range(cast.first, cast.first + cast.subjects)
    draw = partial(_draw_subject, sampler, cast, oracle)

    def gather(parts: Iterable[DrawnTable]) -> DrawnTable:
        shown = list(track(parts, description=f"drawing {title}", total=cast.subjects))
        return {name: np.concatenate([part[name] for part in shown]) for name in shown[0]}

    if processes < 2 or cast.subjects < 16:
        return gather(map(draw, subjects))
    # Unlike multiprocessing.Pool, an executor ends with an error, not in an endless loop, when
    # the caller's script has no `if __name__ == "__main__"`.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(processes, mp_context=context) as pool:
        return gather(pool.map(draw, subjects, chunksize=4))


def describe(sampler: Sampler, cast: Cast) -> str:
    """Return a stamp of everything that decides the pictures of a cast."""
    return stamp(sampler.facts() | {"cast": asdict(cast)})


def load_table(
    sampler: Sampler, cast: Cast, oracle: bool, processes: int, title: str, folder: Path | None
) -> DrawnTable:
    """Read a cast from the folder if it was drawn before; otherwise draw it and store it there."""
    if folder is None:
        return draw_table(sampler, cast, oracle, processes, title)
    name = describe(sampler, cast)[:16] + ("_oracle" if oracle else "")
    path = folder / f"{name}.npz"
    if not path.is_file():
        table = draw_table(sampler, cast, oracle, processes, title)
        buffer = BytesIO()
        np.savez(buffer, allow_pickle=False, **table)
        make_folder(folder)
        write_atomic(path, buffer.getvalue())
        return table
    with np.load(path, allow_pickle=False) as content:
        return dict(content)
