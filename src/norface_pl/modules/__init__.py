"""LightningModules of the two stages."""

from norface_pl.modules.base import FaceModule, load_module
from norface_pl.modules.classifier import ClassifierModule
from norface_pl.modules.mae import MAEModule
from norface_pl.modules.normalizer import NormalizerModule

__all__ = ["ClassifierModule", "FaceModule", "MAEModule", "NormalizerModule", "load_module"]
