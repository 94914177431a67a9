"""LightningModules of the two stages."""

from norface_pl.modules.base import FaceModule, load_module
from norface_pl.modules.classifier import ClassifierModule

__all__ = ["ClassifierModule", "FaceModule", "load_module"]
