"""One-frame calibration: what a person's own face reads at rest is taken off what it reads."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from norface_pl.analysis.reading import Owner, Reading
from norface_pl.analysis.relative import Labels, Values, taken_off
from norface_pl.analysis.sources import Found, find_sources
from norface_pl.analysis.thinned import Thinned
from norface_pl.errors import NorfaceError, printable
from norface_pl.inference.stages import Stages

AUTO = "auto"
LOW = 0.1
"""Quantile of what is read from a face that is its low end."""

LEAST = 20
"""Readings of a face from which on it has a low end."""

_KEPT = 1024


@dataclass(frozen=True)
class Neutral:
    """What faces read at rest.

    Attributes:
        name: how the table calls it.
        rests: values (L,) of one person at rest, or of each; NaN where nobody knows.
        usual: values (L,) of a face at rest as the classifier knows it.
        labels: of the classifier.
    """

    name: str
    rests: Values | Mapping[Owner, Values]
    usual: Values
    labels: Labels

    def calibrate(self, readings: Iterable[Reading]) -> Iterator[Reading]:
        """Yield readings relative to rest; a face whose rest is not known stays as it is."""
        for reading in readings:
            values, cells = reading.values.copy(), list[str | None]()
            for place, owner in enumerate(reading.owners):
                known = self.rests.get(owner) if isinstance(self.rests, Mapping) else self.rests
                cells.append(None if known is None else self.name)
                if known is not None:
                    values[place] = taken_off(values[place], known, self.usual, self.labels)
            yield replace(reading, values=values, notes={**reading.notes, "neutral": cells})


def find_neutral(
    given: Path | str, found: Found, read: Callable[[Found], Iterator[Reading]], stages: Stages
) -> Neutral:
    """Return what faces read at rest, of a picture or of the low end of each film.

    Args:
        given: a picture, or `AUTO`.
        found: what is analyzed.
        read: reads what is found.
        stages: the networks.

    Raises:
        NorfaceError: a picture shows no face, or there is nothing that has a low end.
    """
    labels, usual = stages.classifier.labels, stages.of_target()
    if given != AUTO:
        return Neutral(printable(given), _rest_of(given, read), usual, labels)
    if not any(task.startswith("au_") for task in labels):
        raise NorfaceError(
            f"neutral is {AUTO}, but the model reads no action units; give a picture"
        )
    for source in found.sources:
        if not source.moving or isinstance(source.content, int):
            raise NorfaceError(
                f"neutral is {AUTO}, which reads films twice, and {source.name} is none; give a "
                "picture of the neutral face"
            )
    return Neutral(AUTO, low_ends(read(found), labels), usual, labels)


def _rest_of(given: Path | str, read: Callable[[Found], Iterator[Reading]]) -> Values:
    """Return what the largest face of a picture reads."""
    found = find_sources(given)
    if len(found.sources) != 1 or found.sources[0].moving:
        raise NorfaceError(f"neutral is {given}, which is no picture; give one, or {AUTO}")
    (reading,) = read(found)
    if not len(reading.values):
        raise NorfaceError(f"neutral is {given}, which cannot be read: {reading.failures[0][1]}")
    rest: Values = reading.values[0]
    return rest


def low_ends(readings: Iterable[Reading], labels: Labels) -> dict[Owner, Values]:
    """Return the low end of the action units of each face that is read often enough.

    What is no action unit has no low end, and is NaN.
    """
    seen: dict[Owner, Thinned[Values]] = defaultdict(lambda: Thinned(_KEPT))
    for reading in readings:
        for owner, values in zip(reading.owners, reading.values, strict=True):
            # A copy: the batch that a row is a part of is not kept.
            seen[owner].add(values.copy)
    units = np.concatenate([[task.startswith("au_")] * len(n) for task, n in labels.items()])
    return {
        owner: np.where(units, np.quantile(sample.kept, LOW, axis=0), np.nan).astype(np.float32)
        for owner, sample in seen.items()
        if sample.seen >= LEAST
    }
