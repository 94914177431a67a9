"""3-D people with exact labels, on the shapes of ICT-FaceKit."""

from pathlib import Path
from typing import Any, ClassVar

from norface_pl.facekit.sampler import FaceKitSampler
from norface_pl.facekit.shapes import load_shapes
from norface_pl.io.files import sha256_file
from norface_pl.labels import FACEKIT_AUS

from .acted import ActedDataModule


class FaceKitDataModule(ActedDataModule):
    """Rendered people; the oracle is the same expression on an avatar, which is nobody's face.

    Args:
        shapes: ICT-FaceKit's shapes, packed.
        image_size: side of a face in pixels.
        kwargs: see `ActedDataModule`.
    """

    action_units: ClassVar[tuple[int, ...]] = FACEKIT_AUS

    def __init__(
        self, shapes: Path = Path("data/facekit.npz"), image_size: int = 64, **kwargs: Any
    ) -> None:
        super().__init__(image_size=image_size, **kwargs)
        self.shapes = Path(shapes)

    @property
    def population(self) -> str:
        """Name of the people among whom a subject's name means one person."""
        return f"facekit, seed {self.seed}"

    def make_sampler(self) -> FaceKitSampler:
        """Return who draws.

        Raises:
            NorfaceError: there is no file of shapes.
        """
        load_shapes(self.shapes)
        return FaceKitSampler(
            self.shapes,
            sha256_file(self.shapes),
            self.seed,
            self.image_size,
            self.clip_length,
            self.landmark_noise,
        )
