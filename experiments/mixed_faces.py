"""Drawn faces whose unlabelled people are joined by photographs, for stage 1."""

from pathlib import Path

import numpy as np
import pandas as pd
import torch
from numpy.typing import NDArray
from torch import Tensor

from norface_pl.data.dataset import FaceDataset, join
from norface_pl.data.prepared import PreparedFaces
from norface_pl.datamodules.base import FaceDataModule
from norface_pl.errors import NorfaceError
from norface_pl.faces.pose import pose_from_landmarks
from norface_pl.io.stamp import stamp
from norface_pl.sources.source import LANDMARKS
from norface_pl.types import Split, Task

# Far from every drawn person.
FIRST_PHOTOGRAPHED = 1_000_000


class MixedFaces(FaceDataModule):
    """A drawn data set, with photographed people among those of stage 1.

    Photographs have no labels here, and nobody photographed is ever tested: labelled, validation
    and test people are the drawn ones.

    Args:
        drawn: the drawn data set.
        prepared: folder of `norface prepare folder`; its part "train" is used, in sequences.
        copies: clips that each photographed person counts as, so that a few weigh something.
    """

    def __init__(self, drawn: FaceDataModule, prepared: Path, copies: int = 25) -> None:
        same = ("task", "image_size", "batch_size", "clips_per_batch", "frames_per_clip")
        same += ("target_clips_per_batch", "num_workers", "seed")
        super().__init__(**{name: getattr(drawn, name) for name in same})
        self.drawn, self.prepared, self.copies = drawn, prepared, copies
        self.cache_dir = drawn.cache_dir

    def names_of(self, task: Task) -> list[str]:
        """Return the names of the drawn faces' labels."""
        return self.drawn.names_of(task)

    @property
    def population(self) -> str:
        """Name of the drawn people."""
        return self.drawn.population

    def fingerprint(self) -> str:
        """Return a hash of which pictures there are."""
        faces = PreparedFaces.open(self.prepared, "folder").hash
        return stamp({"drawn": self.drawn.fingerprint(), "faces": faces, "copies": self.copies})

    def target(self) -> NDArray[np.uint8] | None:
        """Return the drawn target face."""
        return self.drawn.target()

    def target_clips(self) -> Tensor | None:
        """Return the clips of the drawn target person."""
        return self.drawn.target_clips()

    def load(self, split: Split, oracle: bool) -> FaceDataset:
        """Return a drawn split; that of stage 1 with the photographs behind it."""
        drawn = self.drawn.dataset(split, oracle)
        return join([drawn, self._photographs(drawn)]) if split == "unlabelled" else drawn

    def _photographs(self, drawn: FaceDataset) -> FaceDataset:
        faces = PreparedFaces.open(self.prepared, "folder")
        rows = faces.manifest[faces.manifest["part"] == "train"]
        if rows.empty:
            raise NorfaceError(f"{self.prepared} has no face of part train; prepare it with a part")
        groups = rows.groupby("subject", sort=True).groups.values()
        people = [faces.manifest.index.get_indexer(pd.Index(group)) for group in groups]
        first = int(drawn.columns["clip"].max()) + 1
        clips = [(person, own) for person, own in enumerate(people) for _ in range(self.copies)]
        # Pictures of a person are repeated until they fill the frames of a batch.
        chosen = [
            (own[frame % len(own)], FIRST_PHOTOGRAPHED + person, first + clip, frame)
            for clip, (person, own) in enumerate(clips)
            for frame in range(max(self.frames_per_clip, len(own)))
        ]
        table = pd.DataFrame(chosen, columns=["place", "subject", "clip", "frame"])
        places = table["place"].to_numpy()
        points = faces.manifest.iloc[places][list(LANDMARKS)].to_numpy(float)
        pose = np.nan_to_num(pose_from_landmarks(points.reshape(-1, 5, 2)))
        columns = {name: torch.tensor(table[name].tolist()) for name in table.columns[1:]}
        columns["pose"] = torch.from_numpy(pose).float()
        columns["of_target"] = torch.zeros(len(table), dtype=torch.bool)
        # Read once: the same few pictures come again and again.
        one = np.arange(len(faces.manifest))
        pictures = faces.pictures(one, self.image_size)[one.tolist()]
        keys = [f"P{clip}_F{frame}" for clip, frame in table[["clip", "frame"]].to_numpy()]
        return FaceDataset({"image": pictures[places]}, columns, keys)
