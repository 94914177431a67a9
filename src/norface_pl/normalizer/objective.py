"""The losses of stage 1, with the networks and masks that they need."""

from collections.abc import Iterator
from pathlib import Path

import torch
from torch import Tensor, nn

from norface_pl.errors import NorfaceError
from norface_pl.nn.regions import outside_face
from norface_pl.normalizer.generator import Generator
from norface_pl.normalizer.invariance import person_correlation, pose_correlation
from norface_pl.normalizer.options import Kind, ObjectiveOptions, TeacherOptions
from norface_pl.normalizer.pairs import Redrawn
from norface_pl.normalizer.reconstruction import ReconstructionLoss, masked_l1
from norface_pl.normalizer.teacher_networks import Teacher, feature_distance
from norface_pl.normalizer.teachers import make_teacher, train_teacher
from norface_pl.types import Compute, FaceBatch, FaceData


class Objective(nn.Module):
    """Computes every loss of stage 1 whose weight is not 0; builds nothing else.

    Args:
        image_size: side of the faces in pixels.
        code_dim: width of the expression code.
        num_labels: action units, classes or channels that teachers tell.
        options: weights of the losses.

    Raises:
        NorfaceError: a loss needs labels and there are none.
    """

    outside: Tensor

    def __init__(
        self, image_size: int, code_dim: int, num_labels: int, options: ObjectiveOptions
    ) -> None:
        super().__init__()
        if (options.distillation or options.expression) and not num_labels:
            raise NorfaceError(
                "The losses distillation and expression need labels: set num_labels, or them to 0."
            )
        self.options, self.num_labels = options, num_labels
        self.reconstruct = ReconstructionLoss(image_size, options.pixels)
        # Frozen, and made anew by every training: no part of checkpoints, or of `train()`.
        self.teachers: dict[Kind, Teacher] = {}
        self.expression_head: nn.Module | None = None
        if options.distillation:
            same = options.code_is_reading
            self.expression_head = nn.Identity() if same else nn.Linear(code_dim, num_labels)
        self.register_buffer("outside", outside_face(image_size), persistent=False)

    def weigh(self, losses: dict[str, Tensor]) -> Tensor:
        """Return the sum of losses by their weights."""
        return torch.stack([getattr(self.options, n) * v for n, v in losses.items()]).sum()

    def learned(self) -> Iterator[nn.Parameter]:
        """Yield the parameters that are trained with the generator."""
        if self.expression_head is not None:
            yield from self.expression_head.parameters()

    def prepare(self, data: FaceData, files: TeacherOptions, compute: Compute) -> None:
        """Train or load the frozen teachers that some loss needs.

        Args:
            data: only training and unlabelled people are looked at.
            files: weight files of teachers.
            compute: where and how they are trained.
        """
        for kind in self.options.teachers:
            if kind in self.teachers:
                continue
            faces = data.dataset("train" if kind == "expression" else "unlabelled")
            people = len(faces.columns["subject"].unique())
            outputs = {"identity": people, "pose": 3, "expression": self.num_labels}[kind]
            weights: Path | None = getattr(files, kind)
            teacher = make_teacher(kind, outputs, weights)
            if weights is None:
                train_teacher(kind, teacher, faces, files.steps, compute, seed=0)
            self.teachers[kind] = teacher.to(compute.device).eval().requires_grad_(False)

    def of_code(
        self, batch: FaceBatch, code: Tensor, clips: int, shown: Tensor | None
    ) -> dict[str, Tensor]:
        """Losses of the expression code alone.

        Args:
            batch: the originals.
            code: of them, (B, C).
            clips: number of clips in the batch.
            shown: what the faces show, (B, L), NaN where that is not known; None where nothing is
                distilled.
        """
        terms: dict[str, Tensor] = {}
        if self.options.person and clips < len(code):
            terms["person"] = person_correlation(code, clips).mean()
        if self.options.head_pose:
            terms["head_pose"] = pose_correlation(code, batch["pose"]).mean()
        if self.expression_head is not None and shown is not None:
            told = self.expression_head(code).float()
            known = ~shown.isnan()
            error = (told - shown.nan_to_num()).square() * known
            terms["distillation"] = error.sum() / known.sum().clamp_min(1)
        return terms

    def of_pictures(
        self, batch: FaceBatch, redrawn: Redrawn, generator: Generator
    ) -> dict[str, Tensor]:
        """Losses of a redrawn batch; the generator reads codes again."""
        terms: dict[str, Tensor] = {}
        truth = redrawn.truth
        if self.options.reconstruction:
            terms["reconstruction"] = self.reconstruct(redrawn.drawn, truth, redrawn.target)
        if self.options.perceptual:
            teacher = self.teachers["identity"]
            wanted, seen = teacher(truth), teacher(redrawn.drawn)
            terms["perceptual"] = feature_distance(seen.maps, wanted.maps)
        if (crossed := redrawn.crossed) is None:
            return terms
        # Faces redrawn as other people have no truth.
        if self.options.consistency:
            code = redrawn.faces.code.float()
            scale = code.detach().std(0) + 1e-4
            again = generator.embed(crossed.images).code.float()
            error = (again - code.detach()[crossed.source]) / scale
            terms["consistency"] = error.square().mean()
        if self.options.identity:
            teacher = self.teachers["identity"]
            who, wanted = teacher(crossed.images), teacher(crossed.shown)
            terms["identity"] = 1 - (who.embedding * wanted.embedding).sum(1).mean()
        if self.options.expression:
            teacher = self.teachers["expression"]
            original = batch["image"][crossed.source]
            told = teacher(crossed.images).outputs - teacher(original).outputs
            terms["expression"] = told.float().abs().mean()
        if self.options.pose:
            turned = self.teachers["pose"](crossed.images).outputs.float()
            terms["pose"] = (turned - crossed.pose / 20).abs().mean()
        if self.options.background:
            terms["background"] = masked_l1(crossed.images, crossed.shown, self.outside)
        return terms
