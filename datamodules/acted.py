"""What data sets of drawn people share: casts, labels, pictures that are kept."""

from abc import abstractmethod
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from norface_pl.acting.tables import (
    TARGET_SUBJECT,
    Cast,
    DrawnTable,
    Sampler,
    describe,
    load_table,
)
from norface_pl.data.dataset import FaceDataset
from norface_pl.io.stamp import stamp
from norface_pl.labels import EMOTIONS, au_name
from norface_pl.types import Split, Task

from .base import FaceDataModule

# Far apart, so that no number of people makes two splits share one.
FIRST_SUBJECT: dict[Split, int] = {
    "train": 0,
    "val": 100_000,
    "test": 200_000,
    "unlabelled": 300_000,
}


@dataclass(frozen=True)
class DrawnPeople:
    """Who is drawn; people of different splits are different.

    Attributes:
        unlabelled: people of stage 1, one clip each.
        train: labelled people of stage 2.
        val: people that choose checkpoints.
        test: unseen people of all results.
        recordings_of_target: clips of the target person among those of stage 1, without labels;
            0: the normalizer sees one picture of the target.
    """

    unlabelled: int = 2400
    train: int = 12
    val: int = 8
    test: int = 60
    recordings_of_target: int = 32


@dataclass(frozen=True)
class DrawnClips:
    """How people are recorded.

    Attributes:
        length: frames per clip.
        train: clips per training person.
        evaluation: clips per validation and test person; at least 2, so that a person can be
            recognized before another background.
        step: distance of the frames that are used of unlabelled and evaluation clips.
    """

    length: int = 32
    train: int = 8
    evaluation: int = 2
    step: int = 2


class ActedDataModule(FaceDataModule):
    """People who are drawn with exact labels; those of different splits are different.

    Args:
        people: how many.
        clips: how they are recorded.
        threshold: intensity from which an action unit counts as present, as in DISFA.
        landmark_noise: error of the five alignment points, standard deviation over eye distance.
        batch_size: faces per batch.
        clips_per_batch: clips in a batch of stage 1, of as many people.
        frames_per_clip: frames of each of them.
        num_workers: loader processes; drawn faces are kept in memory, so none is needed.
        draw_processes: processes that draw.
        cache_dir: folder that keeps what was drawn, and what the comparison teacher of stage 1 saw
            of it; null draws, and trains that teacher, anew in every run.
        kwargs: see `FaceDataModule`.
    """

    offers: ClassVar[tuple[Task, ...]] = ("au_detection", "au_intensity", "expression")
    has_oracle: ClassVar[bool] = True
    in_memory: ClassVar[bool] = True
    action_units: ClassVar[tuple[int, ...]]
    """Numbers of the action units, in the order of their label columns."""

    def __init__(
        self,
        people: DrawnPeople = DrawnPeople(),
        clips: DrawnClips = DrawnClips(),
        threshold: float = 2.0,
        landmark_noise: float = 0.015,
        batch_size: int = 48,
        clips_per_batch: int = 8,
        frames_per_clip: int = 6,
        num_workers: int = 0,
        draw_processes: int = 2,
        cache_dir: Path | None = Path("runs/cache"),
        **kwargs: Any,
    ) -> None:
        super().__init__(
            batch_size=batch_size,
            clips_per_batch=clips_per_batch,
            frames_per_clip=frames_per_clip,
            num_workers=num_workers,
            **kwargs,
        )
        self.threshold, self.landmark_noise = threshold, landmark_noise
        self.draw_processes, self.cache_dir = draw_processes, cache_dir
        self.clip_length = clips.length
        recorded: dict[Split, tuple[int, int, int]] = {
            "unlabelled": (people.unlabelled, 1, clips.step),
            "train": (people.train, clips.train, 1),
            "val": (people.val, clips.evaluation, clips.step),
            "test": (people.test, clips.evaluation, clips.step),
        }
        self.casts = {split: Cast(FIRST_SUBJECT[split], *how) for split, how in recorded.items()}
        self.target_cast = Cast(TARGET_SUBJECT, 1, people.recordings_of_target, 1)

    @abstractmethod
    def make_sampler(self) -> Sampler:
        """Return who draws."""

    @cached_property
    def sampler(self) -> Sampler:
        """Who draws."""
        return self.make_sampler()

    def names_of(self, task: Task) -> list[str]:
        """Return the names of a task's labels in their order: ``AU1`` ... or emotions."""
        if task == "expression":
            return list(EMOTIONS)
        return [au_name(number) for number in self.action_units]

    def fingerprint(self) -> str:
        """Return a hash of everything that decides which pictures there are."""
        used = [*self.casts.values(), self.target_cast]
        return stamp({"casts": [describe(self.sampler, cast) for cast in used]})

    def target(self) -> NDArray[np.uint8]:
        """Return the drawn target face (S, S, 3)."""
        return self.sampler.target()

    def target_clips(self) -> Tensor | None:
        """Return the numbers of the target person's clips among those of stage 1."""
        faces = self.dataset("unlabelled").columns
        clips: Tensor = faces["clip"][faces["of_target"]].unique()
        return clips

    def table(self, split: Split, oracle: bool = False) -> DrawnTable:
        """Draw or read a split with everything that is known of it, labels of all people included.

        The target person's clips stand last among those of stage 1.

        Args:
            split: the people.
            oracle: draw the oracle's pictures, not the originals.
        """
        casts = {f"{self.casts[split].subjects} {split} people": self.casts[split]}
        if split == "unlabelled" and self.target_cast.clips:
            casts["clips of the target person"] = self.target_cast
        parts = [
            load_table(self.sampler, cast, oracle, self.draw_processes, title, self.cache_dir)
            for title, cast in casts.items()
        ]
        return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}

    def load(self, split: Split, oracle: bool) -> FaceDataset:
        """Draw a split or read it from ``cache_dir``; the oracle only when it is asked for."""
        table = self.table(split)
        pictures = {"image": table["image"].astype(np.uint8, copy=False)}
        if oracle:
            drawn = self.table(split, oracle=True)["oracle"]
            pictures["oracle"] = drawn.astype(np.uint8, copy=False)
        intensity = torch.from_numpy(table["intensity"]).float()
        labels: dict[Task, Tensor] = {
            "au_detection": (intensity >= self.threshold).float(),
            "au_intensity": intensity,
            "expression": torch.from_numpy(table["emotion"]).long(),
        }
        subject, clip, frame = (
            torch.from_numpy(table[name]).long() for name in ("subject", "clip", "frame")
        )
        columns: dict[str, Tensor] = {
            "subject": subject,
            # Numbered through the split, in the order of people.
            "clip": torch.unique(subject * 1000 + clip, return_inverse=True)[1],
            "frame": frame,
            "pose": torch.from_numpy(table["pose"]).float(),
        }
        if split != "unlabelled":
            columns |= {task: labels[task] for task in self.tasks}
        else:
            columns["of_target"] = subject == TARGET_SUBJECT
        keys = [
            f"S{s:06d}_C{c:02d}_F{f:04d}"
            for s, c, f in zip(subject.tolist(), clip.tolist(), frame.tolist(), strict=True)
        ]
        return FaceDataset(pictures, columns, keys)
