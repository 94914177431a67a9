"""Stage 1 without Lightning: what is left to pass on once it was trained."""

from collections.abc import Mapping
from typing import Any

from torch import Tensor

from norface_pl.face_module import build
from norface_pl.nn.hub import HubNetwork
from norface_pl.normalizer.generator import Generator
from norface_pl.normalizer.options import GeneratorOptions
from norface_pl.normalizer.redrawer import Redrawer


class PlainNormalizer(HubNetwork):
    """Redraws aligned faces as the target that it was trained for.

    `NormalizerModule.network` returns one, and so does ``PlainNormalizer.from_pretrained``.

    Args:
        image_size: side of the faces in pixels.
        generator: `GeneratorOptions` as plain values.
    """

    def __init__(self, image_size: int, generator: Mapping[str, Any]) -> None:
        super().__init__()
        self.image_size = image_size
        network = Generator(image_size, build(GeneratorOptions, generator))
        self.redrawer = Redrawer(network, image_size, decay=0.0)
        self.eval().requires_grad_(False)

    def forward(self, original: Tensor) -> Tensor:
        """Map aligned faces (B, 3, H, W) in [0, 1] to I_n of the same shape and range."""
        redrawn: Tensor = self.redrawer(original)
        return redrawn
