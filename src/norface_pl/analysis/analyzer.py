"""`Analyzer`: pictures, films and cameras to a table of what faces show."""

import warnings
from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path

import pandas as pd

from norface_pl.analysis.choice import Choice
from norface_pl.analysis.columns import WHERE, padded, value_columns
from norface_pl.analysis.frames import Frame, count_frames, frames_of
from norface_pl.analysis.neutral import find_neutral
from norface_pl.analysis.overlay import SIDE
from norface_pl.analysis.page import Page
from norface_pl.analysis.reading import Reading, read_frames
from norface_pl.analysis.report import AnalysisReport, Parts
from norface_pl.analysis.smooth import smoothed
from norface_pl.analysis.sources import Found, Given, find_sources
from norface_pl.errors import NorfaceError
from norface_pl.faces.detect import FaceDetector
from norface_pl.faces.detectors import load_detector
from norface_pl.inference.named import checkpoints
from norface_pl.inference.profile import Profile
from norface_pl.inference.stages import Stages, choose_device
from norface_pl.inference.trained import shipped_folder
from norface_pl.io.ahead import ahead
from norface_pl.io.files import staged_folder
from norface_pl.io.weights import find_detector
from norface_pl.progress import track


class Analyzer:
    """Reads the faces of whatever shows some: ``Analyzer.from_pretrained()("photos/")``.

    Args:
        stages: both trained networks.
        detector: finds faces.
        choice: what is looked at.
    """

    def __init__(self, stages: Stages, detector: FaceDetector, choice: Choice = Choice()) -> None:
        self.stages = stages
        self.detector = detector
        self.choice = choice

    @classmethod
    def from_pretrained(
        cls,
        folder: Path | str | None = None,
        detector: FaceDetector | Path | str | None = None,
        device: str = "auto",
        choice: Choice = Choice(),
    ) -> "Analyzer":
        """Build an analyzer from exported stages.

        Args:
            folder: that `norface export` wrote; onnxruntime runs graphs of the format onnx. None
                takes the weights that the package ships.
            detector: one of `norface weights list`, a weight file, or anything that finds faces;
                None takes one that was fetched.
            device: cpu, cuda, or auto for a GPU where there is one.
            choice: what is looked at.

        Raises:
            NorfaceError: no weights are there, or they are damaged.
        """
        where = choose_device(device)
        given = None if folder is None else Path(folder)
        stages = Stages.load_exported(shipped_folder(given), where)
        return cls(stages, _detector(detector, str(where)), choice)

    @classmethod
    def from_run(
        cls,
        run: Path | str,
        detector: FaceDetector | Path | str | None = None,
        device: str = "auto",
        choice: Choice = Choice(),
    ) -> "Analyzer":
        """Build an analyzer from what `norface run` trained; see `from_pretrained`.

        Args:
            run: folder of the run, such as runs/synthetic.
            detector: as in `from_pretrained`.
            device: cpu, cuda, or auto for a GPU where there is one.
            choice: what is looked at.
        """
        where = choose_device(device)
        return cls(
            Stages.load(*checkpoints(Path(run)), where), _detector(detector, str(where)), choice
        )

    @property
    def columns(self) -> list[str]:
        """Columns of its tables, in their order."""
        return [*WHERE, *value_columns(self.stages.classifier), *self.choice.notes]

    @property
    def thresholds(self) -> Mapping[str, float]:
        """Probability from which each action unit counts as present, by its column."""
        classifier = self.stages.classifier
        units = classifier.labels.get("au_detection")
        if units is None:
            return {}
        # Tasks stand in one order, in which occurrence is the first.
        return dict(zip(map(padded, units), classifier.thresholds.tolist(), strict=False))

    def page(self) -> Page:
        """Return an empty page for what it reads."""
        columns = value_columns(self.stages.classifier)
        return Page(columns, self.thresholds, DRAWN if self.stages.drawn else "")

    def stream(
        self, found: Found, shown: int = 0, profile: Profile | None = None
    ) -> Iterator[Reading]:
        """Yield what is read, some frames at a time, so that a film of any length fits in memory.

        Args:
            found: the sources, see `find_sources`.
            shown: side to which pictures are shrunk that are kept for an overlay; 0 keeps none.
            profile: is told how long each stage takes.

        Raises:
            NorfaceError: there is no neutral face.
        """
        neutral, profile = self.choice.neutral, profile or Profile()
        readings = self._read(found, shown, profile)
        if neutral is not None:
            # Read as the films are, so that faces have the same numbers.
            read = partial(self._read, shown=0, profile=profile)
            readings = find_neutral(neutral, found, read, self.stages).calibrate(readings)
        return smoothed(readings, self.choice.smooth) if self.choice.smooth else readings

    def _read(self, found: Found, shown: int, profile: Profile) -> Iterator[Reading]:
        frames = frames_of(found.sources, self.choice.pace)
        which, size = self.choice.faces, self.choice.batch_size
        return read_frames(frames, self.detector, self.stages, which, size, shown, profile)

    def __call__(self, source: Given) -> pd.DataFrame:
        """Return a row a face, and one a frame without a face; see docs/columns.md.

        What could not be read is warned of.

        Args:
            source: a path, a glob, a folder, a film, the number of a camera, an (H, W, 3) or
                (N, H, W, 3) RGB uint8 array, a PIL image, or several of these.

        Raises:
            NorfaceError: there is no such source.
        """
        found = find_sources(source)
        tables, failures = [], [(str(path), reason) for path, reason in found.left.closed]
        for reading in self.stream(found):
            tables.append(reading.table)
            failures += [(frame.source.name, reason) for frame, reason in reading.failures]
        if failures:
            (name, reason), count = failures[0], len(failures)
            warnings.warn(f"{count} times no face was read; first {name}: {reason}", stacklevel=2)
        if self.stages.drawn:
            warnings.warn(DRAWN, stacklevel=2)
        return pd.concat(tables, ignore_index=True)

    def save(self, source: Given, out: Path, parts: Parts = Parts()) -> None:
        """Write a table, failures, aligned and redrawn faces and an overview into a folder.

        A bad picture stops nothing and is listed at the end. Where the whole is stopped, what was
        done until then stays in the folder ``unfinished``.

        Args:
            source: as of a call.
            out: folder; an earlier analysis in it is replaced.
            parts: what is written.

        Raises:
            NorfaceError: there is no such source, nothing in it has a face, or ``out`` is no place
                for results.
        """
        found = find_sources(source)
        for folder in found.folders:
            if out.resolve().is_relative_to(folder.resolve()):
                raise NorfaceError(
                    f"{out} lies in {folder}, so results would be read as pictures; move it"
                )
        profile = Profile()
        with staged_folder(out, parts.table) as folder:
            page = None if parts.report is None else self.page()
            report = AnalysisReport(folder, found, self.choice, parts, page)
            total = count_frames(found.sources, self.choice.pace)
            try:
                frames = self._written(report, found, SIDE if parts.overlay else 0, profile)
                for _ in track(frames, description="analyze", total=total):
                    pass
                report.finish()
            except BaseException:
                report.tell_unfinished()
                raise
        report.deliver(out)
        report.summarize(out)
        if parts.profile:
            print(*profile.lines(), sep="\n")
        print(f"networks run by {self.stages.runtime} on {self.stages.device}")
        if self.stages.drawn:
            print(DRAWN)

    def _written(
        self, report: AnalysisReport, found: Found, shown: int, profile: Profile
    ) -> Iterator[Frame]:
        """Yield the frames that were read and written, for whoever counts them."""
        # What was read is written while the networks read what comes next.
        for reading in ahead(self.stream(found, shown, profile), 1):
            with profile.during("write", len(reading.seen)):
                report.add(reading)
            yield from (each.frame for each in reading.seen)


DRAWN = (
    "These networks were trained on drawn faces, and are not meant for photographs: do not trust "
    "their values of them."
)


def _detector(given: FaceDetector | Path | str | None, device: str) -> FaceDetector:
    if given is None or isinstance(given, Path | str):
        return load_detector(find_detector(given), device=device)
    return given
