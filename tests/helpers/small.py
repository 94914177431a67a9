"""A generator small enough for tests."""

from norface_pl.normalizer.decoder import ConvDecoder
from norface_pl.normalizer.encoder import FaceEncoder
from norface_pl.normalizer.generator import Generator
from norface_pl.normalizer.merging import ExpressionMerging


def small_generator(code_dim: int = 4) -> Generator:
    """A generator for 16 px faces."""
    encoder = FaceEncoder(16, 8, 24, 1, 2)
    return Generator(
        encoder,
        ExpressionMerging(24, 1, 2),
        ConvDecoder(24, (16, 8, 8)),
        code_dim=code_dim,
        code_tokens=3,
        token_dim=4,
        hidden=8,
    )
