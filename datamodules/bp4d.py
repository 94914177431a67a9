"""BP4D: action units of 41 people."""

from typing import Any, Literal

import pandas as pd

from norface_pl.errors import NorfaceError
from norface_pl.labels import BP4D_AUS, BP4D_INTENSITY_AUS
from norface_pl.sources.bp4d import BP4DSource

from .folds import FoldDataModule


class BP4DDataModule(FoldDataModule):
    """BP4D: occurrence of 12 or intensity of 5 action units, 3 folds of people.

    Args:
        split: 3 folds of people, or the division of FERA 2015: odd subject numbers train, even
            ones are tested; its ``fold`` stays 1.
        kwargs: see `FoldDataModule`.
    """

    source = BP4DSource
    folds = 3
    occurrences = BP4D_AUS
    intensities = BP4D_INTENSITY_AUS

    def __init__(
        self, split: Literal["threefold", "fera2015"] = "threefold", **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        if split == "fera2015" and self.fold != 1:
            raise NorfaceError(
                f"data.fold is {self.fold}; the split fera2015 has no folds, leave it 1"
            )
        self.split = split

    def tested(self, manifest: pd.DataFrame) -> "pd.Series[bool]":
        """Tell which rows show people of the test part."""
        if self.split == "threefold":
            return super().tested(manifest)
        return manifest["subject"].str[1:].astype(int) % 2 == 0
