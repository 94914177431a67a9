"""BP4D and BP4D+ as Binghamton University distributes them: one label table per sequence."""

import re
from abc import abstractmethod
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import ClassVar

import pandas as pd

from norface_pl.errors import NorfaceError
from norface_pl.io.spelling import entries, find_folder, find_path
from norface_pl.labels import BP4D_INTENSITY_AUS, au_name
from norface_pl.sources.coding import INTENSITIES, join_frames, read_intensity, read_occurrence
from norface_pl.sources.published import load_published
from norface_pl.sources.recordings import find_pictures, refuse_absent, sources
from norface_pl.sources.source import NOT_CODABLE, DataSource

OCCURRENCE_FOLDERS = ("AUCoding/AU_OCC", "AU_OCC", "BP4D-AUCoding/AUCoding", "AUCoding")
"""The rPPG-Toolbox and ME-GraphAU read AUCoding/AU_OCC, OpenFace and machanic/AU_R-CNN AUCoding."""
INTENSITY_FOLDERS = (
    "AUCoding/AU_INT",
    "AU_INT",
    "AUCoding/AU-Intensity-Codes3.0",
    "AU-Intensity-Codes3.0",
)
"""The rPPG-Toolbox reads AUCoding/AU_INT, AU_R-CNN AU-Intensity-Codes3.0, OpenFace the same with
blanks instead of hyphens."""
INTENSITY_FILES = ("AU{n:02d}/{sequence}_AU{n:02d}.csv", "AU{n}/{sequence}_AU{n}.csv")


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
        files = {(s, t): find_path(labels, f"{s}_{t}.csv") for s, t in wanted}
        tables_of = {pair: path for pair, path in files.items() if path is not None}
        coded = list(tables_of)
        absent = [f"{s}_{t}.csv" for s, t in wanted if (s, t) not in tables_of]
        refuse_absent(absent, len(wanted), "label files", str(labels), self.incomplete)
        recorded = self._recordings(coded)
        intensity = self._intensity_folder()
        tables = []
        for (subject, task), path in recorded.items():
            sequence = f"{subject}_{task}"
            table = read_occurrence(tables_of[subject, task], self.action_units, self.headerless)
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
        for name in entries(labels):
            person = re.match(r"([FM]\d{3})_T\d+\.csv$", name, re.IGNORECASE)
            if person is not None and person[1].upper() not in part_of:
                raise NorfaceError(
                    f"{labels / name} is of somebody who is not in {self.name}; give the root of "
                    f"{self.name}, or remove the file"
                )

    def _recordings(self, coded: Sequence[tuple[str, str]]) -> dict[tuple[str, str], Path]:
        if self.pictures is not None:
            bases = [self.root / self.pictures]
        else:
            folders = self.picture_folders
            bases = [find_path(self.root, name) or self.root / name for name in folders]
        for base in bases:
            found = {
                (subject, task): path
                for subject, task in coded
                if (path := find_pictures(base, self._choices(subject, task)))
            }
            if found:
                absent = ["/".join(pair) for pair in coded if pair not in found]
                what = "sequences of pictures"
                refuse_absent(absent, len(coded), what, str(base), self.incomplete)
                return found
        for base in bases:
            packed = [name for name in entries(base) if re.match(r"[FM]\d{3}.*\.zip$", name)]
            if packed:
                raise NorfaceError(
                    f"{base / packed[0]} is still packed; unpack the archives in {base}"
                )
        subject, task = coded[0]
        raise NorfaceError(
            f"there are no pictures of {self.name}: looked for {subject}/{task}/*.jpg and "
            f"{self.video(subject, task)} in {', '.join(map(str, bases))}; name their folder with "
            "--pictures"
        )

    def _choices(self, subject: str, task: str) -> tuple[str, str]:
        return f"{subject}/{task}", self.video(subject, task)

    def _intensity_folder(self) -> Path | None:
        folders = (find_path(self.root, name) for name in INTENSITY_FOLDERS)
        return next((folder for folder in folders if folder is not None and folder.is_dir()), None)

    def _intensities(self, folder: Path, sequence: str) -> pd.DataFrame:
        there = {}
        for number in BP4D_INTENSITY_AUS:
            names = [name.format(n=number, sequence=sequence) for name in INTENSITY_FILES]
            paths = [path for name in names if (path := find_path(folder, name)) is not None]
            if paths:
                there[number] = paths[0]
            elif not self.incomplete:
                raise NorfaceError(
                    f"there are intensities in {folder}, but {folder / names[0]} is missing; "
                    "unpack all of them, or take what is there with --incomplete true"
                )
        allowed = (*INTENSITIES, NOT_CODABLE)
        tables = [
            (path, read_intensity(path, f"{au_name(number)}_intensity", allowed))
            for number, path in there.items()
        ]
        return join_frames(tables) if tables else pd.DataFrame({"frame": []}, dtype="int64")
