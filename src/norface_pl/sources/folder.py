"""Anybody's own pictures and videos: a folder, with or without a table of labels."""

import re
from contextlib import closing
from pathlib import Path
from typing import Literal

import pandas as pd

from norface_pl.errors import NorfaceError, printable
from norface_pl.faces.extract import sample_names
from norface_pl.io.frames import MARK, file_of, frame_of_video
from norface_pl.io.images import SUFFIXES as PICTURES
from norface_pl.io.videos import SUFFIXES as VIDEOS
from norface_pl.io.videos import VideoFrames
from norface_pl.io.walk import walk
from norface_pl.labels import EMOTIONS
from norface_pl.sources.label_table import below_root, read_label_table
from norface_pl.sources.source import DataSource


class FolderSource(DataSource):
    """Reads pictures and videos at any depth below a folder, every frame of a video.

    Args:
        root: the folder.
        table: CSV or Parquet file of the pictures to take. Column ``path`` is relative to
            ``root``, for videos beside ``frame`` (from 0); optional are subject, sequence, part
            (train, val, test or a number), expression, valence, arousal, AU<n>, AU<n>_intensity,
            left, top, right, bottom, eye_left_x ... mouth_right_y. Others are kept.
        folders: what the names of the folders directly below ``root`` say.
        subject_pattern: regular expression whose first group is the subject when it is searched
            in a path below ``root``. Columns of the table come before it and before ``folders``.
    """

    name = "folder"

    def __init__(
        self,
        root: Path,
        table: Path | None = None,
        folders: Literal["nothing", "expression", "subject"] = "nothing",
        subject_pattern: str | None = None,
    ) -> None:
        if folders == "subject" and subject_pattern is not None:
            raise NorfaceError("folders and subject_pattern both name the subject; give one")
        self.root, self.table = root, table
        self.folders, self.subject_pattern = folders, subject_pattern

    def listing(self) -> pd.DataFrame:
        """Return one row per picture and frame of a video; see `DataSource.listing`."""
        if not self.root.is_dir():
            raise NorfaceError(f"there is no folder {self.root}; give your pictures with --root")
        rows = self._from_table(self.table) if self.table is not None else self._from_files()
        for column, value in (("subject", self._subject), ("expression", self._expression)):
            if column not in rows.columns:
                rows[column] = rows["path"].map({path: value(path) for path in set(rows["path"])})
        if "part" not in rows.columns:
            rows["part"] = ""
        if (rows["expression"] == "").all():
            rows = rows.drop(columns="expression")
        return rows.drop(columns="path")

    def _from_files(self) -> pd.DataFrame:
        found = walk(self.root, PICTURES | VIDEOS, "a picture or video")
        self.notes = found.notes()
        rows = []
        for path, name in zip(found.files, sample_names(found.files, self.root), strict=True):
            below = printable(path.relative_to(self.root).as_posix())
            if path.suffix.lower() in PICTURES:
                rows.append((below, name, below, "", 0))
            else:
                rows += [
                    (below, f"{name}__{frame:06d}", frame_of_video(below, frame), name, frame)
                    for frame in range(_frames(path))
                ]
        return pd.DataFrame(rows, columns=["path", "key", "source", "sequence", "frame"])

    def _from_table(self, table: Path) -> pd.DataFrame:
        rows = read_label_table(table)
        rows["path"] = rows["path"].map(lambda path: below_root(self.root, path))
        paths = sorted(set(rows["path"]))
        absent = [path for path in paths if not file_of(self.root, path).is_file()]
        if absent:
            raise NorfaceError(
                f"{len(absent)} of the {len(paths)} files in {table} are not below {self.root}, "
                f"the first is {absent[0]}; check --root, or remove their rows"
            )
        files = [file_of(self.root, path) for path in paths]
        names = dict(zip(paths, sample_names(files, self.root), strict=True))
        name = rows["path"].map(names)
        video = rows["path"].map({path: Path(path).suffix.lower() in VIDEOS for path in paths})
        if "frame" not in rows.columns:
            if video.any():
                first = rows["path"][video].iloc[0]
                raise NorfaceError(f"{table} names the video {first}; add a column frame, from 0")
            rows["frame"] = 0
        frame = rows["frame"].astype(str)
        rows["key"] = name.where(~video, name + "__" + frame.str.zfill(6))
        rows["source"] = rows["path"].where(~video, rows["path"] + MARK + frame)
        if "sequence" not in rows.columns:
            rows["sequence"] = name.where(video, "")
        # Frames of a sequence stand together in the order of time, wherever the table has them.
        place = rows["sequence"].where(rows["sequence"] != "", "\0" + rows["key"])
        rows["place"] = pd.factorize(place)[0]
        return rows.sort_values(["place", "frame"], kind="stable").drop(columns="place")

    def _subject(self, path: str) -> str:
        if self.folders == "subject":
            return self._folder(path)
        if self.subject_pattern is None:
            return ""
        try:
            found = re.search(self.subject_pattern, path)
            subject = found[1] if found else None
        except (re.error, IndexError) as error:
            raise NorfaceError(
                f"subject_pattern {self.subject_pattern!r} is no regular expression with a group "
                f"in (): {error}"
            ) from error
        if not subject:
            raise NorfaceError(
                f"subject_pattern {self.subject_pattern!r} finds no subject in {path}; it has to "
                "match every path"
            )
        return subject

    def _expression(self, path: str) -> str:
        name = self._folder(path) if self.folders == "expression" else ""
        if name and name not in EMOTIONS:
            raise NorfaceError(
                f"the folder {name} of {self.root} is no expression; rename it to one of "
                f"{', '.join(EMOTIONS)}, or give a table"
            )
        return name

    def _folder(self, path: str) -> str:
        top, separator, _ = path.partition("/")
        if not separator:
            raise NorfaceError(
                f"{path} lies directly in {self.root}, in no folder that says its {self.folders}"
            )
        return top


def _frames(path: Path) -> int:
    """Number of frames of a video; one where it cannot be read, which fails with its reason."""
    try:
        with closing(VideoFrames(path)) as video:
            return video.count()
    except NorfaceError:
        return 1
