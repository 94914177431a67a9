"""Losses: torch only, no Lightning."""

from norface_pl.losses.occurrence import AsymmetricLoss, DiceLoss, FocalLoss

__all__ = ["AsymmetricLoss", "DiceLoss", "FocalLoss"]
