"""LightningDataModules, one file per data set; imported as ``norface_pl.datamodules``."""

if __name__ != "norface_pl.datamodules":
    raise ImportError("import norface_pl.datamodules, not the source folder")

from .acted import DrawnClips, DrawnPeople
from .affectnet import AffectNetDataModule
from .base import FaceDataModule
from .bp4d import BP4DDataModule
from .bp4dplus import BP4DPlusDataModule
from .cross import CrossDataModule
from .disfa import DISFADataModule
from .facekit import FaceKitDataModule
from .fer2013 import FER2013DataModule
from .ferplus import FERPlusDataModule
from .folder import FolderDataModule
from .multi import MultiDataModule
from .photo import PhotoDataModule
from .rafdb import RAFDBDataModule
from .synthetic import SyntheticDataModule

__all__ = [
    "AffectNetDataModule",
    "BP4DDataModule",
    "BP4DPlusDataModule",
    "CrossDataModule",
    "DISFADataModule",
    "DrawnClips",
    "DrawnPeople",
    "FER2013DataModule",
    "FERPlusDataModule",
    "FaceDataModule",
    "FaceKitDataModule",
    "FolderDataModule",
    "MultiDataModule",
    "PhotoDataModule",
    "RAFDBDataModule",
    "SyntheticDataModule",
]
