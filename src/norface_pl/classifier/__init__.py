"""Stage 2, all of it: reads labels from the original and the normalized face."""

from norface_pl.classifier.module import ClassifierModule
from norface_pl.classifier.occurrence import AsymmetricLoss, DiceLoss, FocalLoss
from norface_pl.classifier.plain import PlainClassifier

__all__ = ["AsymmetricLoss", "ClassifierModule", "DiceLoss", "FocalLoss", "PlainClassifier"]
