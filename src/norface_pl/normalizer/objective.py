"""The terms of stage 1's loss, with the networks and masks that they need."""

from collections.abc import Callable, Iterator
from pathlib import Path

import torch
from torch import Tensor, nn

from norface_pl.data.dataset import FaceDataset
from norface_pl.errors import NorfaceError
from norface_pl.nn.regions import outside_face
from norface_pl.normalizer.comparison import Precision, changes
from norface_pl.normalizer.generator import Embedding, Generator
from norface_pl.normalizer.invariance import person_correlation, pose_correlation
from norface_pl.normalizer.options import LossWeights, TeacherFiles
from norface_pl.normalizer.pairs import Crossed
from norface_pl.normalizer.reconstruction import ReconstructionLoss, masked_l1
from norface_pl.normalizer.teacher_networks import Teacher, feature_distance
from norface_pl.normalizer.teachers import make_teacher, train_teacher
from norface_pl.types import FaceBatch


class Stage1Terms(nn.Module):
    """Computes every term whose weight is not 0, before weighting; builds nothing else.

    Args:
        weights: of the terms.
        reconstruct: error against the truth.
        image_size: side of the faces in pixels.
        code_dim: width of the expression code.
        num_labels: outputs of the expression teacher.
    """

    outside: Tensor

    def __init__(
        self,
        weights: LossWeights,
        reconstruct: ReconstructionLoss,
        image_size: int,
        code_dim: int,
        num_labels: int,
    ) -> None:
        super().__init__()
        if (weights.distillation or "expression" in weights.teachers) and not num_labels:
            raise NorfaceError(
                "The losses distillation and expression need labels: set num_labels, or them to 0."
            )
        self.weights, self.reconstruct, self.num_labels = weights, reconstruct, num_labels
        self.teachers = nn.ModuleDict()
        self.expression_head = nn.Linear(code_dim, num_labels) if weights.distillation else None
        self.register_buffer("outside", outside_face(image_size), persistent=False)

    def learned(self) -> Iterator[nn.Parameter]:
        """Yield the parameters that are trained with the generator."""
        if self.expression_head is not None:
            yield from self.expression_head.parameters()

    def prepare(
        self,
        dataset: Callable[[str], FaceDataset],
        fingerprint: str,
        files: TeacherFiles,
        cache: Path | None,
        device: torch.device,
        precision: Precision,
    ) -> None:
        """Train or load the teachers that some term needs; note what the expression teacher sees.

        Args:
            dataset: gives a split by name; only ``train`` and ``unlabelled`` are asked for.
            fingerprint: of the data set's pictures.
            files: weight files of teachers.
            cache: folder that keeps what the comparison teacher saw.
            device: where to train them.
            precision: in which they compute.
        """
        for kind in self.weights.teachers:
            if kind in self.teachers:
                continue
            faces = dataset("train" if kind == "expression" else "unlabelled")
            people = len(faces.columns["subject"].unique())
            outputs = {"identity": people, "pose": 3, "expression": self.num_labels}[kind]
            weights: Path | None = getattr(files, kind)
            teacher = make_teacher(kind, outputs, weights)
            if weights is None:
                train_teacher(kind, teacher, faces, files.steps, device, precision, seed=0)
            self.teachers[kind] = teacher.to(device).eval().requires_grad_(False)
        if self.weights.distillation:
            faces, labelled = dataset("unlabelled"), dataset("train")
            steps = files.comparison_steps
            seen = changes(
                labelled, faces, self.num_labels, steps, device, precision, cache, fingerprint
            )
            faces.annotate("changes", seen)

    def _teacher(self, kind: str) -> Teacher:
        teacher = self.teachers[kind]
        assert isinstance(teacher, Teacher)
        return teacher

    def of_code(self, batch: FaceBatch, code: Tensor, clips: int) -> dict[str, Tensor]:
        """Losses of the expression code (B, C) alone."""
        terms: dict[str, Tensor] = {}
        if self.weights.person and clips < len(code):
            terms["person"] = person_correlation(code, clips).mean()
        if self.weights.head_pose:
            terms["head_pose"] = pose_correlation(code, batch["pose"]).mean()
        if self.expression_head is not None:
            told = self.expression_head(code).float()
            terms["distillation"] = (told - batch["changes"]).square().mean()
        return terms

    def same_person(
        self, batch: FaceBatch, faces: Embedding, drawn: Tensor, target: Tensor, clips: int
    ) -> dict[str, Tensor]:
        """Losses of pairs whose truth is the original itself, and of the code."""
        terms: dict[str, Tensor] = {}
        if self.weights.reconstruction:
            terms["reconstruction"] = self.reconstruct(drawn, batch["image"], target)
        terms |= self.of_code(batch, faces.code, clips)
        if self.weights.perceptual:
            teacher = self._teacher("identity")
            truth, seen = teacher(batch["image"]), teacher(drawn)
            terms["perceptual"] = feature_distance(seen.maps, truth.maps)
        return terms

    def crossed(
        self,
        batch: FaceBatch,
        faces: Embedding,
        crossed: Crossed,
        shown: Tensor,
        pose: Tensor,
        generator: Generator,
    ) -> dict[str, Tensor]:
        """Losses of faces redrawn as other people, which have no truth.

        Args:
            batch: the originals.
            faces: their codes.
            crossed: what was redrawn.
            shown: the target of each of them (B, 3, H, W).
            pose: of the targets (B, 3) in degrees.
            generator: reads codes again.
        """
        terms: dict[str, Tensor] = {}
        weights, images = self.weights, batch["image"]
        if weights.consistency:
            code = faces.code.float()
            scale = code.detach().std(0) + 1e-4
            again = generator.embed(crossed.images).code.float()
            error = (again - code.detach()[crossed.source]) / scale
            terms["consistency"] = error.square().mean()
        if weights.identity:
            teacher = self._teacher("identity")
            who, wanted = teacher(crossed.images), teacher(shown)
            terms["identity"] = 1 - (who.embedding * wanted.embedding).sum(1).mean()
        if weights.expression:
            teacher = self._teacher("expression")
            seen, wanted = teacher(crossed.images), teacher(images[crossed.source])
            terms["expression"] = (seen.outputs - wanted.outputs).float().abs().mean()
        if weights.pose:
            turned = self._teacher("pose")(crossed.images).outputs.float()
            terms["pose"] = (turned - pose / 20).abs().mean()
        if weights.background:
            terms["background"] = masked_l1(crossed.images, shown, self.outside)
        return terms
