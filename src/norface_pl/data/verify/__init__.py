"""Recomputing from a manifest what is published about its data set."""

from norface_pl.data.verify.check import Check, State
from norface_pl.data.verify.evidence import Evidence
from norface_pl.data.verify.verification import verify

__all__ = ["Check", "Evidence", "State", "verify"]
