"""Scores of each task: sums that add up, and the metrics that are logged."""
