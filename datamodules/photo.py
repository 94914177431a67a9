"""Photographs and 3-D people together, both redrawn as the avatar: labels come from the latter."""

from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor

from norface_pl.data.avatars import avatar_path, avatar_stamp, made_of
from norface_pl.data.channels import with_channels
from norface_pl.data.dataset import FaceDataset, join
from norface_pl.data.prepared import PictureFiles, PreparedFaces
from norface_pl.data.teacher import channels_of, logits_of, read_teacher, shapes_of
from norface_pl.errors import NorfaceError
from norface_pl.facekit.muscles import intensities
from norface_pl.facekit.sampler import RENDERING
from norface_pl.facekit.shapes import load_shapes
from norface_pl.io.names import distinct
from norface_pl.io.stamp import stamp
from norface_pl.types import Split, Task

from .acted import DrawnClips, DrawnPeople
from .facekit import FaceKitDataModule

# More 3-D people in stage 1 would leave photographs less of its time, and read them worse.
PEOPLE = DrawnPeople(unlabelled=150, train=150, val=30, test=60, recordings_of_target=0)
CLIPS = DrawnClips(train=1)


class Photographs(NamedTuple):
    """Photographs of a folder.

    Attributes:
        faces: with the weights of an avatar's shapes as ``teacher``.
        units: intensities (N, A) of 0-5 of the action units that explain what the teacher read.
        people: who is on each, "" where nobody knows.
    """

    faces: FaceDataset
    units: Tensor
    people: list[str]


