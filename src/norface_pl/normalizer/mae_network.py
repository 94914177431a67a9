"""Masked autoencoder around the face encoder (He et al., 2022): hide patches, draw them again."""

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


class MaskedAutoencoder(nn.Module):
    """Encoder that sees a few patches, and a light decoder that draws all of them.

    Args:
        encoder: learns; its patch embedding, position embedding and blocks are used as they are.
        mask_ratio: share of hidden patches; 0.75 in the paper.
        decoder_dim: width of the decoder.
        decoder_depth: its blocks.
        decoder_heads: its attention heads.
        norm_pix: draw each patch with its own mean and variance removed, as the paper advises.
    """

    def __init__(
        self,
        encoder: FaceEncoder,
        mask_ratio: float = 0.75,
        decoder_dim: int = 96,
        decoder_depth: int = 2,
        decoder_heads: int = 3,
        norm_pix: bool = True,
    ) -> None:
        super().__init__()
        self.encoder = encoder
        self.mask_ratio = mask_ratio
        self.norm_pix = norm_pix
        self.patch: int = encoder.vit.patch_embed.patch_size[0]
        count = encoder.grid**2
        self.embed = nn.Linear(encoder.embed_dim, decoder_dim)
        self.mask_token = nn.Parameter(torch.zeros(1, 1, decoder_dim))
        self.position = nn.Parameter(torch.zeros(1, count, decoder_dim))
        nn.init.trunc_normal_(self.mask_token, std=0.02)
        nn.init.trunc_normal_(self.position, std=0.02)
        self.blocks = nn.Sequential(
            *(Block(decoder_dim, decoder_heads, qkv_bias=True) for _ in range(decoder_depth))
        )
        self.draw = nn.Sequential(
            nn.LayerNorm(decoder_dim), nn.Linear(decoder_dim, 3 * self.patch**2)
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
        """Decoder tokens (B, N, decoder_dim): visible ones and mask tokens, back in place."""
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
