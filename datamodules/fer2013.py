"""FER2013: expressions of small grey faces."""

from typing import Any, ClassVar

from norface_pl.labels import FER2013_EXPRESSIONS
from norface_pl.sources.fer2013 import FER2013Source
from norface_pl.sources.source import DataSource

from .stills import StillsDataModule


class FER2013DataModule(StillsDataModule):
    """FER2013 with its official parts: PublicTest chooses checkpoints, PrivateTest is tested.

    Args:
        kwargs: see `StillsDataModule`.
    """

    source: ClassVar[type[DataSource]] = FER2013Source
    expressions: ClassVar[tuple[str, ...]] = FER2013_EXPRESSIONS

    def __init__(self, **kwargs: Any) -> None:
        # An official validation part leaves nothing to share out.
        super().__init__(val_share=0.1, **kwargs)
