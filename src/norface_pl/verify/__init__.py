"""Recomputing from a manifest what is published about its data set."""

from norface_pl.verify.check import Check, State
from norface_pl.verify.evidence import Evidence
from norface_pl.verify.verification import verify

__all__ = ["Check", "Evidence", "State", "verify"]
