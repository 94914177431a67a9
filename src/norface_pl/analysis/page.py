"""A page of HTML about what was read: faces beside redrawn ones, bars, curves, in one file."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path

import pandas as pd
from jinja2 import Environment, PackageLoader, StrictUndefined

from norface_pl import __version__
from norface_pl.analysis.cards import Card, card
from norface_pl.analysis.curves import Line, Track, ticks
from norface_pl.analysis.measures import Measure, measures_of
from norface_pl.analysis.reading import Reading
from norface_pl.analysis.seen import Seen
from norface_pl.analysis.sources import Source
from norface_pl.analysis.thinned import Thinned
from norface_pl.io.files import write_atomic
from norface_pl.io.images import Picture

# All that a page holds is bounded, however much was read: some MB.
_STILLS, _FRAMES, _FILMS = 48, 24, 12  # faces of pictures and of each film; films
_TRACKS, _CURVES = 24, 4  # faces of a film that are followed, and that have curves
_REASONS = 10


@dataclass(frozen=True)
class Curves:
    """What is drawn of one face of a film.

    Attributes:
        number: of the face.
        step: one of so many moments is drawn.
        lines: of each measure.
        data: what is read where one points at them.
    """

    number: int
    step: int
    lines: list[tuple[Measure, list[Line]]]
    data: dict[str, object]


class Section:
    """All pictures together, or one film.

    Args:
        title: of the part of the page.
        measures: that are drawn.
        moving: whether it is a film.
    """

    def __init__(self, title: str, measures: Sequence[Measure], moving: bool) -> None:
        self.title, self.measures, self.moving = title, measures, moving
        self.cards: Thinned[Card] = Thinned(_FRAMES if moving else _STILLS)
        self.tracks: dict[int, Track] = {}
        self.frames = self.failures = 0
        self.begin = self.end = 0.0
        self.reasons: list[tuple[str, str]] = []

    def add(self, seen: Seen, rows: pd.DataFrame, redrawn: Sequence[Picture]) -> None:
        """Take a frame.

        Args:
            seen: the frame and its faces.
            rows: of the table, a face each.
            redrawn: the faces as the target person.
        """
        frame = seen.frame
        if self.moving:
            self.begin = self.begin if self.frames else frame.time
            self.end = frame.time
        self.frames += 1
        faces = zip(seen.faces, rows.iterrows(), redrawn, strict=True)
        for (number, _, aligned), (_, row), new in faces:
            self.cards.add(partial(card, frame, row, aligned, new, self.measures))
            if self.moving and (number in self.tracks or len(self.tracks) < _TRACKS):
                track = self.tracks.setdefault(number, Track(self.measures))
                track.add(frame.time, row)
        self.failures += bool(seen.failures)
        name = f"frame {frame.index}" if self.moving else frame.source.name
        room = _REASONS - len(self.reasons)
        self.reasons += [(name, reason) for reason in seen.failures][:room]

    def curves(self) -> list[Curves]:
        """Return those of the faces that were seen longest."""
        if self.end <= self.begin:
            return []
        longest = sorted(self.tracks.items(), key=lambda item: -item[1].points.seen)[:_CURVES]
        return [
            Curves(number, track.points.step, track.lines(self.begin, self.end), track.data())
            for number, track in sorted(longest)
        ]

    def ticks(self) -> list[tuple[float, str]]:
        """Return moments below the curves."""
        return ticks(self.begin, self.end)


class Page:
    """What a page shows, taken up while it is read.

    Args:
        columns: of the values in the table, see `value_columns`.
        thresholds: see `Analyzer.thresholds`.
        warning: what holds for all values; "" for nothing.
    """

    def __init__(
        self, columns: Sequence[str], thresholds: Mapping[str, float], warning: str = ""
    ) -> None:
        self.measures = measures_of(columns, thresholds)
        self.warnings = [warning] if warning else []
        self._stills = Section("Pictures", self.measures, moving=False)
        self._films: dict[Source, Section] = {}
        self._more = set[Source]()

    def add(self, reading: Reading) -> None:
        """Take some frames."""
        row = face = 0
        for seen in reading.seen:
            count = len(seen.faces)
            if (section := self._section(seen.frame.source)) is not None:
                rows = reading.table.iloc[row : row + count]
                section.add(seen, rows, list(reading.redrawn[face : face + count]))
            row += max(count, 1)
            face += count

    @property
    def faces(self) -> int:
        """How many faces there were in what it shows."""
        return sum(section.cards.seen for section in self._sections)

    @property
    def reasons(self) -> list[tuple[str, str]]:
        """Pictures and frames from which something was left out, and why; the first ones."""
        return [reason for section in self._sections for reason in section.reasons]

    @property
    def _sections(self) -> list[Section]:
        return [one for one in (self._stills, *self._films.values()) if one.frames]

    def _section(self, source: Source) -> Section | None:
        if not source.moving:
            return self._stills
        if source not in self._films:
            if len(self._films) == _FILMS:
                self._more.add(source)
                return None
            self._films[source] = Section(source.name, self.measures, moving=True)
        return self._films[source]

    def body(self) -> str:
        """Return what was read, for a page that holds the style and the script of this one."""
        return (
            templates()
            .get_template("body.html")
            .render(
                sections=self._sections,
                kinds=[scale.kind for measure in self.measures for scale in measure.scales],
                warnings=self.warnings,
                more=len(self._more),
                version=__version__,
            )
        )

    def write(self, path: Path) -> None:
        """Write the whole page, which needs no other file and no network."""
        page = templates().get_template("page.html").render(body=self.body())
        write_atomic(path, page.encode())


@cache
def templates() -> Environment:
    """Return the templates of this room; what they print is escaped."""
    loader = PackageLoader("norface_pl.analysis", "html")
    return Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True)
