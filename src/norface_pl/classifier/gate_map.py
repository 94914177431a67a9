"""A picture of which experts each label uses."""

from collections.abc import Sequence

import numpy as np
from torch import Tensor

from norface_pl.io.images import Picture
from norface_pl.io.plots import COLOURS, blank, write_text

SIDE, LEFT, TOP = 36, 150, 30
INK = np.array(COLOURS[0])


def gate_map(load: Tensor, labels: Sequence[str], experts: Sequence[str]) -> Picture:
    """Draw the mean gates of labels (L, K): a row for each label, a column for each expert.

    White is a gate of 0 and blue one of 1; numbers are percent. A gate that all labels share has
    one row.
    """
    names = labels if len(labels) == len(load) else ["all labels"]
    height, width = TOP + SIDE * len(load), LEFT + SIDE * load.shape[1]
    canvas = blank(height, width)
    for expert, name in enumerate(experts):
        write_text(canvas, name, (LEFT + SIDE * expert + 8, 20))
    for row, (name, gates) in enumerate(zip(names, load.tolist(), strict=True)):
        top = TOP + SIDE * row
        write_text(canvas, name[-18:], (6, top + 23))
        for expert, gate in enumerate(gates):
            left = LEFT + SIDE * expert
            shade = (255 - gate * (255 - INK)).round().astype(int)
            canvas[top : top + SIDE - 2, left : left + SIDE - 2] = shade
            write_text(canvas, f"{100 * gate:.0f}", (left + 6, top + 23))
    return canvas
