"""Heads: from features to one output per label, as mixtures of experts and without.

The Output MoE is MMoE (Ma et al., 2018) by default: experts that all labels share, and a gate and
a tower for each label.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from norface_pl.classifier.moe import Experts, Gate, Mixed
from norface_pl.classifier.options import HeadOptions


class Unmixed(nn.Sequential):
    """Layers for all labels together: a linear one, or the control for an Output MoE."""

    def forward(self, features: Tensor) -> Mixed:
        """(B, dim) to (B, L)."""
        for layer in self:
            features = layer(features)
        return Mixed(features)


class PictureExperts(nn.Module):
    """Experts that see the first picture, the second, ..., or all of them: ``each`` of each.

    Args:
        each: experts of every kind.
        dim: D, features of a picture.
        sources: S.
        hidden: width of each expert.
    """

    def __init__(self, each: int, dim: int, sources: int, hidden: int) -> None:
        super().__init__()
        self.each, self.sources = each, sources
        self.single = Experts(each * sources, dim, hidden)
        self.joint = Experts(each, dim * sources, hidden)

    def forward(self, features: Tensor) -> Tensor:
        """(B, S D) to (B, (S + 1) each, hidden)."""
        apart = features.unflatten(1, (self.sources, -1)).repeat_interleave(self.each, dim=1)
        return torch.cat([self.single(apart), self.joint(features)], dim=1)


class OutputMoE(nn.Module):
    """Shared experts, and for each label a gate and a linear tower.

    Args:
        dim: features per sample.
        num_labels: L.
        options: number, width and use of the experts. Kind ``ple`` gives every label one more
            expert of its own (CGC, Tang et al., PLE, 2020), so that labels that disturb each
            other can part.
        sources: pictures whose features stand side by side; of more than one, experts see one
            picture or all, so that the gates also say which picture a label is read from.
    """

    def __init__(
        self,
        dim: int,
        num_labels: int,
        options: HeadOptions = HeadOptions(),
        sources: int = 1,
    ) -> None:
        super().__init__()
        count, hidden, private = options.experts, options.hidden, options.kind == "ple"
        if sources == 1:
            self.experts: nn.Module = Experts(count, dim, hidden)
        else:
            self.experts = PictureExperts(count, dim // sources, sources, hidden)
            count *= sources + 1
        self.private = Experts(num_labels, dim, hidden) if private else None
        self.dropout = nn.Dropout(options.dropout)
        self.gate = Gate(dim, count + private, num_labels, options.temperature, options.top)
        self.towers = Experts(num_labels, hidden, 1)

    def forward(self, features: Tensor) -> Mixed:
        """Features (B, dim) to outputs (B, L) and gates (B, L, K), a private expert's last."""
        gates = self.gate(features)
        experts = self.dropout(F.gelu(self.experts(features)))
        shared = gates[..., : experts.shape[1]].to(experts.dtype)
        mixed = torch.einsum("blk,bkh->blh", shared, experts)
        if self.private is not None:
            own = self.dropout(F.gelu(self.private(features)))
            mixed = mixed + gates[..., -1:].to(own.dtype) * own
        return Mixed(self.towers(mixed).squeeze(-1), gates, experts)


class SoftMoE(nn.Module):
    """Experts that each read a mixture of label tokens (Puigcerver et al., Soft MoE, 2023).

    Features plus a learned embedding make one token a label. Every expert reads one average of
    the tokens and every label gets back one average of the experts, both by the same similarities,
    so no expert is ever without work and no loss has to balance them.

    Args:
        dim: features per sample.
        num_labels: L.
        options: number of the experts, of one slot each, and their width.
    """

    def __init__(self, dim: int, num_labels: int, options: HeadOptions = HeadOptions()) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(dim)
        self.labels = nn.Parameter(torch.randn(num_labels, dim) * 0.5)
        self.slots = nn.Parameter(torch.randn(options.experts, dim) / dim**0.5)
        self.experts = Experts(options.experts, dim, options.hidden)
        self.dropout = nn.Dropout(options.dropout)
        self.towers = Experts(num_labels, options.hidden, 1)

    def forward(self, features: Tensor) -> Mixed:
        """Features (B, dim) to outputs (B, L) and what each label takes from whom (B, L, K)."""
        tokens = self.norm(features)[:, None] + self.labels
        likeness = torch.einsum("bld,kd->blk", tokens, self.slots).float()
        dispatch, gates = likeness.softmax(dim=1), likeness.softmax(dim=2)
        seen = torch.einsum("blk,bld->bkd", dispatch.to(tokens.dtype), tokens)
        experts = self.dropout(F.gelu(self.experts(seen)))
        mixed = torch.einsum("blk,bkh->blh", gates.to(experts.dtype), experts)
        return Mixed(self.towers(mixed).squeeze(-1), gates, experts)


def count_parameters(module: nn.Module) -> int:
    """Number of parameters."""
    return sum(parameter.numel() for parameter in module.parameters())


def build_head(options: HeadOptions, dim: int, num_labels: int, sources: int = 1) -> nn.Module:
    """Return the head that reads labels from features of a width, of pictures side by side."""
    if options.kind == "linear":
        return Unmixed(nn.Linear(dim, num_labels))
    if options.kind == "soft":
        return SoftMoE(dim, num_labels, options)
    moe = OutputMoE(dim, num_labels, options, sources)
    if options.kind != "mlp":
        return moe
    width = round((count_parameters(moe) - num_labels) / (dim + 1 + num_labels))
    hidden = nn.Linear(dim, width), nn.GELU(), nn.Dropout(options.dropout)
    return Unmixed(*hidden, nn.Linear(width, num_labels))
