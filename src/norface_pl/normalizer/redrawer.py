"""What is left of stage 1 after training: an averaged generator and the target that it draws."""

from collections.abc import Callable
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from norface_pl.errors import NorfaceError
from norface_pl.faces.target import read_target
from norface_pl.normalizer.generator import Generator
from norface_pl.types import FaceData


class Redrawer(nn.Module):
    """Redraws faces as one target person with the moving average of a generator.

    Args:
        generator: that is trained.
        image_size: side of the faces in pixels.
        decay: of the exponential moving average.
    """

    target: Tensor

    def __init__(self, generator: Generator, image_size: int, decay: float) -> None:
        super().__init__()
        self.averaged = AveragedModel(
            generator, multi_avg_fn=get_ema_multi_avg_fn(decay)
        ).requires_grad_(False)
        self.register_buffer("target", torch.zeros(3, image_size, image_size))
        self._tokens: Tensor | None = None
        forget: Callable[..., None] = lambda *_: self._forget()  # noqa: E731
        self.register_load_state_dict_post_hook(forget)  # type: ignore[no-untyped-call]

    @property
    def generator(self) -> Generator:
        """The averaged generator."""
        generator = self.averaged.module
        assert isinstance(generator, Generator)
        return generator

    def set_target(self, face: Tensor) -> None:
        """Take another target face, (3, H, W) in [0, 1]."""
        self.target.copy_(face)
        self._forget()

    def update(self, generator: Generator) -> None:
        """Let the average follow the generator by a step."""
        self.averaged.update_parameters(generator)
        self._forget()

    def _forget(self) -> None:
        self._tokens = None

    def train(self, mode: bool = True) -> "Redrawer":
        """Stay in evaluation mode: nothing here is trained."""
        return super().train(False)

    @torch.no_grad()
    def forward(self, images: Tensor) -> Tensor:
        """Redraw aligned faces (B, 3, H, W) in [0, 1]; returns I_n of the same shape and range."""
        generator = self.generator
        # The target is the same for all faces, so it is encoded once.
        if self._tokens is None or self._tokens.device != images.device:
            self._tokens = generator.see(self.target[None])
        frontal = images.new_zeros(images.shape[0], 3)
        code = generator.read(images)
        tokens = self._tokens.expand(images.shape[0], -1, -1)
        return generator.decode(tokens, code, frontal, frontal).float()


def target_face(data: FaceData, given: Path | None, size: int) -> Tensor:
    """Return the face to redraw faces as, (3, size, size) in [0, 1].

    Args:
        data: whose own target face it is if no file is given.
        given: file of an aligned face.
        size: side in pixels.

    Raises:
        NorfaceError: no file is given and the data set has no target face.
    """
    face = data.target() if given is None else read_target(given, size)
    if face is None:
        raise NorfaceError(
            "This data set has no target face of its own: give an aligned one with "
            "--model.target_image FILE."
        )
    return torch.from_numpy(face).permute(2, 0, 1).float() / 255
