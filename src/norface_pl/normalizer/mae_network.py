"""Masked autoencoder around the face encoder (He et al., 2022): hide patches, draw them again."""

from dataclasses import dataclass
from typing import NamedTuple

import torch
from timm.models.vision_transformer import Block
from torch import Tensor, nn
from torch.nn import functional as F

from norface_pl.normalizer.encoder import FaceEncoder


class Reconstruction(NamedTuple):
    """Patches (B, N, 3 * p * p) as drawn and as they are, and the hidden ones (B, N) as 1."""

    drawn: Tensor
    truth: Tensor
    hidden: Tensor


@dataclass(frozen=True)
class MaskedDecoder:
    """What hidden patches are drawn with.

    Attributes:
        mask_ratio: share of hidden patches; 0.75 in the paper.
        dim: width of the decoder.
        depth: its blocks.
        num_heads: its attention heads.
        norm_pix: draw each patch with its own mean and variance removed, as the paper advises.
    """

    mask_ratio: float = 0.75
    dim: int = 96
    depth: int = 2
    num_heads: int = 3
    norm_pix: bool = True


class MaskedAutoencoder(nn.Module):
    """Encoder that sees a few patches, and a light decoder that draws all of them.

    Args:
        encoder: learns; its patch embedding, position embedding and blocks are used as they are.
        decoder: what draws.
    """

    def __init__(self, encoder: FaceEncoder, decoder: MaskedDecoder = MaskedDecoder()) -> None:
        super().__init__()
        self.encoder = encoder
        self.mask_ratio = decoder.mask_ratio
        self.norm_pix = decoder.norm_pix
        self.patch: int = encoder.vit.patch_embed.patch_size[0]
        count = encoder.grid**2
        self.embed = nn.Linear(encoder.embed_dim, decoder.dim)
        self.mask_token = nn.Parameter(torch.zeros(1, 1, decoder.dim))
        self.position = nn.Parameter(torch.zeros(1, count, decoder.dim))
        nn.init.trunc_normal_(self.mask_token, std=0.02)
        nn.init.trunc_normal_(self.position, std=0.02)
        self.blocks = nn.Sequential(
            *(Block(decoder.dim, decoder.num_heads, qkv_bias=True) for _ in range(decoder.depth))
        )
        self.draw = nn.Sequential(
            nn.LayerNorm(decoder.dim), nn.Linear(decoder.dim, 3 * self.patch**2)
        )

    def forward(self, images: Tensor) -> Reconstruction:
        """Hide a random share of the patches of RGB (B, 3, H, W) in [0, 1] and draw them."""
        scaled = (images - self.encoder.mean) / self.encoder.std
        truth = patchify(scaled, self.patch)
        kept, order = self.choose(len(images), images.device)
        tokens = self.decode(self.encode(scaled, kept), order)
        hidden = torch.ones(truth.shape[:2], device=truth.device).scatter(1, kept, 0.0)
        return Reconstruction(self.draw(tokens), truth, hidden)

    def choose(self, count: int, device: torch.device) -> tuple[Tensor, Tensor]:
        """Positions (B, kept) that stay visible, and the order (B, N) that undoes the shuffle."""
        shuffle = torch.rand(count, self.encoder.grid**2, device=device).argsort(dim=1)
        visible = max(1, round(shuffle.shape[1] * (1 - self.mask_ratio)))
        return shuffle[:, :visible], shuffle.argsort(dim=1)

    def encode(self, scaled: Tensor, kept: Tensor) -> Tensor:
        """Tokens (B, kept, D) of the visible patches, which alone go through the encoder."""
        vit = self.encoder.vit
        tokens = vit.patch_embed(scaled) + vit.pos_embed
        visible = tokens.gather(1, kept[..., None].expand(-1, -1, tokens.shape[-1]))
        encoded: Tensor = vit.norm(vit.blocks(vit.norm_pre(visible)))
        return encoded

    def decode(self, visible: Tensor, order: Tensor) -> Tensor:
        """Decoder tokens (B, N, dim): visible ones and mask tokens, back in place."""
        tokens = self.embed(visible)
        hidden = self.mask_token.expand(len(tokens), order.shape[1] - tokens.shape[1], -1)
        tokens = torch.cat([tokens, hidden.to(tokens.dtype)], dim=1)
        tokens = tokens.gather(1, order[..., None].expand(-1, -1, tokens.shape[-1]))
        decoded: Tensor = self.blocks(tokens + self.position)
        return decoded

    def loss(self, result: Reconstruction) -> Tensor:
        """Mean squared error over the hidden patches."""
        truth = result.truth
        if self.norm_pix:
            truth = F.layer_norm(truth, truth.shape[-1:])
        error = (result.drawn.float() - truth).square().mean(dim=-1)
        return (error * result.hidden).sum() / result.hidden.sum().clamp(min=1)


def patchify(images: Tensor, patch: int) -> Tensor:
    """(B, 3, H, W) to its patches row by row, (B, N, 3 * patch * patch)."""
    return F.unfold(images, kernel_size=patch, stride=patch).transpose(1, 2)
