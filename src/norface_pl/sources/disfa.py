"""DISFA (Mavadati et al., IEEE Transactions on Affective Computing 2013): 27 people watch a film.

Licence: research only, signed; from the University of Denver, http://mohammadmahoor.com/disfa/.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import pandas as pd

from norface_pl.errors import NorfaceError
from norface_pl.io.spelling import find_folder, find_path
from norface_pl.labels import DISFA_INTENSITY_AUS
from norface_pl.sources.coding import INTENSITIES, read_intensities
from norface_pl.sources.published import load_published
from norface_pl.sources.recordings import find_recordings, first_number, frames, refuse_absent
from norface_pl.sources.source import DataSource

VIDEO_FOLDERS = ("Videos_{side}Camera", "Video_{side}Camera")
"""The release has Videos_LeftCamera with LeftVideoSN001_comp.avi beside Video_RightCamera with
RightVideoSN001_Comp.avi, as OpenFace and machanic/AU_R-CNN read them; others write Video_LeftCamera
and Videos_RightCamera."""
FRAME_FOLDERS = ("{subject}", "{side}Video{subject}_comp", "{side}Video{subject}")
"""ME-GraphAU has SN001/0.png; what extracts frames by the name of the video gives the others."""


class DISFASource(DataSource):
    """Reads the intensities of DISFA, and its videos or pictures that were taken out of them.

    Args:
        root: folder that holds ``ActionUnit_Labels`` and the videos.
        camera: whose videos are read; papers use either. Extracted pictures in folders without its
            name, such as ``SN001``, may be of either.
        frames: folder of extracted pictures, ``SN001/0.png`` or ``LeftVideoSN001_comp/0.png``,
            absolute or from ``root``; by default the videos are read.
        first_frame: number of the first extracted picture, where names do not show whether they
            count from 0 or from 1.
        incomplete: leave out people who are not there, instead of refusing.
    """

    name = "disfa"

    def __init__(
        self,
        root: Path,
        camera: Literal["left", "right"] = "left",
        frames: Path | None = None,
        first_frame: Literal[0, 1] | None = None,
        incomplete: bool = False,
    ) -> None:
        if first_frame is not None and frames is None:
            raise NorfaceError("first_frame is about extracted pictures; name their --frames too")
        self.root, self.camera, self.frames = root, camera, frames
        self.first_frame, self.incomplete = first_frame, incomplete

    def listing(self) -> pd.DataFrame:
        """Return one row per label row, which count from 1; see `DataSource.listing`."""
        part_of = load_published(self.name).part_of
        labels = find_folder(self.root, ["ActionUnit_Labels"], self.name)
        names = {subject: subject for subject in sorted(part_of)}
        coded = [subject for subject in names if find_path(labels, subject)]
        refuse_absent(names, coded, "label folders", labels, self.incomplete)
        recorded = self._recordings(coded)
        # The picture of label row r is the r-th: r - 1 in a video, which may well be longer.
        shift = 1
        if self.frames is not None:
            shift -= first_number(list(recorded.values()), self.first_frame)
        tables = [
            frames(self.root, path, _read_labels(labels, who), shift, who, who, part_of[who])
            for who, path in recorded.items()
        ]
        return pd.concat(tables, ignore_index=True)

    def _recordings(self, coded: Sequence[str]) -> dict[str, Path]:
        side, what = self.camera.capitalize(), "folders of pictures"
        names: Sequence[str] = FRAME_FOLDERS
        if self.frames is not None:
            base = self.root / self.frames
        else:
            folders = [folder.format(side=side) for folder in VIDEO_FOLDERS]
            base, what = find_folder(self.root, folders, self.name), "videos"
            names = ["{side}Video{subject}_comp.avi"]
        choices = {who: [name.format(side=side, subject=who) for name in names] for who in coded}
        found = find_recordings(base, choices)
        first = {who: names[0] for who, names in choices.items()}
        refuse_absent(first, found, what, base, self.incomplete)
        return found


def _read_labels(labels: Path, subject: str) -> pd.DataFrame:
    paths = {}
    # By name: the order in which a folder lists its files is anybody's guess.
    for number in DISFA_INTENSITY_AUS:
        name = f"{subject}/{subject}_au{number}.txt"
        paths[number] = find_path(labels, name) or labels / name
    joined = read_intensities(paths, INTENSITIES)
    if joined["frame"].iloc[0] == 0:
        first = next(iter(paths.values()))
        raise NorfaceError(
            f"{first} counts frames from 0; labels of DISFA count from 1, unpack them again"
        )
    return joined
