"""Losses: torch only, no Lightning."""
