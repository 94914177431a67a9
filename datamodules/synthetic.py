"""Drawn faces with exact labels: the default, which needs neither files nor a licence."""

import hashlib
from pathlib import Path
from typing import ClassVar, Literal

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from norface_pl.data.dataset import FaceDataset
from norface_pl.drawn.sampler import TARGET_SUBJECT, FaceSampler
from norface_pl.drawn.tables import Cast, Table, describe, load_table
from norface_pl.labels import EMOTIONS, SYNTHETIC_AUS, au_name
from norface_pl.types import Task

from .base import FaceDataModule, Split

# Far apart, so that no number of people makes two splits share one.
FIRST_SUBJECT: dict[Split, int] = {
    "train": 0,
    "val": 100_000,
    "test": 200_000,
    "unlabelled": 300_000,
}


class SyntheticDataModule(FaceDataModule):
    """Procedurally drawn faces; unlabelled, training, validation and test people are disjoint.

    Args:
        task: which labels the batches hold.
        style: ``plain``, or ``comic`` as the "other data set" with the same labels.
        image_size: side of a face in pixels.
        num_unlabelled: people of stage 1, one clip each.
        recordings_of_target: clips of the target person among those of stage 1, without labels; 0:
            the normalizer sees one picture of the target.
        target_clips_per_batch: of these, in every batch of stage 1 besides ``batch_size`` others.
        num_train: labelled people of stage 2.
        num_val: people that are only watched during training.
        num_test: unseen people of the results.
        clip_length: frames per clip.
        train_clips: clips per training person.
        evaluation_clips: clips per validation and test person; at least 2, so that a person can
            be recognized before another background.
        frame_step: distance of the frames that are used of unlabelled and evaluation clips.
        threshold: intensity from which an action unit counts as present.
        landmark_noise: error of the five alignment points, standard deviation over eye distance.
        batch_size: faces per batch.
        frames_per_clip: frames per clip in a batch of stage 1.
        num_workers: loader processes; drawn faces are kept in memory, so none is needed.
        draw_processes: processes that draw.
        cache_dir: folder that keeps what was drawn, and what the comparison teacher of stage 1 saw
            of it; null draws, and trains that teacher, anew in every run.
        normalized: cache of normalized faces; batches then hold ``normalized``.
        seed: of the people, their clips and the draw of batches.
    """

    has_oracle: ClassVar[bool] = True
    in_memory: ClassVar[bool] = True

    def __init__(
        self,
        task: Task = "au_detection",
        style: Literal["plain", "comic"] = "plain",
        image_size: int = 64,
        num_unlabelled: int = 800,
        recordings_of_target: int = 32,
        target_clips_per_batch: int = 4,
        num_train: int = 12,
        num_val: int = 8,
        num_test: int = 60,
        clip_length: int = 32,
        train_clips: int = 8,
        evaluation_clips: int = 2,
        frame_step: int = 2,
        threshold: float = 2.0,
        landmark_noise: float = 0.015,
        batch_size: int = 48,
        frames_per_clip: int = 6,
        num_workers: int = 0,
        draw_processes: int = 2,
        cache_dir: Path | None = None,
        normalized: Path | None = None,
        seed: int = 0,
    ) -> None:
        super().__init__(
            task, image_size, batch_size, frames_per_clip, num_workers, normalized, seed
        )
        self.threshold, self.draw_processes, self.cache_dir = threshold, draw_processes, cache_dir
        self.sampler = FaceSampler(seed, image_size, clip_length, landmark_noise, style)
        self.casts: dict[Split, Cast] = {
            "unlabelled": Cast(FIRST_SUBJECT["unlabelled"], num_unlabelled, 1, frame_step),
            "train": Cast(FIRST_SUBJECT["train"], num_train, train_clips, 1),
            "val": Cast(FIRST_SUBJECT["val"], num_val, evaluation_clips, frame_step),
            "test": Cast(FIRST_SUBJECT["test"], num_test, evaluation_clips, frame_step),
        }
        self.target_clips_per_batch = target_clips_per_batch
        self.target_cast = Cast(TARGET_SUBJECT, 1, recordings_of_target, 1)

    @property
    def label_names(self) -> list[str]:
        """Names of the labels in their order: ``AU1`` ... or emotions."""
        if self.task == "expression":
            return list(EMOTIONS)
        return [au_name(number) for number in SYNTHETIC_AUS]

    @property
    def population(self) -> str:
        """Name of the people among whom a subject's name means one person, in either style."""
        return f"synthetic, seed {self.seed}"

    def fingerprint(self) -> str:
        """Return a hash of everything that decides which pictures there are."""
        used = [*self.casts.values(), self.target_cast]
        casts = [describe(self.sampler, cast) for cast in used]
        return hashlib.sha256("".join(casts).encode()).hexdigest()

    def target(self) -> NDArray[np.uint8]:
        """Return the drawn target face (S, S, 3)."""
        return self.sampler.target()

    def target_clips(self) -> Tensor | None:
        """Return the numbers of the target person's clips among those of stage 1."""
        faces = self.dataset("unlabelled").columns
        clips: Tensor = faces["clip"][faces["of_target"]].unique()
        return clips

    def table(self, split: Split, oracle: bool = False) -> Table:
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
        labels = {
            "au_detection": (intensity >= self.threshold).float(),
            "au_intensity": intensity,
            "expression": torch.from_numpy(table["emotion"]).long(),
        }
        subject, clip, frame = (
            torch.from_numpy(table[name]).long() for name in ("subject", "clip", "frame")
        )
        columns = {
            "label": labels[self.task],
            "subject": subject,
            # Numbered through the split, in the order of people.
            "clip": torch.unique(subject * 1000 + clip, return_inverse=True)[1],
            "frame": frame,
            "pose": torch.from_numpy(table["pose"]).float(),
        }
        if split == "unlabelled":
            del columns["label"]
            columns["of_target"] = subject == TARGET_SUBJECT
        keys = [
            f"S{s:06d}_C{c:02d}_F{f:04d}"
            for s, c, f in zip(subject.tolist(), clip.tolist(), frame.tolist(), strict=True)
        ]
        return FaceDataset(pictures, columns, keys)
