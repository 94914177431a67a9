"""What all data sets share: loaders, labels, the cache of normalized faces."""

from abc import abstractmethod
from pathlib import Path
from typing import Any, ClassVar, Literal, cast

import lightning as L
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.utils.data import DataLoader, RandomSampler, Sampler

from norface_pl.data.cache import NormalizedCache
from norface_pl.data.dataset import FaceDataset, as_batch, join
from norface_pl.data.neutral import with_neutral
from norface_pl.data.sampling import ClipBatchSampler
from norface_pl.errors import NorfaceError
from norface_pl.labels import in_one_list
from norface_pl.types import TASKS, FaceBatch, Split, Task, TaskOrTasks, Trainee

Loader = DataLoader[FaceBatch]


class FaceDataModule(L.LightningDataModule):
    """Base of all data sets of aligned faces.

    A data set offers labelled faces of training, validation and test people, and the faces that
    stage 1 trains on ("unlabelled", which may be the training people themselves). Modules that
    set ``sampling = "clips"`` train on batches of several clips with several frames each.

    Args:
        task: which labels the batches hold; a list of tasks for several at once.
        image_size: side of a face in pixels; faces in files are scaled to it.
        batch_size: faces per batch, where batches are no clips.
        clips_per_batch: clips in a batch of stage 1, of as many people.
        frames_per_clip: frames of each of them.
        target_clips_per_batch: clips of the target person besides.
        num_workers: processes that load batches; 0 loads in the main process.
        normalized: cache of normalized faces; batches then hold ``normalized``.
        seed: of the division into splits and of the draw of batches.
        spare: ``neutral`` takes the face of each person that shows the least action units out of
            training and scores, and batches hold it as ``neutral`` beside the person's others. So
            one frame of each person, tested ones too, is known to be neutral.
    """

    offers: ClassVar[tuple[Task, ...]] = TASKS
    """Tasks that there are labels for."""
    has_oracle: ClassVar[bool] = False
    in_memory: ClassVar[bool] = False
    """Whether the faces are few enough to keep them, and their normalized ones, in memory."""

    cache_dir: Path | None = None
    """Folder that keeps what can be made again: drawn faces, and what a teacher saw of them."""
    select_on_test: bool = False
    """Whether checkpoints are chosen on the test people, as published figures do."""

    def __init__(
        self,
        task: TaskOrTasks = "au_detection",
        image_size: int = 224,
        batch_size: int = 64,
        clips_per_batch: int = 16,
        frames_per_clip: int = 4,
        target_clips_per_batch: int = 4,
        num_workers: int = 4,
        normalized: Path | None = None,
        seed: int = 0,
        spare: Literal["neutral"] | None = None,
    ) -> None:
        super().__init__()
        if min(batch_size, clips_per_batch, frames_per_clip) < 1:
            raise NorfaceError(
                f"data.batch_size is {batch_size}, clips_per_batch {clips_per_batch}, "
                f"frames_per_clip {frames_per_clip}: give 1 or more of each"
            )
        self.tasks = self._checked(task)
        self.image_size, self.batch_size = image_size, batch_size
        self.clips_per_batch, self.frames_per_clip = clips_per_batch, frames_per_clip
        self.target_clips_per_batch = target_clips_per_batch
        self.num_workers, self.normalized, self.seed = num_workers, normalized, seed
        self.spare = spare
        self._datasets: dict[tuple[Split, bool], FaceDataset] = {}

    def _checked(self, task: TaskOrTasks) -> tuple[Task, ...]:
        given = task if isinstance(task, list) else [task]
        if not given or len(set(given)) < len(given):
            raise NorfaceError(f"data.task is {given}: give each task once, and at least one")
        for one in given:
            if one not in self.offers:
                raise NorfaceError(
                    f"{self.data_set} has labels for {' and '.join(self.offers)}, none for {one}"
                )
        return tuple(sorted(given, key=TASKS.index))

    @property
    def data_set(self) -> str:
        """Name of the data set."""
        return type(self).__name__.removesuffix("DataModule").lower()

    @property
    def task(self) -> TaskOrTasks:
        """The task, or all of them where there are several, as a module takes it."""
        return self.tasks[0] if len(self.tasks) == 1 else list(self.tasks)

    @abstractmethod
    def names_of(self, task: Task) -> list[str]:
        """Return the names of a task's labels in their order: ``AU1`` ... or emotions."""

    @property
    def labels_by_task(self) -> dict[Task, list[str]]:
        """Names of the labels of each task."""
        return {task: self.names_of(task) for task in self.tasks}

    @property
    def label_names(self) -> list[str]:
        """Names of all labels in their order; of several tasks as "task/name"."""
        return in_one_list(self.labels_by_task)

    @property
    def num_labels(self) -> int:
        """Number of labels of the first task, which teachers of stage 1 learn."""
        return len(self.names_of(self.tasks[0]))

    @property
    def labelled_splits(self) -> tuple[Split, ...]:
        """Splits that together hold every labelled face once."""
        return ("train", "val", "test")

    @property
    def trainee(self) -> Trainee:
        """The module that is trained on these faces."""
        assert self.trainer is not None
        return cast(Trainee, self.trainer.lightning_module)

    @abstractmethod
    def fingerprint(self) -> str:
        """Return a hash of everything that decides which pictures there are."""

    @abstractmethod
    def load(self, split: Split, oracle: bool) -> FaceDataset:
        """Load a split; with ``oracle`` also the oracle's pictures, if there is one."""

    def dataset(self, split: Split, oracle: bool = False) -> FaceDataset:
        """Return a split, loaded once, with its normalized faces if a cache was given."""
        oracle = oracle and self.has_oracle
        if (split, oracle) not in self._datasets:
            faces = self.load(split, oracle)
            if self.spare == "neutral" and split != "unlabelled":
                faces = with_neutral(faces, self.tasks)
            if self.normalized is not None and split != "unlabelled":
                cache = NormalizedCache.open(self.normalized, self.image_size)
                read = cache.load_all if self.in_memory else cache.pictures
                faces = faces.plus("normalized", read(faces.keys))
            self._datasets[split, oracle] = faces
        return self._datasets[split, oracle]

    @property
    def population(self) -> str:
        """Name of the people among whom a subject's name means one person."""
        return self.data_set

    def called(self, subject: int) -> str:
        """Return the name of a person by the number in the batches; "" if nobody knows it."""
        return f"S{subject:06d}"

    def subject_names(self, split: Split) -> list[str]:
        """Return the name of the person on each face of a split, in its order."""
        return [self.called(number) for number in self.dataset(split).columns["subject"].tolist()]

    def trained_on(self) -> dict[str, Any]:
        """Return who the module in training learns from, for its checkpoint."""
        names = set(self.subject_names("train"))
        if self.trainee.sampling == "clips":
            # Beside the normalizer's own faces, since its teachers and probes learn from labels.
            names |= set(self.subject_names("unlabelled"))
        return {"population": self.population, "subjects": sorted(names)}

    def train_labels(self) -> dict[Task, Tensor]:
        """Return the labels of the training faces by task, for loss weights."""
        columns = self.dataset("train").columns
        return {task: columns[task] for task in self.tasks}

    def choose_fold(self, fold: int) -> None:
        """Take another part of the people for the test, where they are divided into parts."""

    def teacher_channels(self) -> list[str]:
        """Return what the columns of ``teacher`` are called; none where there is no teacher."""
        return []

    def target(self) -> NDArray[np.uint8] | None:
        """Return the data set's own target face (S, S, 3), or None if one must be given."""
        return None

    def target_clips(self) -> Tensor | None:
        """Return the clips of the target person among those of stage 1; None: not known."""
        return None

    def train_dataloader(self) -> Loader:
        """Return the loader that the module's ``sampling`` asks for."""
        if self.trainee.sampling == "clips":
            faces = self.dataset("unlabelled")
            if self.frames_per_clip > 1:
                return self._loader(faces, batch_sampler=self._clip_sampler(faces))
            if not self.teacher_channels():
                raise NorfaceError(
                    "stage 1 learns expressions from several frames of one person or from a "
                    "teacher, and these are single pictures without one: run `norface prepare` "
                    "again with --teacher face_landmarker"
                )
            return self._loader(
                faces,
                batch_size=self.batch_size,
                sampler=RandomSampler(faces, generator=torch.Generator().manual_seed(self.seed)),
                drop_last=len(faces) >= self.batch_size,
            )
        faces = self.dataset("train")
        return self._loader(
            faces,
            batch_size=self.batch_size,
            sampler=self.train_sampler(faces),
            drop_last=len(faces) >= self.batch_size,
        )

    def _clip_sampler(self, faces: FaceDataset) -> ClipBatchSampler:
        trainer = self.trainer
        assert trainer is not None
        return ClipBatchSampler(
            faces.columns["clip"],
            self.clips_per_batch,
            self.frames_per_clip,
            self.target_clips(),
            self.target_clips_per_batch,
            self.trainee.single_frame_epochs,
            self.seed,
            trainer.global_rank,
            trainer.world_size,
            lambda: trainer.current_epoch,
        )

    def train_sampler(self, faces: FaceDataset) -> Sampler[int]:
        """Return the order in which an epoch of stage 2 goes through the training faces."""
        return RandomSampler(faces, generator=torch.Generator().manual_seed(self.seed))

    def val_dataloader(self) -> Loader | list[Loader]:
        """Return validation people; for the normalizer, training people come first (probes)."""
        return self._evaluation("val")

    def test_dataloader(self) -> Loader | list[Loader]:
        """Return test people; for the normalizer, training people come first (probes)."""
        return self._evaluation("test")

    def predict_dataloader(self) -> Loader:
        """Return all labelled faces of all people in one order."""
        return self._in_order(*self.labelled_splits)

    def oracle_dataloader(self) -> Loader:
        """Return the same faces with the oracle's pictures; for evaluation only."""
        return self._in_order(*self.labelled_splits, oracle=True)

    def _evaluation(self, split: Split) -> Loader | list[Loader]:
        if self.trainee.sampling == "clips":
            return [self._in_order(part, oracle=True) for part in ("train", split)]
        return self._in_order(split)

    def _in_order(self, *splits: Split, oracle: bool = False) -> Loader:
        faces = [self.dataset(split, oracle) for split in splits]
        return self._loader(join(faces) if len(faces) > 1 else faces[0], batch_size=self.batch_size)

    def _loader(self, faces: FaceDataset, **batches: Any) -> Loader:
        return DataLoader(
            faces,
            num_workers=self.num_workers,
            collate_fn=as_batch,
            persistent_workers=self.num_workers > 0,
            **batches,
        )

    def on_after_batch_transfer(self, batch: FaceBatch, dataloader_idx: int) -> FaceBatch:
        """Turn uint8 pictures into floats in [0, 1], on the device: a quarter of the transfer."""
        for name in ("image", "normalized", "oracle", "neutral", "wanted"):
            if name in batch:
                batch[name] = batch[name].float() / 255
        return batch
