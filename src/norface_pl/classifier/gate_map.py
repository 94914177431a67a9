"""A picture of which experts each label uses."""

from collections.abc import Sequence

import cv2
import numpy as np
from torch import Tensor

from norface_pl.io.images import Picture

SIDE, LEFT, TOP = 36, 150, 30
INK = np.array([0, 114, 178])


def gate_map(load: Tensor, labels: Sequence[str]) -> Picture:
    """Draw the mean gates of labels (L, K): a row for each label, a column for each expert.

    White is a gate of 0 and blue one of 1; numbers are percent. A gate that all labels share has
    one row.
    """
    names = labels if len(labels) == len(load) else ["all labels"]
    height, width = TOP + SIDE * len(load), LEFT + SIDE * load.shape[1]
    canvas: Picture = np.full((height, width, 3), 255, np.uint8)
    for expert in range(load.shape[1]):
        _write(canvas, str(expert + 1), (LEFT + SIDE * expert + 12, 20))
    for row, (name, gates) in enumerate(zip(names, load.tolist(), strict=True)):
        top = TOP + SIDE * row
        _write(canvas, name[-18:], (6, top + 23))
        for expert, gate in enumerate(gates):
            left = LEFT + SIDE * expert
            shade = (255 - gate * (255 - INK)).round().astype(int)
            canvas[top : top + SIDE - 2, left : left + SIDE - 2] = shade
            _write(canvas, f"{100 * gate:.0f}", (left + 6, top + 23))
    return canvas


def _write(canvas: Picture, text: str, where: tuple[int, int]) -> None:
    cv2.putText(canvas, text, where, cv2.FONT_HERSHEY_SIMPLEX, 0.45, (0, 0, 0), 1, cv2.LINE_AA)
