"""A row of an evaluation: what is trained for it, and how it differs from the others."""

import re
from dataclasses import dataclass, field
from typing import Literal

from jsonargparse.typing import Path_fr

from norface_pl.config_files import NormalizerFile, PretrainingFile
from norface_pl.errors import NorfaceError
from norface_pl.evaluation.runs import Input
from norface_pl.types import Inputs

FacesFrom = Literal["normalized", "oracle", "random", "original", "neutral", "relative"]


@dataclass(frozen=True)
class Encoder:
    """The pre-training of an encoder, before a normalizer.

    Attributes:
        config: of the pre-training.
        given_as: argument of the normalizer that takes the file of weights.
        args: more arguments of norface fit, each as --key=value.
    """

    config: PretrainingFile
    given_as: str
    args: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Row:
    """What is trained once for each seed, and read from people who were never seen.

    Attributes:
        name: in lower case, for files and ``--only``.
        title: in tables; default: the name.
        stage: a classifier is tested; a normalizer is read with the probes of ``norface probe``.
        inputs: what a classifier reads.
        faces: where I_n comes from: the normalizer, the oracle, the normalizer's picture of a
            random other face of the same split, or I_o itself. With ``--data.spare=neutral``
            also the person's neutral face, or the normalizer's picture ``relative`` to that of it.
        target: aligned face of another target person, for the same normalizer.
        classifier_args: more arguments of norface fit, each as --key=value.
        against: a row to compare with beside the reference of all.
        normalizer: config of a normalizer; default: that of all rows.
        normalizer_args: more arguments of norface fit for it, each as --key=value.
        encoder: pre-training of its encoder.
        compare: classifiers that read a normalizer's faces too, as in ``norface run``. Originals
            and oracles are probed where a classifier reads them.
        probe_steps: training of each convolutional probe; 0 leaves them out.
    """

    name: str
    title: str = ""
    stage: Literal["classifier", "normalizer"] = "classifier"
    inputs: Inputs = "both"
    faces: FacesFrom = "normalized"
    target: Path_fr | None = None
    classifier_args: list[str] = field(default_factory=list)
    against: str | None = None
    normalizer: NormalizerFile | None = None
    normalizer_args: list[str] = field(default_factory=list)
    encoder: Encoder | None = None
    compare: list[Input] = field(default_factory=list)
    probe_steps: int = 400

    def __post_init__(self) -> None:
        """Refuse what would be silently ignored or cannot be a file's name."""
        if not re.fullmatch(r"[a-z0-9_]+", self.name):
            raise NorfaceError(f"row {self.name!r}: name it with lower-case letters, digits and _")
        if self.target is not None and self.redrawn not in ("normalized", "random"):
            raise NorfaceError(f"row {self.name} has a target but reads no normalizer's faces")
        of_stage1 = self.normalizer or self.normalizer_args or self.encoder or self.compare
        of_stage2 = self.target or self.against
        if of_stage1 if self.stage == "classifier" else of_stage2:
            raise NorfaceError(
                f"row {self.name} trains a {self.stage} and has options of the other stage: give "
                "normalizer, normalizer_args, encoder and compare with stage: normalizer only, "
                "target and against without it only"
            )

    @property
    def redrawn(self) -> FacesFrom | None:
        """Which of a normalizer's faces it reads; None if none of them."""
        if self.inputs == "original" or self.faces in ("oracle", "original", "neutral"):
            return None
        return self.faces

    @property
    def shown(self) -> str:
        """What tables call it."""
        return self.title or self.name


def row_of(column: Input) -> Row:
    """Return what the classifier of an input reads."""
    if column == "oracle":
        return Row(column, inputs="normalized", faces="oracle")
    return Row(column, inputs=column)
