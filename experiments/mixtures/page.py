"""docs/results/mixtures.md and its picture, from the records of the settings alone."""

from pathlib import Path

from experiments.mixtures.setting import Plan


def write_page(results: Path, plan: Plan) -> None:
    """Write the page."""
