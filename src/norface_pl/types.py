"""What modules and datamodules agree on, so that neither has to import the other."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, Protocol, TypedDict, get_args

if TYPE_CHECKING:
    # Tasks are named where no tensor is: torch takes seconds to load.
    import numpy as np
    from numpy.typing import NDArray
    from torch import Tensor, device

Task = Literal["au_detection", "au_intensity", "expression", "valence_arousal"]
TASKS: tuple[Task, ...] = get_args(Task)
"""All tasks, in the order in which several stand beside each other."""
TaskOrTasks = Task | list[Task]
Inputs = Literal["original", "normalized", "both"]
PICTURES: dict[Inputs, tuple[str, ...]] = {
    "original": ("original",),
    "normalized": ("normalized",),
    "both": ("original", "normalized"),
}
"""Which pictures of a face a classifier reads, in their order."""
Split = Literal["unlabelled", "train", "val", "test"]
Sampling = Literal["clips", "frames"]
"""What a module trains on: several frames of several clips in a batch, or single frames."""


class Compute(NamedTuple):
    """Where and how networks compute.

    Attributes:
        device: of the networks.
        precision: makes the context of a forward pass, such as that of the trainer's precision.
    """

    device: "device"
    precision: Callable[[], AbstractContextManager[None]]


class FaceBatch(TypedDict, total=False):
    """A batch of B aligned faces; which keys are there depends on the loader.

    The labels of each task stand under its name; a face may have labels of some and not of others.

    Attributes:
        image: I_o, RGB (B, 3, H, W) in [0, 1].
        normalized: I_n, as ``image``; only when the datamodule was given a cache.
        oracle: the same expression drawn on the target person; evaluation loaders only.
        neutral: the same person at rest, as ``image``; only where the datamodule spares that face.
        au_detection: (B, L) float, occurrence 0 or 1, NaN = missing.
        au_intensity: (B, L) float from 0 to 5, NaN = missing.
        expression: (B,) int64 class index, -1 = missing.
        valence_arousal: (B, 2) float from -1 to 1, NaN = missing.
        index: (B,) int64 place of each face in its split: what a module learned about the faces
            of a split, it keeps by this.
        subject: (B,) int64 index of the person.
        clip: (B,) int64 index of the recording within the data set.
        frame: (B,) int64 frame number within the clip.
        pose: (B, 3) yaw, pitch, roll of the head in degrees.
        of_target: (B,) whether it is the target person, recorded like others; stage 1.
        teacher: (B, C) what an expression teacher reads of each face, NaN where it read nothing;
            only where there is one.
        wanted: I_n as it shall be, like ``image``: the target person with the expression of each
            face; stage 1, only where it is known or can be drawn.
        key: unique name of each sample, usable as a file stem.
    """

    image: "Tensor"
    normalized: "Tensor"
    oracle: "Tensor"
    neutral: "Tensor"
    au_detection: "Tensor"
    au_intensity: "Tensor"
    expression: "Tensor"
    valence_arousal: "Tensor"
    index: "Tensor"
    subject: "Tensor"
    clip: "Tensor"
    frame: "Tensor"
    pose: "Tensor"
    of_target: "Tensor"
    teacher: "Tensor"
    wanted: "Tensor"
    key: list[str]


class FaceTable(Protocol):
    """The faces of a split.

    Attributes:
        columns: name of any other key of `FaceBatch` -> (N, ...), of all faces.
        keys: unique name of each face.
    """

    @property
    def pictures(self) -> Mapping[str, object]:
        """Pictures by their key of `FaceBatch`."""
        ...

    columns: "dict[str, Tensor]"
    keys: list[str]

    def __len__(self) -> int:
        """Return the number of faces."""
        ...

    def __getitems__(self, indices: list[int], /) -> FaceBatch:
        """Return some faces as a batch, pictures as uint8."""
        ...


class FaceData(Protocol):
    """What a module may ask of the datamodule that it trains on.

    Attributes:
        tasks: which labels the batches hold; teachers of stage 1 learn the first task.
        image_size: side of a face in pixels.
        cache_dir: folder that keeps what can be made again; None keeps nothing.
        select_on_test: checkpoints are chosen on the test people, as published figures do.
        frames_per_clip: faces of one person that stand next to each other in a batch of stage 1;
            1: every face stands alone.
    """

    tasks: tuple[Task, ...]
    image_size: int
    frames_per_clip: int
    cache_dir: Path | None
    select_on_test: bool

    @property
    def label_names(self) -> list[str]:
        """Names of the labels in their order; of several tasks as "task/name"."""
        ...

    def dataset(self, split: Split, oracle: bool = False) -> FaceTable:
        """Return a split, loaded once."""
        ...

    def fingerprint(self) -> str:
        """Return a hash of everything that decides which pictures there are."""
        ...

    def target(self) -> "NDArray[np.uint8] | None":
        """Return the data set's own target face (S, S, 3), or None."""
        ...

    def target_clips(self) -> "Tensor | None":
        """Return the clips of the target person among the unlabelled ones, or None."""
        ...

    def train_labels(self) -> "dict[Task, Tensor]":
        """Return the labels of the training faces by task."""
        ...

    def teacher_channels(self) -> list[str]:
        """Return what the columns of ``teacher`` are called; none where there is no teacher."""
        ...

    def trained_on(self) -> dict[str, Any]:
        """Return the population and the names of the people that a module in training sees."""
        ...


class Trainee(Protocol):
    """What a datamodule may ask of the module that is trained on it.

    Attributes:
        sampling: what its training batches hold.
    """

    sampling: Sampling

    @property
    def single_frame_epochs(self) -> int:
        """First epochs in which it wants single faces though ``sampling`` is "clips"."""
        ...
