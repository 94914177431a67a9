"""Smoothing of what is read from a film: a mean over time, face by face."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from norface_pl.analysis.reading import Reading

Times = NDArray[np.float64]
Values = NDArray[np.float32]


def moving_mean(times: Times, values: Values, wanted: Times, seconds: float) -> Values:
    """Return the mean of curves over a window of time around each of some moments, (M, L).

    A value holds from halfway to the one before it to halfway to the one after it, the first and
    the last without an end. So values that stand close together count no more than a single one,
    and across a gap nothing comes in from further away than half a window.

    Args:
        times: (N,) of the values, rising.
        values: (N, L).
        wanted: (M,) the middle of each window.
        seconds: length of a window.
    """
    borders = np.concatenate([[-np.inf], (times[1:] + times[:-1]) / 2, [np.inf]])
    first, last = wanted[:, None] - seconds / 2, wanted[:, None] + seconds / 2
    shared = np.minimum(borders[1:], last) - np.maximum(borders[:-1], first)
    means: Values = (shared.clip(0) @ values / seconds).astype(np.float32)
    return means


def smoothed(readings: Iterable[Reading], seconds: float) -> Iterator[Reading]:
    """Yield readings whose values of films are smoothed, as soon as no later value can matter.

    Args:
        readings: in order.
        seconds: length of the window.
    """
    before, waiting = list[Reading](), list[Reading]()
    for reading in readings:
        waiting.append(reading)
        while waiting and _passed(waiting[0], reading, seconds):
            yield _smooth(waiting[0], [*before, *waiting], seconds)
            before = [each for each in before if not _passed(each, waiting[0], seconds)]
            before.append(waiting.pop(0))
    while waiting:
        yield _smooth(waiting[0], [*before, *waiting], seconds)
        before.append(waiting.pop(0))


def _passed(reading: Reading, later: Reading, seconds: float) -> bool:
    """Tell whether no face after ``later`` is near enough to change ``reading``, nor the reverse.

    The next value of a face holds from halfway to its last one, so that it reaches into a window
    from as far away as the window is long.
    """
    end, now = reading.seen[-1].frame, later.seen[-1].frame
    # Where there is no time, nothing follows: a picture, or the damaged end of a film.
    return end.source is not now.source or not now.time < end.time + seconds


def _smooth(reading: Reading, around: Sequence[Reading], seconds: float) -> Reading:
    """Return a reading smoothed by those around it, itself included."""
    owners = [owner for each in around for owner in each.owners]
    times = np.concatenate([each.times for each in around])
    everything = np.concatenate([each.values for each in around])
    values = reading.values.copy()
    for owner in {owner for owner in reading.owners if owner[0].moving}:
        theirs = [each == owner for each in owners]
        own = [each == owner for each in reading.owners]
        values[own] = moving_mean(times[theirs], everything[theirs], reading.times[own], seconds)
    cells = [seconds if source.moving else None for source, _ in reading.owners]
    return replace(reading, values=values, notes={**reading.notes, "smooth_s": cells})
