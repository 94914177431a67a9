"""FER+: the pictures of FER2013 with better labels."""

from norface_pl.labels import FERPLUS_EXPRESSIONS
from norface_pl.sources.ferplus import FERPlusSource

from .fer2013 import FER2013DataModule


class FERPlusDataModule(FER2013DataModule):
    """FER+ with the official parts of FER2013.

    Args:
        kwargs: see `StillsDataModule`.
    """

    source = FERPlusSource
    expressions = FERPLUS_EXPRESSIONS
