"""The tally of each task."""

from collections.abc import Mapping
from typing import Any

from norface_pl.metrics.expression_tally import ExpressionTally
from norface_pl.metrics.intensity_tally import IntensityTally
from norface_pl.metrics.occurrence_tally import OccurrenceTally
from norface_pl.metrics.tally import Tally
from norface_pl.types import Task

TALLIES: dict[Task, type[Tally]] = {
    kind.task: kind for kind in (OccurrenceTally, IntensityTally, ExpressionTally)
}


def read_tally(content: Mapping[str, Any]) -> Tally:
    """Return the tally of a content of any task."""
    return TALLIES[content["task"]].read(content)
