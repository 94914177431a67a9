"""LightningDataModules, one file per data set; imported as ``norface_pl.datamodules``."""

if __name__ != "norface_pl.datamodules":
    raise ImportError("import norface_pl.datamodules, not the source folder")

from .base import FaceDataModule
from .synthetic import SyntheticDataModule

__all__ = ["FaceDataModule", "SyntheticDataModule"]
