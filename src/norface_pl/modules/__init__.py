"""LightningModules of the two stages."""

from norface_pl.modules.base import FaceModule, load_module
from norface_pl.modules.classifier import ClassifierModule
from norface_pl.modules.mae import MAEModule

__all__ = ["ClassifierModule", "FaceModule", "MAEModule", "load_module"]
