"""DISFA: action units of 27 people."""

from typing import Any

import pandas as pd
import torch
from torch import Tensor

from norface_pl.errors import NorfaceError
from norface_pl.labels import DISFA_AUS, DISFA_INTENSITY_AUS, MAX_INTENSITY
from norface_pl.sources.disfa import DISFASource
from norface_pl.types import Task

from .folds import FoldDataModule


class DISFADataModule(FoldDataModule):
    """DISFA: 8 occurrences or 12 intensities of action units, 3 folds of people.

    Args:
        threshold: intensity from which an action unit counts as present.
        kwargs: see `FoldDataModule`.
    """

    source = DISFASource
    folds = 3
    coded_by_intensity = True
    occurrences = DISFA_AUS
    intensities = DISFA_INTENSITY_AUS

    def __init__(self, threshold: int = 2, **kwargs: Any) -> None:
        # Coded by intensity, which knows no 9.
        super().__init__(nine="mask", **kwargs)
        if not 1 <= threshold <= MAX_INTENSITY:
            raise NorfaceError(f"data.threshold is {threshold}; intensities run from 1 to 5")
        self.threshold = threshold

    def labels(self, rows: pd.DataFrame, task: Task) -> Tensor:
        """Return occurrences or intensities (N, L)."""
        intensity = super().labels(rows, task)
        if task == "au_intensity":
            return intensity
        return (intensity >= self.threshold).float().where(~intensity.isnan(), torch.nan)
