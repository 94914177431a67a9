"""Faces drawn with exact labels."""
