"""What an analysis writes: the table, the pictures, the failures, the overview."""

from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console

from norface_pl.analysis.choice import Choice
from norface_pl.analysis.frames import Frame
from norface_pl.analysis.overlay import Overlay, check_place, deliver
from norface_pl.analysis.page import Page
from norface_pl.analysis.reading import Reading
from norface_pl.analysis.sources import Found
from norface_pl.analysis.table_file import Format, TableFile
from norface_pl.errors import NorfaceError
from norface_pl.io.csv_table import append_csv
from norface_pl.io.files import make_folder
from norface_pl.io.images import Picture, grid, write_image

FAILURES = "failures.csv"
HEADER = ("source", "frame", "reason")
OVERVIEW = "overview.png"
OVERLAY = "overlay"

# The overview stays within a few MB and the width of a screen.
_MAX_PAIRS, _PAIRS_A_ROW, _MAX_TILE = 240, 6, 96


@dataclass(frozen=True)
class Parts:
    """What is written beside the failures and the overview.

    Attributes:
        format: of the table.
        film_faces: aligned and redrawn faces of films too, two pictures a frame.
        overlay: folder for pictures and films with what was read drawn over them, or the file
            (.jpg, .mp4) of the only one; None for none.
        report: file of a page about all that was read; None for none.
        profile: print how long each stage took.
    """

    format: Format = "csv"
    film_faces: bool = False
    overlay: Path | None = None
    report: Path | None = None
    profile: bool = False

    def __post_init__(self) -> None:
        """Refuse a place that no page can have, before anything is read."""
        if self.report is not None:
            if self.report.is_dir():
                raise NorfaceError(f"{self.report} is a folder; give the file of the page, .html")
            make_folder(self.report.parent)

    @property
    def table(self) -> str:
        """Name of the table."""
        return f"aus.{self.format}"


