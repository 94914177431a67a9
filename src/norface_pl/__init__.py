"""Norface in PyTorch Lightning: faces redrawn as one person, then classified."""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from norface_pl.analysis.analyzer import Analyzer as Analyzer
    from norface_pl.classifier import ClassifierModule as ClassifierModule
    from norface_pl.face_module import load_module as load_module
    from norface_pl.normalizer import NormalizerModule as NormalizerModule

__version__ = "0.1.0"
__all__ = ["Analyzer", "ClassifierModule", "NormalizerModule", "load_module"]

# Imported when they are asked for: torch and lightning take seconds, and most of the command line
# needs neither.
_WHERE = {
    "Analyzer": "norface_pl.analysis.analyzer",
    "ClassifierModule": "norface_pl.classifier",
    "NormalizerModule": "norface_pl.normalizer",
    "load_module": "norface_pl.face_module",
}


def __getattr__(name: str) -> object:
    if name not in _WHERE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_WHERE[name]), name)
