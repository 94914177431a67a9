"""A row of an evaluation: what its classifiers read and how they differ from the others."""

import re
from dataclasses import dataclass, field
from typing import Literal

from jsonargparse.typing import Path_fr

from norface_pl.errors import NorfaceError
from norface_pl.evaluation.runs import Input
from norface_pl.types import Inputs

FacesFrom = Literal["normalized", "oracle", "random", "original"]


@dataclass(frozen=True)
class Row:
    """A classifier, trained once for each seed.

    Attributes:
        name: in lower case, for files and ``--only``.
        title: in tables; default: the name.
        inputs: what it reads.
        faces: where I_n comes from: the normalizer, the oracle, the normalizer's picture of a
            random other face of the same split, or I_o itself.
        target: aligned face of another target person, for the same normalizer.
        classifier_args: more arguments of norface fit, each as --key=value.
        against: a row to compare with beside the reference of all.
    """

    name: str
    title: str = ""
    inputs: Inputs = "both"
    faces: FacesFrom = "normalized"
    target: Path_fr | None = None
    classifier_args: list[str] = field(default_factory=list)
    against: str | None = None

    def __post_init__(self) -> None:
        """Refuse what would be silently ignored or cannot be a file's name."""
        if not re.fullmatch(r"[a-z0-9_]+", self.name):
            raise NorfaceError(f"row {self.name!r}: name it with lower-case letters, digits and _")
        if self.target is not None and self.redrawn is None:
            raise NorfaceError(f"row {self.name} has a target but reads no normalizer's faces")

    @property
    def redrawn(self) -> Literal["normalized", "random"] | None:
        """Which of a normalizer's faces it reads; None if none of them."""
        if self.inputs == "original" or self.faces in ("oracle", "original"):
            return None
        return "random" if self.faces == "random" else "normalized"

    @property
    def shown(self) -> str:
        """What tables call it."""
        return self.title or self.name


def row_of(column: Input) -> Row:
    """Return what the classifier of an input reads."""
    if column == "oracle":
        return Row(column, inputs="normalized", faces="oracle")
    return Row(column, inputs=column)
