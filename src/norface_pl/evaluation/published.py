"""Figures of others, beside ours."""

from dataclasses import dataclass, field
from typing import Literal

ORIGINS = {
    "R": "read in the authors' repository",
    "T": "quoted by a third party; the paper itself was not read",
}

WARNING = (
    "Most published figures pick the epoch, some also the threshold, on the test fold: compare "
    "them with the peer-style column and with no other."
)


@dataclass(frozen=True)
class PublishedScores:
    """Figures of one method.

    Attributes:
        method: its name.
        origin: where the figures were read; see `ORIGINS`.
        mean: by score ("f1", "icc", "mae", "mse", "accuracy"); shares in percent.
        labels: the main score of each label.
    """

    method: str
    origin: Literal["R", "T"]
    mean: dict[str, float]
    labels: dict[str, float] = field(default_factory=dict)
