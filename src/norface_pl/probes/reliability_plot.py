"""A picture of how far probabilities can be trusted."""

from collections.abc import Mapping

import numpy as np

from norface_pl.io.images import Picture
from norface_pl.io.plots import curves
from norface_pl.metrics.reliability import BINS, Numbers

PLACES = [f"{100 * place // BINS}–{100 * (place + 1) // BINS} %" for place in range(BINS)]
"""What each bin of the probabilities is called."""


def reliability_plot(
    name: str, found: Mapping[str, tuple[Numbers, Numbers]], small: bool = False
) -> Picture:
    """Draw the share that was so over what was said, beside that of perfect probabilities.

    Args:
        name: of what is read; begins the title.
        found: by name of the input, what `Reliability.curve` returns.
        small: narrow enough for a card of TensorBoard.
    """
    middle = [((place + 0.5) / BINS, np.nan) for place in range(BINS)]
    series = {"perfect": middle} | {
        row: [(share, np.nan) for share in so.tolist()] for row, (_, so) in found.items()
    }
    places = [place.replace("–", "-") for place in PLACES]
    if small:
        tens = [str(10 * place + 5) if place % 2 else "" for place in range(BINS)]
        return curves(f"{name}: share so, by % said", tens, series, step=26)
    return curves(f"{name}: share that was so, by what was said", places, series)
