"""How far the probabilities of inputs can be trusted, as a table and as a picture."""

from collections.abc import Sequence

import numpy as np

from norface_pl.evaluation.plots import curves
from norface_pl.evaluation.record import Record
from norface_pl.evaluation.tables import NONE, TextTable
from norface_pl.io.images import Picture
from norface_pl.metrics.reliability import BINS, Numbers, Reliability

PLACES = [f"{100 * place // BINS}–{100 * (place + 1) // BINS} %" for place in range(BINS)]


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
    """Draw the share that was so over what was said, beside that of perfect probabilities."""
    found = reliabilities(records)
    middle = [((place + 0.5) / BINS, np.nan) for place in range(BINS)]
    series = {"perfect": middle} | {
        row: [(share, np.nan) for share in so.tolist()] for row, (_, so) in found.items()
    }
    places = [place.replace("–", "-") for place in PLACES]
    return curves(f"{name}: share that was so, by what was said", places, series)
