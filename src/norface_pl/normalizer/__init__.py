"""Stage 1, all of it: redraws every face as one person, frontal, with its own expression."""

from norface_pl.normalizer.mae import MAEModule
from norface_pl.normalizer.module import NormalizerModule
from norface_pl.normalizer.plain import PlainNormalizer

__all__ = ["MAEModule", "NormalizerModule", "PlainNormalizer"]
