"""A generator small enough for tests."""

from norface_pl.normalizer.generator import Generator
from norface_pl.normalizer.options import EncoderOptions, GeneratorOptions


def small_generator(code_dim: int = 4) -> Generator:
    """A generator for 16 px faces."""
    encoder = EncoderOptions(embed_dim=24, depth=1, num_heads=2, stem="patch")
    return Generator(16, GeneratorOptions(encoder, 1, "tokens", code_dim, 3, (16, 8, 8)))
