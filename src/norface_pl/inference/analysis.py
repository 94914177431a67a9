"""What an analysis of photographs writes: the table, the pictures, the failures, the overview."""

from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from rich.console import Console

from norface_pl.errors import NorfaceError
from norface_pl.faces.detect import Face
from norface_pl.faces.extract import FileFaces, Which
from norface_pl.inference.failures import FAILURES, HEADER, Failure, tell_failures
from norface_pl.inference.lists import in_lists
from norface_pl.io.csv_table import append_csv
from norface_pl.io.files import make_folder
from norface_pl.io.images import Picture, grid, write_image
from norface_pl.io.walk import Walk

TABLE = "aus.csv"
OVERVIEW = "overview.png"

# The overview stays within a few MB and the width of a screen.
_MAX_PAIRS, _PAIRS_A_ROW, _MAX_TILE = 240, 6, 96


@dataclass(frozen=True, eq=False)
class Sample:
    """One aligned face on its way through the networks."""

    path: Path
    index: int
    name: str
    face: Face
    crop: Picture


class AnalysisReport:
    """Everything that an analysis writes, batch by batch: what is done is on disk.

    Args:
        folder: where to write; must exist.
        names: file stem for the pictures of each file.
        which: tells whether a file can have several faces.
    """

    def __init__(
        self, folder: Path, labels: Sequence[str], found: Walk, names: list[str], which: Which
    ) -> None:
        self.folder = folder
        self.found = found
        self.names = names
        self.which = which
        self.files = 0
        self.faces = 0
        self.failures: list[Failure] = []
        self._note(found.closed)
        self.pairs: list[list[Picture]] = []
        for part in ("aligned", "normalized"):
            make_folder(folder / part)
        self._header = ("file", "face", "x0", "y0", "x1", "y1", "score", *labels)

    def batches(self, files: Iterable[FileFaces], size: int) -> Iterator[list[Sample]]:
        """Collect the faces of files into lists of ``size``; note the failures."""
        return in_lists(self._samples(files), size)

    def _samples(self, files: Iterable[FileFaces]) -> Iterator[Sample]:
        for file in files:
            name = self.names[self.files]
            self.files += 1
            self._note([(file.path, reason) for reason in file.failures])
            for index, (face, crop) in enumerate(file.faces):
                unique = f"{name}__face{index}" if self.which == "all" else name
                yield Sample(file.path, index, unique, face, crop)

    def add(
        self, batch: Sequence[Sample], redrawn: NDArray[np.uint8], values: NDArray[np.float32]
    ) -> None:
        """Write the pictures and the rows of a batch."""
        with ThreadPoolExecutor(2) as pool:
            for part, pictures in (("aligned", [s.crop for s in batch]), ("normalized", redrawn)):
                targets = [self.folder / part / f"{sample.name}.png" for sample in batch]
                list(pool.map(write_image, targets, pictures))
        rows = []
        for sample, numbers in zip(batch, values, strict=True):
            box = [f"{value:.1f}" for value in sample.face.box]
            results = [f"{value:.4f}" for value in (sample.face.score, *numbers)]
            rows.append([sample.path, sample.index, *box, *results])
        append_csv(self.folder / TABLE, self._header, rows)
        self.faces += len(batch)
        room = _MAX_PAIRS - len(self.pairs)
        self.pairs += [[s.crop, new] for s, new in zip(batch, redrawn, strict=True)][:room]

    def finish(self, images: Path) -> None:
        """Write what needs all faces.

        Raises:
            NorfaceError: there is no face at all.
        """
        if not self.faces:
            path, reason = self.failures[len(self.found.closed)]
            raise NorfaceError(
                f"none of the {self.files} pictures of {images} could be analyzed; "
                f"the first, {path.name}: {reason}"
            )
        rows = [
            [tile for pair in self.pairs[start : start + _PAIRS_A_ROW] for tile in pair]
            for start in range(0, len(self.pairs), _PAIRS_A_ROW)
        ]
        titles = ["aligned", "normalized"] * _PAIRS_A_ROW
        tile = min(_MAX_TILE, self.pairs[0][0].shape[0])
        write_image(self.folder / OVERVIEW, grid(rows, columns=titles, cell=tile))

    def tell_unfinished(self) -> None:
        """Print how far an analysis came that ends with an error, and where that much is."""
        if self.faces:
            Console(highlight=False, soft_wrap=True, stderr=True).print(
                f"stopped after {self.faces} faces of {self.files} of {len(self.found.files)} "
                f"files; they are in {self.folder / TABLE}",
                markup=False,
            )

    def _note(self, failures: Sequence[Failure]) -> None:
        self.failures += failures
        # It is there afterwards even without any.
        append_csv(self.folder / FAILURES, HEADER, failures)

    def summarize(self, out: Path) -> None:
        """Print what was done, what failed and where the results are."""
        console = Console(highlight=False, soft_wrap=True)
        tell_failures(console, self.failures, self.found)
        bad = len({path for path, _ in self.failures})
        console.print(f"{self.files} files, {self.faces} faces, {bad} files with failures")
        console.print(f"results: {out / TABLE}, pictures: {out / OVERVIEW}", markup=False)
        if self.faces > len(self.pairs):
            console.print(f"{OVERVIEW} shows the first {len(self.pairs)} faces")
        console.print(
            "Values are as good as the pictures the classifier was trained on: "
            "one trained on drawn faces is not meant for photographs."
        )
