"""Metrics: torchmetrics, no Lightning."""
