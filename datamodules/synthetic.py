"""Drawn faces with exact labels: the default, which needs neither files nor a licence."""

from typing import Any, ClassVar, Literal

from norface_pl.drawn.sampler import FaceSampler
from norface_pl.labels import SYNTHETIC_AUS

from .acted import ActedDataModule


class SyntheticDataModule(ActedDataModule):
    """Procedurally drawn faces; unlabelled, training, validation and test people are disjoint.

    Args:
        style: ``plain``, or ``comic`` as the "other data set" with the same labels.
        image_size: side of a face in pixels.
        kwargs: see `ActedDataModule`.
    """

    action_units: ClassVar[tuple[int, ...]] = SYNTHETIC_AUS

    def __init__(
        self, style: Literal["plain", "comic"] = "plain", image_size: int = 64, **kwargs: Any
    ) -> None:
        super().__init__(image_size=image_size, **kwargs)
        self.style = style

    @property
    def population(self) -> str:
        """Name of the people among whom a subject's name means one person, in either style."""
        return f"synthetic, seed {self.seed}"

    def make_sampler(self) -> FaceSampler:
        """Return who draws."""
        return FaceSampler(
            self.seed, self.image_size, self.clip_length, self.landmark_noise, self.style
        )
