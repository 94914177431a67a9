"""RAF-DB: basic expressions of photographs."""

from typing import Any

import pandas as pd

from norface_pl.labels import RAFDB_EXPRESSIONS
from norface_pl.sources.rafdb import RAFDBSource

from .stills import StillsDataModule


class RAFDBDataModule(StillsDataModule):
    """RAF-DB with its official split; validation pictures come out of the training part.

    Args:
        drop_duplicates: leave training pictures out that are copies of test pictures.
        kwargs: see `StillsDataModule`.
    """

    source = RAFDBSource
    expressions = RAFDB_EXPRESSIONS

    def __init__(self, drop_duplicates: bool = True, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.drop_duplicates = drop_duplicates

    def usable(self, manifest: pd.DataFrame) -> "pd.Series[bool]":
        """Tell which rows are in any split."""
        usable = super().usable(manifest)
        return usable & (manifest["duplicate_of"] == "") if self.drop_duplicates else usable
