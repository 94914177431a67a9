"""The face encoder E_s that both faces share: a timm Vision Transformer giving patch tokens."""

import math
from pathlib import Path

import torch
from timm.models.vision_transformer import VisionTransformer, checkpoint_filter_fn
from torch import Tensor, nn

from norface_pl.errors import NorfaceError
from norface_pl.io.tensor_files import read_weights
from norface_pl.normalizer.options import EncoderOptions

# A MAE checkpoint has no norm trained for pooled features and no classification head.
MAY_BE_MISSING = ("fc_norm.", "norm.", "head.")


class ConvStem(nn.Module):
    """Strided convolutions in place of one cut into patches; learns faster from few pictures.

    After Xiao et al., Early Convolutions Help Transformers See Better (NeurIPS 2021).
    """

    def __init__(self, patch_size: int, embed_dim: int) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        before = 3
        for number in range(int(math.log2(patch_size))):
            after = 32 * 2**number
            layers += [nn.Conv2d(before, after, 3, 2, 1), nn.GroupNorm(8, after), nn.SiLU()]
            before = after
        self.proj = nn.Sequential(*layers, nn.Conv2d(before, embed_dim, 1))

    def forward(self, images: Tensor) -> Tensor:
        """Map (B, 3, H, W) to tokens (B, N, D)."""
        tokens: Tensor = self.proj(images).flatten(2).transpose(1, 2)
        return tokens


class FaceEncoder(nn.Module):
    """Vision Transformer over a face, without class token and without pooling.

    Args:
        image_size: side of the square input in pixels.
        options: sizes, stem and weights.
    """

    def __init__(self, image_size: int = 64, options: EncoderOptions = EncoderOptions()) -> None:
        super().__init__()
        if image_size % options.patch_size:
            raise NorfaceError(
                f"image_size {image_size} is not a multiple of patch_size {options.patch_size}: "
                "change one of the two."
            )
        self.vit = VisionTransformer(
            img_size=image_size,
            patch_size=options.patch_size,
            embed_dim=options.embed_dim,
            depth=options.depth,
            num_heads=options.num_heads,
            num_classes=0,
            class_token=False,
            global_pool="",
        )
        if options.stem == "conv":
            self.vit.patch_embed = ConvStem(options.patch_size, options.embed_dim)
        self.embed_dim = options.embed_dim
        self.grid = image_size // options.patch_size
        self.register_buffer("mean", torch.tensor(options.mean).view(1, 3, 1, 1))
        self.register_buffer("std", torch.tensor(options.std).view(1, 3, 1, 1))
        self.mean: Tensor
        self.std: Tensor
        if options.weights is not None:
            self.load_mae(options.weights)

    def forward(self, images: Tensor) -> Tensor:
        """Embed RGB images (B, 3, H, W) in [0, 1] as patch tokens (B, grid * grid, embed_dim)."""
        tokens: Tensor = self.vit.forward_features((images - self.mean) / self.std)
        return tokens

    def load_mae(self, path: Path) -> None:
        """Load encoder weights of a masked autoencoder, dropping its decoder.

        Raises:
            NorfaceError: the file is missing, is no checkpoint, or does not fit this encoder.
        """
        state = {
            name: value
            for name, value in read_weights(path, "Encoder").items()
            if not name.startswith("decoder") and name not in ("mask_token", "cls_token")
        }
        position = state.get("pos_embed")
        if position is not None and self.vit.cls_token is None:
            side = int(position.shape[1] ** 0.5)
            state["pos_embed"] = position[:, position.shape[1] - side * side :]
        state = checkpoint_filter_fn(state, self.vit)
        try:
            # Heads of a fine-tuned file are of no use here.
            missing, _ = self.vit.load_state_dict(state, strict=False)
        except RuntimeError as error:
            raise NorfaceError(
                f"{path} does not fit the encoder (embed_dim, depth, patch_size): {error}"
            ) from error
        wrong = [name for name in missing if not name.startswith(MAY_BE_MISSING)]
        if wrong:
            raise NorfaceError(
                f"{path} lacks {len(wrong)} weights of the encoder, the first is {wrong[0]!r}: "
                "check embed_dim, depth and patch_size."
            )
