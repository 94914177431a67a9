"""BP4D+: action units of 140 people."""

from typing import Any

from norface_pl.labels import BP4D_INTENSITY_AUS, BP4DPLUS_AUS
from norface_pl.sources.bp4dplus import BP4DPlusSource

from .folds import FoldDataModule


class BP4DPlusDataModule(FoldDataModule):
    """BP4D+: occurrence of 12 or intensity of 5 action units, 4 folds of people.

    Args:
        val_subjects: training people that choose checkpoints instead.
        kwargs: see `FoldDataModule`.
    """

    source = BP4DPlusSource
    folds = 4
    occurrences = BP4DPLUS_AUS
    intensities = BP4D_INTENSITY_AUS

    def __init__(self, val_subjects: int = 10, **kwargs: Any) -> None:
        super().__init__(val_subjects=val_subjects, **kwargs)
