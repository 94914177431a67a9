"""RAF-DB, basic expressions (Li, Deng and Du, CVPR 2017): photographs from the web.

Licence: non-commercial research, on request at http://www.whdeld.cn/RAF/model1.html.
"""

import re
from pathlib import Path
from typing import Literal

import pandas as pd

from norface_pl.errors import NorfaceError
from norface_pl.io.spelling import entries, find_folder, find_path, not_found
from norface_pl.io.text import read_text
from norface_pl.labels import RAFDB_EXPRESSIONS
from norface_pl.sources.present import mark_duplicates, mark_missing
from norface_pl.sources.source import DataSource

LISTS = tuple(
    f"{folder}/{name}"
    for folder in ("basic/EmoLabel", "EmoLabel", "Basic Emotion/EmoLabel", ".")
    for name in ("list_patition_label.txt", "list_partition_label.txt")
)
"""The file is misspelt as its authors give it away, in basic/EmoLabel; some copies correct it. DAN
and most readers of raf-basic take EmoLabel, others lay the list beside the pictures."""
COPIES = ("train", "DATASET/train")
"""Copies on Kaggle have train/1 to train/7, the same in DATASET."""
SUFFIXES = (".jpg", ".jpeg", ".png")
COUNTS = {"train": 12_271, "test": 3_068}


class RAFDBSource(DataSource):
    """Reads RAF-DB's basic expressions, or the copy with ``train|test/1..7/``.

    The boxes, landmarks and attributes in ``Annotation/`` are not read.

    Args:
        root: the folder ``basic`` or the one above it, or the one with ``train`` and ``test``.
        images: the authors' aligned faces of 100 pixels, or the original photographs.
        incomplete: take what is there, instead of asking for 12,271 and 3,068 pictures.
    """

    name = "rafdb"

    def __init__(
        self,
        root: Path,
        images: Literal["aligned", "original"] = "aligned",
        incomplete: bool = False,
    ) -> None:
        self.root, self.images, self.incomplete = root, images, incomplete

    def listing(self) -> pd.DataFrame:
        """Return one row per picture, with ``duplicate_of``; see `DataSource.listing`."""
        lists = filter(None, (find_path(self.root, name) for name in LISTS))
        path = next((found for found in lists if found.is_file()), None)
        if path is not None:
            rows = self._from_list(path)
        elif copy := find_path(self.root, COPIES[0]) or find_path(self.root, COPIES[1]):
            rows = self._from_folders(copy.parent)
        else:
            raise not_found(self.root, (LISTS[0], LISTS[1], "EmoLabel", *COPIES), "RAF-DB")
        rows["subject"], rows["sequence"], rows["frame"] = "", "", 0
        rows["part"] = rows["key"].str.partition("_")[0]
        rows["expression"] = rows.pop("label").map(lambda label: RAFDB_EXPRESSIONS[label - 1])
        rows = mark_missing(rows, self.root, "RAF-DB", self.incomplete)
        count = {part: int((rows["part"] == part).sum()) for part in COUNTS}
        if count != COUNTS and not self.incomplete:
            raise NorfaceError(
                f"{self.root} lists {count['train']} training and {count['test']} test pictures, "
                f"RAF-DB has {COUNTS['train']} and {COUNTS['test']} (copies with augmented "
                "pictures go around); get the original, or set --incomplete=true"
            )
        return mark_duplicates(rows, self.root, "RAF-DB")

    def _from_list(self, path: Path) -> pd.DataFrame:
        above = path.parent.parent if path.parent != self.root else self.root
        images = find_folder(above, [f"Image/{self.images}", self.images], "RAF-DB")
        below = images.relative_to(self.root).as_posix()
        suffix = "_aligned.jpg" if self.images == "aligned" else ".jpg"
        rows = []
        for number, line in enumerate(read_text(path).splitlines(), 1):
            match = re.fullmatch(r"((?:train|test)_\d+)\.jpg[\s,]+([1-7])", line.strip())
            if match:
                rows.append((match[1], f"{below}/{match[1]}{suffix}", int(match[2])))
            elif line.strip():
                raise NorfaceError(
                    f"line {number} of {path} is {line!r}, not a picture such as train_00001.jpg "
                    "with a label from 1 to 7; get the file anew"
                )
        return pd.DataFrame(rows, columns=["key", "source", "label"])

    def _from_folders(self, above: Path) -> pd.DataFrame:
        rows = []
        for part in COUNTS:
            folder = find_folder(above, [part], "RAF-DB")
            labels = [name for name in entries(folder) if (folder / name).is_dir()]
            if labels != list("1234567"):
                raise NorfaceError(
                    f"{folder} has the folders {', '.join(labels) or 'none'} instead of 1 to 7; "
                    "unpack it anew"
                )
            for label in labels:
                paths = (folder / label / name for name in entries(folder / label))
                for path in (path for path in paths if path.suffix.lower() in SUFFIXES):
                    key = path.stem.removesuffix("_aligned")
                    if not key.startswith(f"{part}_"):
                        raise NorfaceError(
                            f"{path} is not named {part}_...; put it where it belongs"
                        )
                    rows.append((key, path.relative_to(self.root).as_posix(), int(label)))
        return pd.DataFrame(sorted(rows), columns=["key", "source", "label"])