class PhotoDataModule(FaceKitDataModule):
    """Prepared photographs beside 3-D people.

    Stage 1 learns from both to draw the avatar with the expression of a face: 3-D people have exact
    weights of shapes, photographs those that a teacher read. Stage 2 trains on both too, with exact
    action units, and with those that explain what the teacher read; photographs have no emotion. So
    no photograph needs a label. Validation and test people are 3-D ones.

    Args:
        photographs: folders that `norface prepare NAME --teacher ... --avatar ...` wrote. Of faces
            with a ``part``, only those of the part ``train`` are used.
        people: how many 3-D people.
        clips: how they are recorded.
        image_size: side of a face in pixels.
        batch_size: faces per batch.
        kwargs: see `FaceKitDataModule`.
    """

    def __init__(
        self,
        photographs: list[Path],
        people: DrawnPeople = PEOPLE,
        clips: DrawnClips = CLIPS,
        image_size: int = 96,
        batch_size: int = 48,
        **kwargs: Any,
    ) -> None:
        super().__init__(
            people=people,
            clips=clips,
            image_size=image_size,
            batch_size=batch_size,
            frames_per_clip=1,
            target_clips_per_batch=0,
            **kwargs,
        )
        self.photographs = [Path(folder) for folder in photographs]
        # Of faces and people: two folders may be called the same.
        self.names = distinct([folder.name for folder in self.photographs])

    @property
    def population(self) -> str:
        """Name of the people among whom a subject's name means one person."""
        folders = " ".join(self.names)
        return f"{super().population}, and {folders}" if folders else super().population

    def fingerprint(self) -> str:
        """Return a hash of which pictures there are, photographs and their avatars included."""
        read = [(PreparedFaces.open(each).hash, avatar_stamp(each)) for each in self.photographs]
        return stamp({"people": super().fingerprint(), "photographs": read})

    def teacher_channels(self) -> list[str]:
        """Return the names of the avatar's shapes."""
        return sorted(load_shapes(self.shapes).expression)

    @cached_property
    def prepared(self) -> list[Photographs]:
        """The photographs that train, folder by folder.

        Raises:
            NorfaceError: a folder was not prepared, or has no teacher or no avatars.
        """
        parts, before = list[Photographs](), 0
        for folder, name in zip(self.photographs, self.names, strict=True):
            parts.append(self._photographs(folder, name, before))
            before += len(parts[-1].people)
        return parts

    @cached_property
    def photographed(self) -> list[str]:
        """Who is on each photograph that trains."""
        return [who for part in self.prepared for who in part.people]

    def load(self, split: Split, oracle: bool) -> FaceDataset:
        """Draw or read a split; photographs are among the people who train."""
        if split == "train":
            labelled = [self._labelled(part, oracle) for part in self.prepared]
            return join([super().load(split, oracle), *labelled])
        if split != "unlabelled":
            return super().load(split, oracle)
        people = super().load(split, oracle=True)
        people.pictures["wanted"] = people.pictures.pop("oracle")
        people.columns["teacher"] = self._weights(people)
        del people.columns["of_target"]
        return join([people, *(part.faces for part in self.prepared)])

    def _labelled(self, part: Photographs, oracle: bool) -> FaceDataset:
        """Photographs with the pictures and the labels that 3-D people have."""
        faces, intensity = part.faces, part.units
        names = {"image": "image"} | ({"oracle": "wanted"} if oracle else {})
        pictures = {name: faces.pictures[was] for name, was in names.items()}
        columns = {name: values for name, values in faces.columns.items() if name != "teacher"}
        labels: dict[Task, Tensor] = {
            "au_detection": (intensity >= self.threshold).float(),
            "au_intensity": intensity,
            "expression": torch.full((len(faces),), -1),
        }
        columns |= {task: labels[task] for task in self.tasks}
        return FaceDataset(pictures, columns, faces.keys)

    def _weights(self, faces: FaceDataset) -> Tensor:
        """Exact weights (N, S) of the shapes of 3-D people."""
        names = self.teacher_channels()
        sampler, rows = self.make_sampler(), np.zeros((len(faces), len(names)), np.float32)
        where = (faces.columns[name].tolist() for name in ("subject", "clip", "frame"))
        first: dict[int, int] = {}
        for row, (subject, clip, frame) in enumerate(zip(*where, strict=True)):
            # Clips are numbered through all people, those of each person follow each other.
            own = clip - first.setdefault(subject, clip)
            weights = sampler.weights(subject, own, frame)
            rows[row] = [weights.get(name, 0.0) for name in names]
        return torch.from_numpy(rows)

    def _photographs(self, folder: Path, name: str, before: int) -> Photographs:
        faces = PreparedFaces.open(folder)
        table = read_teacher(faces)
        if table is None or avatar_stamp(folder) is None:
            raise NorfaceError(
                f"{folder} has no avatars: run `norface prepare` again with --teacher "
                "face_landmarker --avatar FACEKIT.npz"
            )
        size = int(faces.description["options"]["size"])
        if avatar_stamp(folder) != made_of(self.shapes, RENDERING, size, table):
            raise NorfaceError(
                f"the avatars of {folder} are not those that {self.shapes} draws of what its "
                "teacher read: give the file that they were drawn with as shapes, or run `norface "
                f"prepare` again with --avatar {self.shapes}"
            )
        read = shapes_of(table)
        known = ~np.isnan(read.weights).any(1)
        rows = np.flatnonzero(known & faces.manifest["part"].isin(("", "train")).to_numpy())
        if not len(rows):
            raise NorfaceError(f"{folder} has no face that a teacher read and that may train")
        manifest = faces.manifest.iloc[rows]
        drawn = [avatar_path(path) for path in manifest["path"]]
        place = [read.names.index(name) for name in self.teacher_channels()]
        pose = table[["yaw", "pitch", "roll"]].iloc[rows].to_numpy(np.float32, copy=True)
        explained = intensities(load_shapes(self.shapes), read.weights[rows], read.names)
        units = with_channels(explained, logits_of(table)[rows], channels_of(table))
        # Below 0, so that they are others than the 3-D people.
        number = -1 - before - torch.arange(len(rows))
        people = [f"{name}/{who}" if who else "" for who in manifest["subject"]]
        columns = {
            "subject": number,
            "clip": number,
            "frame": torch.zeros(len(rows), dtype=torch.long),
            "pose": torch.from_numpy(pose),
            "teacher": torch.from_numpy(read.weights[rows][:, place]),
        }
        pictures = {
            "image": faces.pictures(rows, self.image_size),
            "wanted": PictureFiles(folder, drawn, self.image_size),
        }
        keys = [f"{name}__{key}" for key in manifest["key"]]
        return Photographs(FaceDataset(pictures, columns, keys), torch.from_numpy(units), people)

    def called(self, subject: int) -> str:
        """Return the name of a person by the number in the batches."""
        return super().called(subject) if subject >= 0 else self.photographed[-1 - subject]
