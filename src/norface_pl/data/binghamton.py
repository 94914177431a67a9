"""BP4D and BP4D+ as Binghamton University distributes them: one label table per sequence."""

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import ClassVar

import pandas as pd

from norface_pl.data.coding import INTENSITIES, join_frames, read_intensity, read_occurrence
from norface_pl.data.published import load_published
from norface_pl.data.recordings import has_pictures, refuse_absent, sources
from norface_pl.data.source import NOT_CODABLE, DataSource, find_folder
from norface_pl.errors import NorfaceError
from norface_pl.labels import BP4D_INTENSITY_AUS, au_name

OCCURRENCE_FOLDERS = ("AUCoding/AU_OCC", "AU_OCC", "AUCoding")
INTENSITY_FOLDERS = tuple(
    f"{above}{name}"
    for above in ("AUCoding/", "")
    for name in ("AU_INT", "AU-Intensity-Codes3.0", "AU Intensity Codes3.0")
)


class BinghamtonSource(DataSource):
    """Reads occurrence tables by the names of their columns, and intensities where there are some.

    Args:
        root: folder that holds ``AUCoding`` and the pictures.
        pictures: folder of the pictures or videos, absolute or from ``root``, where it is not one
            of the usual ones.
        incomplete: leave out people and sequences that are not there, instead of refusing.
    """

    tasks: ClassVar[Sequence[str]]
    action_units: ClassVar[Sequence[int]]
    """Those that every table has to have."""
    headerless: ClassVar[Sequence[int]]
    """Action units of the label columns, for a table without a header."""
    picture_folders: ClassVar[Sequence[str]]

    def __init__(self, root: Path, pictures: Path | None = None, incomplete: bool = False) -> None:
        self.root, self.pictures, self.incomplete = root, pictures, incomplete

    @abstractmethod
    def video(self, subject: str, task: str) -> str:
        """Return the file name of a sequence in the video release."""

    def listing(self) -> pd.DataFrame:
        """Return one row per coded frame; see `DataSource.listing`.

        Intensities of frames without occurrence labels are left out; frames that have no
        intensity get 9.
        """
        part_of = load_published(self.name).part_of
        labels = find_folder(self.root, OCCURRENCE_FOLDERS, self.name)
        self._refuse_strangers(labels, part_of)
        wanted = [(subject, task) for subject in sorted(part_of) for task in self.tasks]
        coded = [pair for pair in wanted if (labels / f"{'_'.join(pair)}.csv").is_file()]
        absent = [f"{s}_{t}.csv" for s, t in wanted if (s, t) not in set(coded)]
        refuse_absent(absent, len(wanted), "label files", str(labels), self.incomplete)
        recorded = self._recordings(coded)
        intensity = self._intensity_folder()
        tables = []
        for (subject, task), path in recorded.items():
            sequence = f"{subject}_{task}"
            table = read_occurrence(labels / f"{sequence}.csv", self.action_units, self.headerless)
            # Pictures have the number of their label; a video counts from 0, labels from 1.
            numbers = table["frame"] - (0 if path.is_dir() else 1)
            table.insert(0, "key", sequence + "_" + table["frame"].astype(str))
            table.insert(1, "source", sources(self.root, path, numbers.tolist()))
            table.insert(2, "subject", subject)
            table.insert(3, "sequence", sequence)
            table.insert(5, "part", part_of[subject])
            if intensity is not None:
                table = table.merge(self._intensities(intensity, sequence), "left", "frame")
            tables.append(table)
        # Not every table has every action unit, and not every frame an intensity.
        joined = pd.concat(tables, ignore_index=True)
        aus = joined.columns[joined.columns.str.match(r"AU\d+")]
        return joined.fillna(dict.fromkeys(aus, NOT_CODABLE)).astype(dict.fromkeys(aus, "int8"))

    def _refuse_strangers(self, labels: Path, part_of: Mapping[str, str]) -> None:
        for path in sorted(labels.glob("[FM][0-9][0-9][0-9]_T*.csv")):
            if path.name[:4] not in part_of:
                raise NorfaceError(
                    f"{path} is of somebody who is not in {self.name}; give the root of "
                    f"{self.name}, or remove the file"
                )

    def _recordings(self, coded: Sequence[tuple[str, str]]) -> dict[tuple[str, str], Path]:
        folders = self.picture_folders if self.pictures is None else [str(self.pictures)]
        bases = [self.root / folder for folder in folders]
        for base in bases:
            found = {pair: path for pair in coded if (path := self._recording(base, *pair))}
            if found:
                absent = ["/".join(pair) for pair in coded if pair not in found]
                what = "sequences of pictures"
                refuse_absent(absent, len(coded), what, str(base), self.incomplete)
                return found
        for base in bases:
            archives = sorted(base.glob("[FM][0-9][0-9][0-9]*.zip"))
            if archives:
                raise NorfaceError(f"{archives[0]} is still packed; unpack the archives in {base}")
        subject, task = coded[0]
        raise NorfaceError(
            f"there are no pictures of {self.name}: looked for {subject}/{task}/*.jpg and "
            f"{self.video(subject, task)} in {', '.join(map(str, bases))}; name their folder with "
            "--pictures"
        )

    def _recording(self, base: Path, subject: str, task: str) -> Path | None:
        choices = (base / subject / task, base / self.video(subject, task))
        return next((path for path in choices if has_pictures(path)), None)

    def _intensity_folder(self) -> Path | None:
        folders = [self.root / name for name in INTENSITY_FOLDERS]
        return next((folder for folder in folders if folder.is_dir()), None)

    def _intensities(self, folder: Path, sequence: str) -> pd.DataFrame:
        files = {n: folder / f"AU{n:02d}" / f"{sequence}_AU{n:02d}.csv" for n in BP4D_INTENSITY_AUS}
        there = {number: path for number, path in files.items() if path.is_file()}
        if len(there) < len(files) and not self.incomplete:
            path = next(path for number, path in files.items() if number not in there)
            raise NorfaceError(
                f"there are intensities in {folder}, but {path} is missing; unpack all of them, "
                "or take what is there with --incomplete true"
            )
        allowed = (*INTENSITIES, NOT_CODABLE)
        tables = [
            (path, read_intensity(path, f"{au_name(number)}_intensity", allowed))
            for number, path in there.items()
        ]
        return join_frames(tables) if tables else pd.DataFrame({"frame": []}, dtype="int64")
