"""Values of a face relative to those of the same face at rest."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from norface_pl.labels import MAX_INTENSITY
from norface_pl.types import Task

Values = NDArray[np.float32]
Labels = Mapping[Task, Sequence[str]]

_NEVER = 1e-3
"""Probability at rest that is not told from a smaller one; such logits have no meaning."""


def taken_off(values: Values, rest: Values, usual: Values, labels: Labels) -> Values:
    """Return values (L,) as they would be if the face at rest read like any face at rest.

    Logits of action units and of emotions are moved by what lies between both rests. Intensities
    and affect are 0 at rest, so that the own rest is subtracted.

    Args:
        values: (L,).
        rest: (L,) of the same face; NaN leaves a task as it is.
        usual: (L,).
        labels: of each task.
    """
    found, first = values.copy(), 0
    for task, names in labels.items():
        own = slice(first, first + len(names))
        first += len(names)
        if not np.isnan(rest[own]).any():
            found[own] = _TAKEN_OFF[task](values[own], rest[own], usual[own])
    return found


def _occurrence(values: Values, rest: Values, usual: Values) -> Values:
    moved = _logit(values, 1e-6) - _logit(rest) + _logit(usual)
    found: Values = 1 / (1 + np.exp(-moved))
    return found


def _intensity(values: Values, rest: Values, usual: Values) -> Values:
    return (values - rest).clip(0, MAX_INTENSITY)


def _expression(values: Values, rest: Values, usual: Values) -> Values:
    weighed = values * usual.clip(_NEVER) / rest.clip(_NEVER)
    found: Values = weighed / weighed.sum()
    return found


def _affect(values: Values, rest: Values, usual: Values) -> Values:
    return (values - rest).clip(-1, 1)


_TAKEN_OFF: dict[Task, Callable[[Values, Values, Values], Values]] = {
    "au_detection": _occurrence,
    "au_intensity": _intensity,
    "expression": _expression,
    "valence_arousal": _affect,
}


def _logit(probability: Values, least: float = _NEVER) -> Values:
    inside = probability.clip(least, 1 - least)
    logits: Values = np.log(inside / (1 - inside))
    return logits
