"""How far the probabilities of inputs can be trusted, as a table and as a picture."""

from collections.abc import Sequence

import numpy as np

from norface_pl.evaluation.record import Record
from norface_pl.evaluation.tables import NONE, TextTable
from norface_pl.io.images import Picture
from norface_pl.metrics.reliability import Numbers, Reliability
from norface_pl.probes.reliability_plot import PLACES, reliability_plot


def reliability_table(records: Sequence[Record]) -> TextTable | None:
    """Return the reliability of each input: of the selected epochs, all folds, seeds and labels."""
    found = reliabilities(records)
    if not found:
        return None
    title = "Share (%) that was so, by what was said (mean in brackets)"
    made = TextTable(title, ["input", *PLACES])
    for name, (said, so) in found.items():
        cells = [
            NONE if np.isnan(share) else f"{100 * share:.1f} ({100 * mean:.1f})"
            for mean, share in zip(said, so, strict=True)
        ]
        made.rows.append([name, *cells])
    return made


def reliabilities(records: Sequence[Record]) -> dict[str, tuple[Numbers, Numbers]]:
    """Return the curve of each input of which something is known; see `Reliability.curve`."""
    found: dict[str, Reliability] = {}
    for record in records:
        own, name = record.selected.tally.reliability, record.run.row
        if own is not None and own.sums.any():
            found[name] = found[name] + own if name in found else own
    return {name: own.curve() for name, own in found.items()}


def reliability_picture(name: str, records: Sequence[Record]) -> Picture:
    """Draw the reliability of each input; see `reliability_plot`."""
    return reliability_plot(name, reliabilities(records))
