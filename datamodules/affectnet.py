"""AffectNet: expressions of photographs."""

from typing import Any, Literal

from norface_pl.errors import NorfaceError
from norface_pl.labels import AFFECTNET_EXPRESSIONS
from norface_pl.sources.affectnet import AffectNetSource

from .stills import StillsDataModule


class AffectNetDataModule(StillsDataModule):
    """AffectNet's seven or eight expressions; validation pictures come out of the training set.

    Args:
        classes: 8, or 7 without contempt.
        val_share: share of the training pictures that chooses checkpoints instead.
        kwargs: see `StillsDataModule`.
    """

    source = AffectNetSource
    expressions = AFFECTNET_EXPRESSIONS

    def __init__(self, classes: Literal[7, 8] = 8, val_share: float = 0.02, **kwargs: Any) -> None:
        super().__init__(val_share=val_share, **kwargs)
        if classes not in (7, 8):
            raise NorfaceError(f"data.classes is {classes}; AffectNet is read with 7 or 8")
        self.classes = classes

    @property
    def label_names(self) -> list[str]:
        """Names of the expressions in the order of their class index, shared by all data sets."""
        return [name for name in super().label_names if self.classes == 8 or name != "contempt"]
