"""Norface in PyTorch Lightning: faces redrawn as one person, then classified."""

__version__ = "0.1.0"