class AnalysisReport:
    """Everything that an analysis writes, batch by batch: what is done is on disk.

    Args:
        folder: where to write; must exist.
        found: what is analyzed.
        choice: what is looked at.
        parts: what is written.
        page: about all that was read, where one is wanted.
    """

    def __init__(
        self, folder: Path, found: Found, choice: Choice, parts: Parts, page: Page | None = None
    ) -> None:
        self.folder, self.found, self.choice, self.parts = folder, found, choice, parts
        self.page = page
        if parts.overlay is not None:
            check_place(parts.overlay, found.sources)
        self.overlay = Overlay(folder / OVERLAY, choice.every) if parts.overlay else None
        self.table = TableFile(folder / parts.table)
        self.sources, self.frames, self.faces = set[str](), 0, 0
        self.doubts: Counter[str] = Counter()
        self.failed: dict[str, tuple[str, int]] = {}
        self.pairs: list[list[Picture]] = []
        for part in ("aligned", "normalized"):
            make_folder(folder / part)
        self._note([(str(path), "", reason) for path, reason in found.left.closed])

    def add(self, reading: Reading) -> None:
        """Write the pictures, the rows and the failures of some frames."""
        crops = [crop for each in reading.seen for _, _, crop in each.faces]
        stems = [
            self._stem(each.frame, number) for each in reading.seen for number, _, _ in each.faces
        ]
        with ThreadPoolExecutor(2) as pool:
            for part, pictures in (("aligned", crops), ("normalized", reading.redrawn)):
                pairs = [(s, one) for s, one in zip(stems, pictures, strict=True) if s]
                targets = [self.folder / part / f"{stem}.png" for stem, _ in pairs]
                list(pool.map(write_image, targets, [picture for _, picture in pairs]))
        if self.overlay is not None:
            self.overlay.add(reading)
        if self.page is not None:
            self.page.add(reading)
        self.table.add(reading.table)
        self._note([(f.source.name, f.index, reason) for f, reason in reading.failures])
        self.sources.update(each.frame.source.name for each in reading.seen)
        self.frames += len(reading.seen)
        self.faces += len(crops)
        self.doubts.update(
            word for text in reading.table["doubt"].dropna() for word in text.split()
        )
        room = _MAX_PAIRS - len(self.pairs)
        self.pairs += [list(pair) for pair in zip(crops, reading.redrawn, strict=True)][:room]

    def finish(self) -> None:
        """Write what needs all faces.

        Raises:
            NorfaceError: there is no face at all.
        """
        self.close()
        if not self.faces:
            self.table.path.unlink(missing_ok=True)
            first = next(name for name in self.failed if name in self.sources)
            raise NorfaceError(
                f"none of the {self.frames} pictures could be analyzed; the first, {first}: "
                f"{self.failed[first][0]}"
            )
        rows = [
            [tile for pair in self.pairs[start : start + _PAIRS_A_ROW] for tile in pair]
            for start in range(0, len(self.pairs), _PAIRS_A_ROW)
        ]
        titles = ["aligned", "normalized"] * _PAIRS_A_ROW
        tile = min(_MAX_TILE, self.pairs[0][0].shape[0])
        write_image(self.folder / OVERVIEW, grid(rows, columns=titles, cell=tile))

    def _stem(self, frame: Frame, number: int) -> str:
        """Return the name of a face's files without suffix; "" if it gets none."""
        stem = frame.source.stem
        if frame.source.moving:
            return f"{stem}__frame{frame.index:06d}__face{number}" if self.parts.film_faces else ""
        return f"{stem}__face{number}" if self.choice.faces == "all" else stem

    def _note(self, failures: Sequence[tuple[str, object, str]]) -> None:
        # It is there afterwards even without any.
        append_csv(self.folder / FAILURES, HEADER, failures)
        for source, _, reason in failures:
            first, count = self.failed.get(source, (reason, 0))
            self.failed[source] = (first, count + 1)

    def close(self) -> None:
        """Complete the files that grow."""
        self.table.close()
        if self.overlay is not None:
            self.overlay.close()

    def tell_unfinished(self) -> None:
        """Print how far an analysis came that ends with an error, and where that much is."""
        self.close()
        if self.faces:
            Console(highlight=False, soft_wrap=True, stderr=True).print(
                f"stopped after {self.faces} faces of {len(self.sources)} of "
                f"{len(self.found.sources)} files; they are in {self.table.path}",
                markup=False,
            )

    def deliver(self, out: Path) -> None:
        """Put what lies elsewhere than the other results in ``out`` where it belongs."""
        if self.parts.overlay is not None:
            deliver(out / OVERLAY, self.parts.overlay)
        if self.page is not None and self.parts.report is not None:
            self.page.write(self.parts.report)

    def summarize(self, out: Path) -> None:
        """Print what was done, what failed and where the results are."""
        console = Console(highlight=False, soft_wrap=True, markup=False)
        for source, (reason, count) in self.failed.items():
            more = f" (and {count - 1} more)" if count > 1 else ""
            console.print(f"failed: {source}: {reason}{more}")
        if left_out := self.found.left.left_out():
            console.print(left_out)
        files, bad = len(self.sources), len(self.failed)
        frames = f"{self.frames} frames, " if self.frames > files else ""
        console.print(f"{files} files, {frames}{self.faces} faces, {bad} files with failures")
        console.print(f"results: {out / self.parts.table}, pictures: {out / OVERVIEW}")
        for name, place in (("overlay", self.parts.overlay), ("page", self.parts.report)):
            if place is not None:
                console.print(f"{name}: {place}")
        if self.faces > len(self.pairs):
            console.print(f"{OVERVIEW} shows the first {len(self.pairs)} faces")
        if self.doubts:
            words = ", ".join(f"{word} {count}" for word, count in self.doubts.most_common())
            console.print(
                f"faces unlike those that networks are trained on: {words}; do not trust their "
                "values (column doubt)"
            )
