"""What tells stage 1 the expression of a face, and what it is compared with when it is drawn."""

from dataclasses import dataclass

import torch
from torch import Tensor

from norface_pl.errors import NorfaceError
from norface_pl.faces.sides import twins
from norface_pl.normalizer.generator import Generator, PictureReader
from norface_pl.normalizer.invariance import above_baseline
from norface_pl.normalizer.options import ObjectiveOptions, Pretraining
from norface_pl.types import FaceBatch, FaceData


@dataclass(frozen=True)
class Supervision:
    """What a data set offers.

    Attributes:
        channels: of the expression teacher; none: frames of labelled clips are compared.
        wanted: whether there are pictures of the target person with each face's expression.
        alone: whether faces stand alone in a batch, not several of a clip.
    """

    channels: tuple[str, ...]
    wanted: bool
    alone: bool

    @classmethod
    def of(cls, data: FaceData) -> "Supervision":
        """Return what a data set offers."""
        wanted = "wanted" in data.dataset("unlabelled").pictures
        alone = wanted or data.frames_per_clip < 2
        return cls(tuple(data.teacher_channels()), wanted, alone)

    @property
    def copies(self) -> bool:
        """Whether every face is its own target."""
        return self.alone and not self.wanted

    def __str__(self) -> str:
        """Say it in one line."""
        if self.channels:
            reads = f"{len(self.channels)} channels of a teacher"
        else:
            reads = "a teacher that compares frames of labelled clips"
        if self.wanted:
            draws = "pictures of the target person with the same expression"
        elif self.copies:
            draws = "the picture itself, its target's expression hidden"
        else:
            draws = "other frames of the same clip"
        return f"stage 1 learns expressions from {reads}, and to draw from {draws}"

    def check(self, network: Generator, losses: ObjectiveOptions, pretraining: Pretraining) -> None:
        """Look whether a training can be supervised so.

        Raises:
            NorfaceError: it cannot.
        """
        if self.copies and not network.hides_expression:
            raise NorfaceError(
                "Single pictures are their own targets, and would be copied: set "
                "generator.hide_expression to true, as normalizer/stills does."
            )
        reads = isinstance(network.head, PictureReader)
        if pretraining.pseudo_label_rounds and not (losses.distillation and reads):
            raise NorfaceError(
                "People are labelled anew by the network that reads codes from pictures, as the "
                "distillation teaches it: set generator.code_from to picture and "
                "objective.distillation, or pretraining.pseudo_label_rounds to 0."
            )
        if not losses.code_is_reading:
            return
        if not (self.channels and self.wanted and losses.distillation):
            raise NorfaceError(
                "objective.code_is_reading needs readings of a teacher, pictures of the target "
                "person with the same expressions, and objective.distillation: set it to false, "
                "or take data that has them, as data/photo does."
            )
        if network.code_dim != len(self.channels):
            raise NorfaceError(
                f"objective.code_is_reading needs a number for each of {len(self.channels)} "
                f"channels: set generator.code_dim to {len(self.channels)}, it is "
                f"{network.code_dim}."
            )

    def taught(self, data: FaceData) -> Tensor:
        """Return what the teacher reads of every face, (N, C) of variance 1, NaN where nothing.

        In recordings it is counted from the low end of its clip, so that what people look like at
        rest drops out.
        """
        faces = data.dataset("unlabelled")
        read = faces.columns["teacher"].float()
        if not self.alone:
            known = read.where(~read.isnan(), read.nanmean(0))
            return above_baseline(known, faces.columns["clip"]).where(~read.isnan(), torch.nan)
        centred = read - read.nanmean(0)
        return centred / (centred.square().nanmean(0) + 1e-6).sqrt()

    def mirror(
        self, batch: FaceBatch, shown: Tensor | None, share: float
    ) -> tuple[FaceBatch, Tensor | None]:
        """Mirror some faces, what they are to become, and what the teacher reads of them.

        Args:
            batch: with ``image`` and ``wanted``.
            shown: of the faces, (B, C).
            share: of the faces that are mirrored.
        """
        images, changed = batch["image"], batch.copy()
        chosen = torch.rand(len(images), device=images.device) < share
        for name in ("image", "wanted"):
            whole = batch[name]
            changed[name] = torch.where(chosen[:, None, None, None], whole.flip(-1), whole)
        if shown is not None and self.channels:
            shown = torch.where(chosen[:, None], shown[:, self.mirrored().to(shown.device)], shown)
        return changed, shown

    def mirrored(self) -> Tensor:
        """Return which channel of the mirrored face each channel is, (C,)."""
        return torch.tensor(twins(self.channels))
