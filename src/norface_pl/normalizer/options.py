"""The weights of stage 1's losses and the files of its teachers, as YAML sets them."""

from dataclasses import dataclass
from pathlib import Path

from norface_pl.normalizer.teachers import Kind


@dataclass
class LossWeights:
    """Weight of every loss of stage 1; 0 removes the loss and its network.

    Norface's losses and weights are not published; these are our choices.

    Attributes:
        reconstruction: error against the truth, on pairs of frames of one person.
        person: intraclass correlation of the code with the person.
        head_pose: squared correlation of the code with the head pose.
        distillation: the code tells what the comparison teacher sees in a frame beyond the
            frames of its clip at rest.
        consistency: the code read again from a face redrawn as another person.
        adversarial: hinge loss on faces redrawn as another person.
        perceptual: feature distance to the truth in the identity teacher.
        identity: 1 - cosine between the redrawn face and its target in the identity teacher.
        expression: distance between redrawn and original face in the expression teacher.
        pose: distance between the redrawn face's pose and its target's in the pose teacher.
        background: L1 to the target outside of the face.
    """

    reconstruction: float = 1.0
    person: float = 1.0
    head_pose: float = 1.0
    distillation: float = 0.0
    consistency: float = 0.0
    adversarial: float = 0.0
    perceptual: float = 0.0
    identity: float = 0.0
    expression: float = 0.0
    pose: float = 0.0
    background: float = 0.0

    @property
    def crossed(self) -> bool:
        """Whether any loss but the adversarial needs faces redrawn as another person."""
        return any(
            (
                self.consistency,
                self.identity,
                self.expression,
                self.pose,
                self.background,
            )
        )

    @property
    def teachers(self) -> list[Kind]:
        """The teachers that some loss needs."""
        needed: dict[Kind, float] = {
            "identity": self.identity + self.perceptual,
            "expression": self.expression,
            "pose": self.pose,
        }
        return [kind for kind, weight in needed.items() if weight > 0]


@dataclass
class TeacherFiles:
    """Weight files of the frozen teachers; a teacher without one is trained before stage 1.

    Attributes:
        identity: who it is.
        expression: which action units or emotion.
        pose: which head pose.
        steps: batches of 64 training faces on which a teacher without a file is trained.
        comparison_steps: batches of 48 pairs of frames on which the comparison teacher of the
            distillation is trained.
    """

    identity: Path | None = None
    expression: Path | None = None
    pose: Path | None = None
    steps: int = 400
    comparison_steps: int = 2100
