"""Identity-adversarial training: the features are to say nothing of who is seen.

After FMAE-IAT (Ning et al., 2024), which reads the training subject from the pooled feature with a
linear layer behind a gradient reversal. It needs no normalized face, so it is the cheap
alternative that normalization has to beat.
"""

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F


def reverse(features: Tensor, strength: float) -> Tensor:
    """Return the same values, whose gradient is ``-strength`` times that of the features."""
    turned = -strength * features
    return features.detach() + turned - turned.detach()


@dataclass(frozen=True)
class Adversary:
    """Strength of an `IdentityAdversary`.

    Attributes:
        weight: strength of the reversed gradient. FMAE-IAT uses 2 on BP4D, 1 on BP4D+ and 0.5 on
            DISFA, with the same loss as here.
        ramp: share of the training in which the strength rises from 0 to ``weight``.
    """

    weight: float = 1.0
    ramp: float = 0.0


class IdentityAdversary(nn.Module):
    """Reads the training subject; what it reads is trained away from the features."""

    subjects: Tensor

    def __init__(self, options: Adversary = Adversary()) -> None:
        super().__init__()
        self.options = options
        self.linear: nn.Linear | None = None

    def meet(self, dim: int, subjects: Tensor) -> None:
        """Make the layer for features of a width and the indices (N,) of all training faces."""
        known = subjects.unique()
        self.register_buffer("subjects", known, persistent=False)
        self.linear = nn.Linear(dim, len(known))

    def forward(self, features: Tensor, subject: Tensor, progress: float) -> tuple[Tensor, Tensor]:
        """Loss, and share of the faces (B, dim) whose subject (B,) is recognized.

        Args:
            features: of faces.
            subject: the datamodule's indices.
            progress: share of the training that is done.
        """
        assert self.linear is not None
        weight, ramp = self.options.weight, self.options.ramp
        rise = min(1.0, progress / ramp) if ramp else 1.0
        logits = self.linear(reverse(features, weight * rise)).float()
        place = torch.searchsorted(self.subjects, subject)
        truth = F.one_hot(place, len(self.subjects)).float()
        loss = F.binary_cross_entropy_with_logits(logits, truth)
        return loss, (logits.argmax(1) == place).float().mean()
