"""AffectNet: expressions, valence and arousal of photographs."""

from typing import Any, ClassVar, Literal

import pandas as pd
from torch import Tensor

from norface_pl.errors import NorfaceError
from norface_pl.labels import AFFECT, AFFECTNET_EXPRESSIONS
from norface_pl.sources.affectnet import AffectNetSource
from norface_pl.types import Task

from .stills import StillsDataModule


class AffectNetDataModule(StillsDataModule):
    """AffectNet's seven or eight expressions, and how pleasant and excited faces are.

    Validation pictures come out of the training set.

    Args:
        classes: 8, or 7 without contempt.
        val_share: share of the training pictures that chooses checkpoints instead.
        kwargs: see `StillsDataModule`.
    """

    source = AffectNetSource
    offers: ClassVar[tuple[Task, ...]] = ("expression", "valence_arousal")
    expressions = AFFECTNET_EXPRESSIONS

    def __init__(self, classes: Literal[7, 8] = 8, val_share: float = 0.02, **kwargs: Any) -> None:
        super().__init__(val_share=val_share, **kwargs)
        if classes not in (7, 8):
            raise NorfaceError(f"data.classes is {classes}; AffectNet is read with 7 or 8")
        self.classes = classes

    def names_of(self, task: Task) -> list[str]:
        """Return the names of a task's labels; expressions in the order that data sets share."""
        if task == "valence_arousal":
            return list(AFFECT)
        return [name for name in super().names_of(task) if self.classes == 8 or name != "contempt"]

    def labels(self, rows: pd.DataFrame, task: Task) -> Tensor:
        """Return class indices (N,), or valence and arousal (N, 2)."""
        if task == "valence_arousal":
            return self.numbers_in(rows, AFFECT, task)
        return super().labels(rows, task)
