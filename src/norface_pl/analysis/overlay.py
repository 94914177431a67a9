"""Pictures and films with what was read from their faces drawn over them."""

import shutil
from collections.abc import Sequence
from math import isfinite
from pathlib import Path

import cv2
import numpy as np
import pandas as pd

from norface_pl.analysis.frames import frame_rate
from norface_pl.analysis.measures import Measure, measures_of
from norface_pl.analysis.reading import Reading
from norface_pl.analysis.seen import Seen
from norface_pl.analysis.sources import Source
from norface_pl.errors import NorfaceError, told
from norface_pl.io.files import make_folder
from norface_pl.io.images import Picture, scale_to, write_image

SIDE = 1280
"""Side to which pictures are shrunk that are drawn over."""

_PANEL, _ROW, _WORDS = 112, 11, 44  # pixels: of the redrawn face, of a bar, of its name
_BOX, _TEXT = (0, 255, 0), (255, 255, 255)
_BARS = {"probability": (255, 160, 0), "intensity": (80, 170, 255)}
_FILES = (".mp4", ".jpg")
_FONT = cv2.FONT_HERSHEY_SIMPLEX


def check_place(place: Path, sources: Sequence[Source]) -> None:
    """Refuse a file for several overlays, or of another kind than the only one.

    Raises:
        NorfaceError: the place is such a file.
    """
    if place.suffix.lower() not in _FILES:
        return
    if len(sources) > 1:
        raise NorfaceError(
            f"{place} is one file, and {len(sources)} pictures and films have overlays; give a "
            "folder for them"
        )
    wanted = _suffix(sources[0])
    if place.suffix.lower() != wanted:
        raise NorfaceError(f"the overlay of {sources[0].name} is a {wanted} file, not {place}")


def deliver(made: Path, place: Path) -> None:
    """Move overlays from the folder in which they were made to their file, or into their folder."""
    if made.resolve() == place.resolve():
        return
    alone = place.suffix.lower() in _FILES
    make_folder(place.parent if alone else place)
    for path in sorted(made.iterdir()):
        target = place if alone else place / path.name
        with told("write", target):
            shutil.move(path, target)
    made.rmdir()


def _suffix(source: Source) -> str:
    return ".mp4" if source.moving else ".jpg"


class Overlay:
    """A picture or a film (mp4) for each source, with boxes, redrawn faces and bars.

    Args:
        folder: where they go.
        every: of films, one frame of so many is looked at.
    """

    def __init__(self, folder: Path, every: int) -> None:
        self.folder, self.every = make_folder(folder), every
        self._film: tuple[Source, cv2.VideoWriter] | None = None

    def add(self, reading: Reading) -> None:
        """Draw over frames that were kept, and write them."""
        row = face = 0
        for each in reading.seen:
            count = len(each.faces)
            picture = each.frame.picture
            if picture is not None:
                values = reading.table.iloc[row : row + count]
                drawn = draw_over(picture, each, values, list(reading.redrawn[face : face + count]))
                self._write(each.frame.source, drawn)
            row += max(count, 1)
            face += count

    def _write(self, source: Source, picture: Picture) -> None:
        if not source.moving:
            write_image(self.folder / f"{source.stem}{_suffix(source)}", picture)
            return
        if self._film is None or self._film[0] is not source:
            self.close()
            path = str(self.folder / f"{source.stem}{_suffix(source)}")
            height, width = picture.shape[:2]
            rate = frame_rate(source) / self.every
            codec = cv2.VideoWriter.fourcc(*"mp4v")
            self._film = source, cv2.VideoWriter(path, codec, rate, (width, height))
        self._film[1].write(cv2.cvtColor(picture, cv2.COLOR_RGB2BGR))

    def close(self) -> None:
        """End the film that is written."""
        if self._film is not None:
            self._film[1].release()
            self._film = None


def draw_over(
    picture: Picture, seen: Seen, values: pd.DataFrame, redrawn: list[Picture]
) -> Picture:
    """Return a picture with box, number, emotion and landmarks of each face, and a panel beside it.

    Args:
        picture: of the frame, shrunk by ``seen.scale``.
        seen: its faces.
        values: a row of the table for each.
        redrawn: each as the target person.
    """
    canvas = picture.copy()
    measures = measures_of([name for name in map(str, values) if name.startswith(("AU", "p_"))], {})
    rows = [row for _, row in values.iterrows()]
    for (number, face, _), new, row in zip(seen.faces, redrawn, rows, strict=True):
        left, top, right, bottom = (round(float(side) * seen.scale) for side in face.box)
        cv2.rectangle(canvas, (left, top), (right, bottom), _BOX, 2)
        for x, y in (face.landmarks * seen.scale).round().astype(int).tolist():
            cv2.circle(canvas, (x, y), 2, _BOX, -1, cv2.LINE_AA)
        words = f"{number} {row.get('emotion', '')}"
        cv2.putText(canvas, words, (left + 5, top + 18), _FONT, 0.5, _BOX, 1, cv2.LINE_AA)
        _paste(canvas, _panel(new, row, measures), left, right, top)
    return canvas


def _panel(face: Picture, values: "pd.Series[float]", measures: list[Measure]) -> Picture:
    """A redrawn face above a row for each measure; probability and intensity share one."""
    panel = np.zeros((_PANEL + _ROW * len(measures), _PANEL, 3), np.uint8)
    panel[:_PANEL] = scale_to(face, _PANEL)
    for at, measure in enumerate(measures):
        top = _PANEL + _ROW * at
        height = (_ROW - 4) // len(measure.scales)
        for line, scale in enumerate(measure.scales):
            value, upper = float(values[scale.column]), top + 2 + line * height
            if isfinite(value):
                end = _WORDS + round((_PANEL - _WORDS - 1) * scale.share(value))
                lower = (end, upper + height - 1)
                cv2.rectangle(panel, (_WORDS, upper), lower, _BARS[scale.kind], -1)
        where = (1, top + _ROW - 3)
        cv2.putText(panel, measure.name[:7], where, _FONT, 0.3, _TEXT, 1, cv2.LINE_AA)
    return panel


def _paste(canvas: Picture, panel: Picture, left: int, right: int, top: int) -> None:
    """Put a panel beside a box: on its right, on its left where there is no room."""
    height, width = canvas.shape[:2]
    panel = panel[:height, :width]
    tall, wide = panel.shape[:2]
    x = right + 4 if right + 4 + wide <= width else left - 4 - wide
    x, y = min(max(x, 0), width - wide), min(max(top, 0), height - tall)
    canvas[y : y + tall, x : x + wide] = panel
