"""The stage-2 network: backbone, fusion of the faces, and one output per label."""

import copy
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import torch
from torch import Tensor, nn

from norface_pl.classifier.backbone import FaceBackbone
from norface_pl.classifier.calibration import EnsembleWeights
from norface_pl.classifier.fusion import AttentionFusion, build_fused_head, build_fusion
from norface_pl.classifier.heads import PictureExperts, build_head
from norface_pl.classifier.moe import Mixed
from norface_pl.classifier.options import BackboneOptions, FusionOptions, HeadOptions
from norface_pl.errors import NorfaceError
from norface_pl.types import Inputs


class Classified(NamedTuple):
    """What the network returns.

    Attributes:
        logits: (B, L) outputs; the readings, weighed by the ensemble.
        readings: (P, B, L) of the fused pictures and, if there are heads for it, of each alone.
        features: (B, D) fused, or (B, S D) side by side.
        sources: (B, S, D) features of each picture.
        mixtures: what each mixture of experts did: ``input``, ``output``, ``output_NAME``.
    """

    logits: Tensor
    readings: Tensor
    features: Tensor
    sources: Tensor
    mixtures: dict[str, Mixed]


class FaceClassifier(nn.Module):
    """Reads labels from one or several aligned pictures of the same face.

    Args:
        backbones: one for all pictures, or one for each.
        fusion: (B, S, D) to `Mixed` (B, D) or (B, S D).
        head: that to `Mixed` (B, L).
        dropout: on the features that heads read.
        alone: heads that read one picture each, by the picture's name and in the order of the
            pictures. Backbones then learn from these heads only, so that each picture is read as
            well as if there were no other, and the fusion builds on what they see.
        num_labels: L; for the weights of the readings.
    """

    def __init__(
        self,
        backbones: Sequence[FaceBackbone],
        fusion: nn.Module,
        head: nn.Module,
        dropout: float = 0.0,
        alone: Mapping[str, nn.Module] | None = None,
        num_labels: int = 1,
    ) -> None:
        super().__init__()
        self.backbones: Sequence[FaceBackbone] = nn.ModuleList(backbones)  # type: ignore[assignment]
        self.fusion = fusion
        self.dropout = nn.Dropout(dropout)
        self.head = head
        self.alone = nn.ModuleDict(alone or {})
        self.ensemble = EnsembleWeights(1 + len(self.alone), num_labels)

    def forward(self, images: list[Tensor]) -> Classified:
        """S pictures (B, 3, H, W) in [0, 1] of the same faces."""
        sources, tokens = self.see(images)
        seen = sources.detach() if self.alone else sources
        fused = self.fusion(seen) if tokens is None else self.fusion(seen, tokens)
        head = self.head(self.dropout(fused.output))
        heads = [
            single(self.dropout(source))
            for single, source in zip(self.alone.values(), sources.unbind(1), strict=False)
        ]
        mixtures = {"input": fused, "output": head}
        mixtures |= {f"output_{name}": one for name, one in zip(self.alone, heads, strict=True)}
        readings = torch.stack([head.output, *(one.output for one in heads)])
        return Classified(self.mix(readings), readings, fused.output, sources, mixtures)

    def expert_names(self, mixture: str, count: int) -> list[str]:
        """Return short names of a mixture's experts by its name in `Classified.mixtures`.

        ``o1`` sees the original alone, ``n1`` the normalized face alone and ``b1`` both; experts
        of other mixtures, and those that single labels have, are numbers.
        """
        experts = getattr(self.head, "experts", None)
        names: list[str] = []
        if mixture == "output" and isinstance(experts, PictureExperts):
            names = [f"{kind}{number + 1}" for kind in "onb" for number in range(experts.each)]
        return names + [str(number + 1) for number in range(len(names), count)]

    def mix(self, readings: Tensor) -> Tensor:
        """Readings (P, B, L) to the outputs (B, L) that they are together."""
        outputs: Tensor = self.ensemble(readings) if len(readings) > 1 else readings[0]
        return outputs

    def see(self, images: list[Tensor]) -> tuple[Tensor, Tensor | None]:
        """Features (B, S, D) of the pictures and, for a fusion that reads them, their tokens."""
        sizes = [image.shape[0] for image in images]
        if not isinstance(self.fusion, AttentionFusion):
            return _apart([backbone(image) for backbone, image in self._plan(images)], sizes), None
        pairs = [backbone.forward_tokens(image) for backbone, image in self._plan(images)]
        sources = _apart([features for features, _ in pairs], sizes)
        tokens = _apart([places for _, places in pairs], sizes)
        return sources, tokens.detach() if self.alone else tokens

    def _plan(self, images: list[Tensor]) -> list[tuple[FaceBackbone, Tensor]]:
        """What each backbone sees: its own picture, or all of them as one batch."""
        batches = [torch.cat(images)] if len(self.backbones) == 1 else images
        return list(zip(self.backbones, batches, strict=True))


def _apart(seen: Sequence[Tensor], sizes: list[int]) -> Tensor:
    """Return what backbones see of each picture, (B, S, ...); a single one saw all in one batch.

    Sizes are said, not worked out: an exported graph then takes a single face as well.
    """
    return torch.stack([*(seen[0].split(sizes) if len(seen) == 1 else seen)], dim=1)


def build_network(
    image_size: int,
    inputs: Inputs,
    num_labels: int,
    backbone: BackboneOptions,
    fusion: FusionOptions,
    head: HeadOptions,
) -> FaceClassifier:
    """Return the network, with new weights, that reads labels from what ``inputs`` names."""
    both = inputs == "both"
    see = FaceBackbone(image_size, backbone)
    dim = see.feature_dim
    tokens = see.token_dim() if both and fusion.kind == "attention" else 0
    alone = ("original", "normalized") if both and head.alone else ()
    return FaceClassifier(
        [see, copy.deepcopy(see)] if both and backbone.separate else [see],
        build_fusion(fusion, dim, 1 + both, tokens),
        build_fused_head(fusion, head, dim, 1 + both, num_labels),
        head.dropout,
        {name: build_head(head, dim, num_labels) for name in alone},
        num_labels,
    )


def choose_pictures(
    inputs: Inputs, size: int, image: Tensor | None, normalized: Tensor | None
) -> list[Tensor]:
    """Return the pictures (B, 3, size, size) that ``inputs`` names.

    Raises:
        NorfaceError: one is missing or of another size.
    """
    wanted = {"original": [image], "normalized": [normalized], "both": [image, normalized]}
    found = [picture for picture in wanted[inputs] if picture is not None]
    if len(found) < len(wanted[inputs]):
        raise NorfaceError(
            f"The classifier reads inputs={inputs!r} but got no "
            f"{'original' if normalized is not None else 'normalized'} faces: give "
            "--data.normalized DIR, made by `norface normalize`, or set inputs to 'original'."
        )
    side = found[0].shape[-1]
    if any(picture.shape[-2:] != (size, size) for picture in found):
        raise NorfaceError(
            f"The classifier reads faces of {size} pixels and got {side}: align "
            f"the faces to image_size {size} or train a classifier for {side}."
        )
    return found
