"""Expression Merging Module: the target's tokens ask the original's expression what to change."""

import torch
from torch import Tensor, nn
from torch.nn import functional as F


class CrossAttention(nn.Module):
    """Multi-head attention of target tokens over expression tokens."""

    def __init__(self, dim: int, num_heads: int) -> None:
        super().__init__()
        self.num_heads = num_heads
        self.query = nn.Linear(dim, dim)
        self.key_value = nn.Linear(dim, 2 * dim)
        self.project = nn.Linear(dim, dim)

    def forward(self, target: Tensor, source: Tensor) -> Tensor:
        """Attend from (B, N, D) to (B, M, D); returns (B, N, D)."""
        batch, count, dim = target.shape
        heads = (batch, -1, self.num_heads, dim // self.num_heads)
        query = self.query(target).view(heads).transpose(1, 2)
        key, value = self.key_value(source).chunk(2, dim=-1)
        key, value = (t.reshape(heads).transpose(1, 2) for t in (key, value))
        merged = F.scaled_dot_product_attention(query, key, value)
        out: Tensor = self.project(merged.transpose(1, 2).reshape(batch, count, dim))
        return out


class MergingBlock(nn.Module):
    """Gated cross-attention, self-attention and MLP, pre-norm and residual."""

    def __init__(self, dim: int, num_heads: int) -> None:
        super().__init__()
        self.norm_target = nn.LayerNorm(dim)
        self.norm_source = nn.LayerNorm(dim)
        self.cross = CrossAttention(dim, num_heads)
        self.gate = nn.Parameter(torch.ones(dim))
        self.norm_self = nn.LayerNorm(dim)
        self.attend = CrossAttention(dim, num_heads)
        self.norm_mlp = nn.LayerNorm(dim)
        self.mlp = nn.Sequential(nn.Linear(dim, 2 * dim), nn.GELU(), nn.Linear(2 * dim, dim))

    def forward(self, target: Tensor, source: Tensor) -> Tensor:
        """Merge expression tokens (B, M, D) into target tokens (B, N, D)."""
        target = target + self.gate * self.cross(self.norm_target(target), self.norm_source(source))
        normed = self.norm_self(target)
        target = target + self.attend(normed, normed)
        merged: Tensor = target + self.mlp(self.norm_mlp(target))
        return merged


class ExpressionMerging(nn.Module):
    """A stack of merging blocks.

    Args:
        dim: width of the tokens.
        depth: number of blocks; Norface's number is not published.
        num_heads: attention heads.
    """

    def __init__(self, dim: int, depth: int, num_heads: int) -> None:
        super().__init__()
        self.blocks = nn.ModuleList(MergingBlock(dim, num_heads) for _ in range(depth))

    def forward(self, target: Tensor, source: Tensor) -> Tensor:
        """Merge expression tokens (B, M, D) into target tokens (B, N, D)."""
        for block in self.blocks:
            target = block(target, source)
        return target
