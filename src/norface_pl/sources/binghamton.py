"""BP4D and BP4D+ as Binghamton University distributes them: one label table per sequence."""

import re
from abc import abstractmethod
from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

import pandas as pd

from norface_pl.errors import NorfaceError
from norface_pl.io.spelling import entries, find_folder, find_path
from norface_pl.labels import BP4D_INTENSITY_AUS
from norface_pl.sources.coding import INTENSITIES, read_intensities, read_occurrence
from norface_pl.sources.published import load_published
from norface_pl.sources.recordings import find_recordings, frames, refuse_absent
from norface_pl.sources.source import NOT_CODABLE, DataSource

OCCURRENCE_FOLDERS = ("AUCoding/AU_OCC", "AU_OCC", "BP4D-AUCoding/AUCoding", "AUCoding")
"""The rPPG-Toolbox and ME-GraphAU read AUCoding/AU_OCC, OpenFace and machanic/AU_R-CNN AUCoding."""
INTENSITY_FOLDERS = tuple(
    f"{above}{name}" for name in ("AU_INT", "AU-Intensity-Codes3.0") for above in ("AUCoding/", "")
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
        for name in entries(labels):
            person = re.match(r"([FM]\d{3})_T\d+\.csv$", name, re.IGNORECASE)
            if person is not None and person[1].upper() not in part_of:
                raise NorfaceError(
                    f"{labels / name} is of somebody who is not in {self.name}; give the root of "
                    f"{self.name}, or remove the file"
                )
        names = {(s, t): f"{s}_{t}.csv" for s in sorted(part_of) for t in self.tasks}
        coded = {pair: path for pair, name in names.items() if (path := find_path(labels, name))}
        refuse_absent(names, coded, "label files", labels, self.incomplete)
        found = (find_path(self.root, name) for name in INTENSITY_FOLDERS)
        intensity = next((folder for folder in found if folder and folder.is_dir()), None)
        tables = []
        for (subject, task), path in self._recordings(list(coded)).items():
            sequence = f"{subject}_{task}"
            table = read_occurrence(coded[subject, task], self.action_units, self.headerless)
            # Pictures have the number of their label; a video counts from 0, labels from 1.
            shift = 0 if path.is_dir() else 1
            rows = frames(self.root, path, table, shift, subject, sequence, part_of[subject])
            if intensity is not None:
                rows = rows.merge(self._intensities(intensity, sequence), "left", "frame")
            tables.append(rows)
        # Not every table has every action unit, and not every frame an intensity.
        joined = pd.concat(tables, ignore_index=True)
        aus = joined.columns[joined.columns.str.match(r"AU\d+")]
        return joined.fillna(dict.fromkeys(aus, NOT_CODABLE)).astype(dict.fromkeys(aus, "int8"))

    def _recordings(self, coded: Sequence[tuple[str, str]]) -> dict[tuple[str, str], Path]:
        if self.pictures is not None:
            bases = [self.root / self.pictures]
        else:
            usual = self.picture_folders
            bases = [find_path(self.root, name) or self.root / name for name in usual]
        names = {pair: "/".join(pair) for pair in coded}
        choices = {pair: (names[pair], self.video(*pair)) for pair in coded}
        for base in bases:
            if found := find_recordings(base, choices):
                refuse_absent(names, found, "sequences of pictures", base, self.incomplete)
                return found
        for base in bases:
            packed = [name for name in entries(base) if re.match(r"[FM]\d{3}.*\.zip$", name)]
            if packed:
                raise NorfaceError(
                    f"{base / packed[0]} is still packed; unpack the archives in {base}"
                )
        folder, video = choices[coded[0]]
        raise NorfaceError(
            f"there are no pictures of {self.name}: looked for {folder}/*.jpg and {video} in "
            f"{', '.join(map(str, bases))}; name their folder with --pictures"
        )

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
        if not there:
            return pd.DataFrame({"frame": []}, dtype="int64")
        return read_intensities(there, (*INTENSITIES, NOT_CODABLE))
