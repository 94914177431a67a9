"""Redraws faces with the average of a generator that is trained: what is left of stage 1 later."""

from pathlib import Path
from typing import Self

import torch
from torch import Tensor
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from norface_pl.errors import NorfaceError
from norface_pl.faces.target import read_target
from norface_pl.normalizer.generator import Generator
from norface_pl.probes.probed import ProbedModule


class RedrawingModule(ProbedModule):
    """Base of the normalizer: the averaged generator, and the target face that it draws.

    Args:
        generator: to be trained; an exponential moving average of it redraws faces.
        image_size: side of the faces in pixels.
        target_image: aligned face of the target person; None takes the data set's own.
        ema_decay: of the averaged generator.
    """

    target: Tensor

    def __init__(
        self, generator: Generator, image_size: int, target_image: Path | None, ema_decay: float
    ) -> None:
        super().__init__()
        self.generator, self.image_size, self.target_image = generator, image_size, target_image
        self.averaged = AveragedModel(
            generator, multi_avg_fn=get_ema_multi_avg_fn(ema_decay)
        ).requires_grad_(False)
        self.register_buffer("target", torch.zeros(3, image_size, image_size))
        self._target_tokens: Tensor | None = None

    def setup(self, stage: str) -> None:
        """Choose the target face when training starts; a loaded normalizer keeps its own."""
        if stage == "fit":
            self.target.copy_(self._read_target())

    def _read_target(self) -> Tensor:
        if self.target_image is not None:
            face = read_target(self.target_image, self.image_size)
        else:
            face = self.trainer.datamodule.target()  # type: ignore[attr-defined]
        if face is None:
            raise NorfaceError(
                "This data set has no target face of its own: give an aligned one with "
                "--model.target_image FILE."
            )
        return torch.from_numpy(face).permute(2, 0, 1).float() / 255

    def train(self, mode: bool = True) -> Self:
        """Switch mode; the averaged generator stays in evaluation mode."""
        super().train(mode)
        self.averaged.eval()
        # Its weights and the target may have changed since.
        self._target_tokens = None
        return self

    @torch.no_grad()
    def normalize(self, images: Tensor) -> Tensor:
        """Redraw faces as the target person.

        Args:
            images: RGB (B, 3, H, W) in [0, 1], aligned.

        Returns:
            I_n of the same shape and range, from the averaged generator.
        """
        generator = self.averaged.module
        assert isinstance(generator, Generator)
        if self._target_tokens is None or self._target_tokens.device != images.device:
            self._target_tokens = generator.encoder(self.target[None])
        frontal = images.new_zeros(len(images), 3)
        code = generator.read(images)
        tokens = self._target_tokens.expand(len(images), -1, -1)
        return generator.decode(tokens, code, frontal, frontal).float()
