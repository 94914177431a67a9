"""The normalization network F(I_o, I_t) -> I_n."""

from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor, nn

from norface_pl.errors import NorfaceError
from norface_pl.nn.convnet import FaceConvNet
from norface_pl.nn.regions import hiding_expression
from norface_pl.normalizer.decoder import ConvDecoder
from norface_pl.normalizer.encoder import FaceEncoder
from norface_pl.normalizer.merging import ExpressionMerging
from norface_pl.normalizer.options import GeneratorOptions


class ExpressionHead(nn.Module):
    """Reads a narrow global expression code from the patch tokens of a face.

    The code is the only thing that passes from the original to the normalized face, so its width
    is the bottleneck against person, pose and background. Every place of the aligned grid keeps
    its own weights: expressions live at fixed places of an aligned face.

    Args:
        dim: width of a token.
        count: number of tokens.
        code_dim: width of the code.
    """

    def __init__(self, dim: int, count: int, code_dim: int) -> None:
        super().__init__()
        self.reduce = nn.Linear(dim, 16)
        self.read = nn.Sequential(
            nn.Flatten(),
            nn.LayerNorm(16 * count),
            nn.Linear(16 * count, 256),
            nn.GELU(),
            nn.Linear(256, code_dim),
        )

    def forward(self, tokens: Tensor) -> Tensor:
        """Map tokens (B, N, D) to codes (B, code_dim)."""
        code: Tensor = self.read(self.reduce(tokens))
        return code


class PictureReader(nn.Module):
    """Reads the expression code from the picture with a plain convolutional network.

    It learns faster from few pictures than a head on the tokens of a transformer, and leaves the
    encoder to the target alone.

    Args:
        code_dim: width of the code.
        channels: of each convolution.
        features: that codes are read from.
        places: along each side that features are read from.
    """

    def __init__(
        self,
        code_dim: int,
        channels: Sequence[int] = (32, 64, 96, 128),
        features: int = 192,
        places: int = 4,
    ) -> None:
        super().__init__()
        self.features = FaceConvNet(channels, features, places, residual=True)
        self.read = nn.Linear(self.features.num_features, code_dim)

    def describe(self, images: Tensor) -> Tensor:
        """Map pictures (B, 3, H, W) in [0, 1] to the features that codes are read from, (B, D)."""
        # Convolutions on CPUs are a fifth faster on this layout.
        images = images.contiguous(memory_format=torch.channels_last)
        features: Tensor = self.features(4 * (images - 0.5))
        return features

    def forward(self, images: Tensor) -> Tensor:
        """Map pictures (B, 3, H, W) in [0, 1] to codes (B, code_dim)."""
        code: Tensor = self.read(self.describe(images))
        return code


def _reader(image_size: int, options: GeneratorOptions) -> PictureReader:
    channels = options.reader_channels
    # Every place that the convolutions leave is kept: expressions are small movements.
    places = max(4, image_size >> len(channels))
    return PictureReader(options.code_dim, channels, options.reader_features, places)


class Embedding(NamedTuple):
    """What the encoder says of a face: patch tokens (B, N, D) and expression code (B, C)."""

    tokens: Tensor
    code: Tensor


class Generator(nn.Module):
    """Shared ViT encoder, expression bottleneck, Expression Merging Module, decoder.

    Encoder, cross-attention and decoder follow what is known of Norface and of FlowFace (AAAI
    2023); the bottleneck and the explicit pose are ours.

    Args:
        image_size: side of the faces in pixels.
        options: sizes of all parts.

    Raises:
        NorfaceError: the decoder's doublings do not lead to ``image_size``, or codes would be read
            from tokens of covered pictures.
    """

    cover: Tensor | None

    def __init__(self, image_size: int, options: GeneratorOptions = GeneratorOptions()) -> None:
        super().__init__()
        encoder, channels = FaceEncoder(image_size, options.encoder), options.decoder_channels
        drawn = encoder.grid * 2 ** len(channels)
        if drawn != image_size:
            raise NorfaceError(
                f"decoder_channels {list(channels)} draw {drawn} pixels from {encoder.grid} "
                f"patches a side, image_size is {image_size}: change their number."
            )
        if options.hide_expression and options.code_from == "tokens":
            raise NorfaceError(
                "generator.hide_expression covers what tokens would tell of the expression: set "
                "generator.code_from to picture"
            )
        cover = hiding_expression(image_size) if options.hide_expression else None
        self.register_buffer("cover", cover, persistent=False)
        dim, code_dim, code_tokens = encoder.embed_dim, options.code_dim, options.code_tokens
        self.encoder = encoder
        self.merging = ExpressionMerging(dim, options.merging_depth, options.encoder.num_heads)
        self.decoder = ConvDecoder(dim, channels)
        self.head = (
            ExpressionHead(dim, encoder.grid**2, code_dim)
            if options.code_from == "tokens"
            else _reader(image_size, options)
        )
        self.code_dim, self.code_tokens = code_dim, code_tokens
        self.unfold = nn.Sequential(
            nn.Linear(code_dim, 4 * code_dim), nn.GELU(), nn.Linear(4 * code_dim, code_tokens * dim)
        )
        self.pose = nn.Sequential(nn.Linear(6, dim), nn.GELU(), nn.Linear(dim, dim))
        self.place = nn.Parameter(0.02 * torch.randn(1, code_tokens + 1, dim))

    @property
    def hides_expression(self) -> bool:
        """Whether the expression of a target is covered before it is looked at."""
        return self.cover is not None

    def embed(self, images: Tensor) -> Embedding:
        """Encode faces (B, 3, H, W) in [0, 1]."""
        tokens = self.see(images)
        return Embedding(tokens, self.read(images, tokens))

    def see(self, targets: Tensor) -> Tensor:
        """Return the tokens (B, N, D) of target faces (B, 3, H, W) in [0, 1]."""
        if self.cover is not None:
            plain = targets.mean((2, 3), keepdim=True)
            targets = targets + self.cover * (plain - targets)
        tokens: Tensor = self.encoder(targets)
        return tokens

    def read(self, images: Tensor, tokens: Tensor | None = None) -> Tensor:
        """Return the expression codes (B, code_dim) of faces whose tokens may be known."""
        if isinstance(self.head, PictureReader):
            return self.head(images)  # type: ignore[no-any-return]
        code: Tensor = self.head(self.encoder(images) if tokens is None else tokens)
        return code

    def decode(self, target: Tensor, code: Tensor, pose: Tensor, target_pose: Tensor) -> Tensor:
        """Draw the target with an expression and a pose.

        Args:
            target: tokens of the target face (B, N, D).
            code: expression code of the original (B, C).
            pose: (B, 3) yaw, pitch, roll in degrees that the picture shall have.
            target_pose: (B, 3) pose of the target face.

        Returns:
            RGB (B, 3, H, W) in [0, 1].
        """
        # 20 degrees, about one standard deviation of a moving head, become 1.
        poses = self.pose(torch.cat([pose, pose - target_pose], dim=1) / 20)
        unfolded = self.unfold(code).unflatten(1, (self.code_tokens, -1))
        source = torch.cat([unfolded, poses[:, None]], dim=1) + self.place
        image: Tensor = self.decoder(self.merging(target, source))
        return image

    def forward(self, original: Tensor, target: Tensor) -> Tensor:
        """Redraw originals as targets in the targets' pose: I_n (B, 3, H, W) in [0, 1]."""
        both = self.embed(torch.cat([original, target]))
        tokens = both.tokens[len(original) :]
        frontal = tokens.new_zeros(len(original), 3)
        return self.decode(tokens, both.code[: len(original)], frontal, frontal)
