"""Types that modules and datamodules agree on, so that neither has to import the other."""

from typing import TYPE_CHECKING, Literal, TypedDict

if TYPE_CHECKING:
    # Tasks are named where no tensor is: torch takes seconds to load.
    from torch import Tensor

Task = Literal["au_detection", "au_intensity", "expression"]
Inputs = Literal["original", "normalized", "both"]


class FaceBatch(TypedDict, total=False):
    """A batch of B aligned faces; which keys are there depends on the loader.

    Attributes:
        image: I_o, RGB (B, 3, H, W) in [0, 1].
        normalized: I_n, as ``image``; only when the datamodule was given a cache.
        oracle: the same expression drawn on the target person; evaluation loaders only.
        label: AU tasks (B, L) float, occurrence 0/1 or intensity 0-5, NaN = missing;
            expression (B,) int64 class index, -1 = missing.
        subject: (B,) int64 index of the person.
        clip: (B,) int64 index of the recording within the data set.
        frame: (B,) int64 frame number within the clip.
        pose: (B, 3) yaw, pitch, roll of the head in degrees.
        changes: (B, L) what the comparison teacher sees beyond the clip at rest; stage 1.
        of_target: (B,) whether it is the target person, recorded like others; stage 1.
        key: unique name of each sample, usable as a file stem.
    """

    image: "Tensor"
    normalized: "Tensor"
    oracle: "Tensor"
    label: "Tensor"
    subject: "Tensor"
    clip: "Tensor"
    frame: "Tensor"
    pose: "Tensor"
    changes: "Tensor"
    of_target: "Tensor"
    key: list[str]
