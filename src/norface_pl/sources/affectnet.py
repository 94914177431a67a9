"""AffectNet, manually annotated (Mollahosseini, Hasani and Mahoor, TAFFC 2019).

Licence: non-commercial research, on request at http://mohammadmahoor.com/affectnet/.
"""

from pathlib import Path

import numpy as np
import pandas as pd

from norface_pl.errors import NorfaceError
from norface_pl.faces.landmarks import five_of_68
from norface_pl.io.spelling import entries, find_folder, find_path
from norface_pl.io.text import read_cells
from norface_pl.labels import AFFECTNET_EXPRESSIONS
from norface_pl.sources.present import mark_missing
from norface_pl.sources.source import BOX, LANDMARKS, DataSource

_BOX = ("face_x", "face_y", "face_width", "face_height")
_NUMBERS = ("expression", "valence", "arousal")
COLUMNS = ("subDirectory_filePath", *_BOX, "facial_landmarks", *_NUMBERS)
LISTS = ("Manually_Annotated_file_lists", "Manually_Annotated", ".")
"""Where training.csv is: in the release; beside the pictures, as EMOCA reads it; on top."""
IMAGES = (
    "Manually_Annotated/Manually_Annotated_Images",
    "Manually_Annotated_compressed/Manually_Annotated_Images",
    "Manually_Annotated_Images",
    "Manually_Annotated",
)
"""The archives of the release lie in Manually_Annotated, of an older one in the _compressed."""
NO_EXPRESSION = {8: "None", 9: "Uncertain", 10: "Non-Face"}
UNDEFINED = -2
"""What valence and arousal are where there is none."""


class AffectNetSource(DataSource):
    """Reads the release of 2017 (lists with boxes) or of 2021 (cropped faces); tells them apart.

    The public validation set, in both the only one with labels besides training, is ``test``.
    Pictures labelled None, Uncertain or Non-Face are left out.

    Args:
        root: of 2017 the folder with ``Manually_Annotated_file_lists`` (or the lists themselves)
            and the pictures; of 2021 the one with ``train_set`` and ``val_set``.
        incomplete: take the pictures that are there, instead of asking for all.
    """

    name = "affectnet"

    def __init__(self, root: Path, incomplete: bool = False) -> None:
        self.root, self.incomplete = root, incomplete

    def listing(self) -> pd.DataFrame:
        """Return one row per picture with an expression; see `DataSource.listing`."""
        later = any(find_path(self.root, name) for name in ("train_set", "val_set"))
        rows = self._later() if later else self._first()
        strange = ~rows["expression"].isin([*range(len(AFFECTNET_EXPRESSIONS)), *NO_EXPRESSION])
        if strange.any():
            row = rows[strange].iloc[0]
            raise NorfaceError(
                f"{row['source']} below {self.root} has the expression {row['expression']:g}; "
                "AffectNet numbers them from 0 to 10, get its labels anew"
            )
        rows = rows[~rows["expression"].isin(list(NO_EXPRESSION))].reset_index(drop=True)
        rows["expression"] = [AFFECTNET_EXPRESSIONS[int(n)] for n in rows["expression"]]
        for name in ("valence", "arousal"):
            rows[name] = rows[name].where(rows[name] != UNDEFINED)
        rows["subject"], rows["sequence"], rows["frame"] = "", "", 0
        return mark_missing(rows, self.root, "AffectNet", self.incomplete)

    def _first(self) -> pd.DataFrame:
        found = [find_path(self.root, f"{folder}/training.csv") for folder in LISTS]
        training = next(filter(None, found), None)
        if training is None:
            folder = find_folder(self.root, (LISTS[0], "train_set"), "AffectNet")
            raise NorfaceError(
                f"there is no {folder / 'training.csv'}; unpack the lists of AffectNet anew"
            )
        images = find_folder(self.root, IMAGES, "AffectNet")
        below = images.relative_to(self.root).as_posix()
        validation = find_path(training.parent, "validation.csv")
        if validation is None:
            raise NorfaceError(
                f"there is no validation.csv beside {training}; unpack the lists of AffectNet anew"
            )
        parts = [
            _read_list(training).assign(part="train"),
            _read_list(validation).assign(part="test"),
        ]
        rows = pd.concat(parts, ignore_index=True)
        path = rows.pop("subDirectory_filePath")
        rows["key"] = path.str.replace(r"\.\w+$", "", regex=True).str.replace("/", "_")
        # Several faces of one picture are listed under its one name.
        again = rows.groupby("key").cumcount() + 1
        rows["key"] = rows["key"].where(again == 1, rows["key"] + "_" + again.astype(str))
        return rows.assign(source=f"{below}/" + path)

    def _later(self) -> pd.DataFrame:
        rows: list[tuple[str | float, ...]] = []
        kinds = {"exp": True, "val": not self.incomplete, "aro": not self.incomplete}
        for part, name in (("train", "train"), ("test", "val")):
            notes = find_folder(self.root, [f"{name}_set/annotations"], "AffectNet")
            images = find_folder(self.root, [f"{name}_set/images"], "AffectNet")
            below = images.relative_to(self.root).as_posix()
            noted = {note.removesuffix("_exp.npy") for note in entries(notes) if "_exp.npy" in note}
            shown = {Path(name).stem for name in entries(images) if name.lower().endswith(".jpg")}
            bare = sorted(shown - noted, key=_number)
            if bare and not self.incomplete:
                raise NorfaceError(
                    f"{len(bare)} pictures in {images} have no label, the first is {bare[0]}.jpg; "
                    f"unpack {notes} anew, or leave them out with --incomplete=true"
                )
            for key in sorted(noted, key=_number):
                found = (_read_number(notes / f"{key}_{kind}.npy", kinds[kind]) for kind in kinds)
                rows.append((f"{name}_{key}", f"{below}/{key}.jpg", part, *found))
        return pd.DataFrame(rows, columns=["key", "source", "part", *_NUMBERS])


def _number(key: str) -> tuple[int, str]:
    return (int(key) if key.isdecimal() else -1, key)


def _read_number(path: Path, required: bool) -> float:
    try:
        # Some are stored as text.
        return float(np.load(path, allow_pickle=False).item())
    except FileNotFoundError as error:
        if not required:
            return float("nan")
        raise NorfaceError(
            f"there is no {path}; unpack the annotations anew, or take what is there with "
            "--incomplete=true"
        ) from error
    except (OSError, ValueError, EOFError) as error:
        raise NorfaceError(f"{path} holds no number ({error}); unpack it anew") from error


def _read_list(path: Path) -> pd.DataFrame:
    # validation.csv has no header in some copies.
    table = read_cells(path, headerless=COLUMNS, separators=",")
    try:
        for name in (*_BOX, *_NUMBERS):
            table[name] = pd.to_numeric(table[name].where(table[name] != "", "nan")).astype(float)
        left, top, width, height = (table[name] for name in _BOX)
    except (KeyError, ValueError) as error:
        raise NorfaceError(
            f"{path} has not the columns of AffectNet ({error!s:.80}); get the file anew"
        ) from error
    box = dict(zip(BOX, (left, top, left + width, top + height), strict=True))
    kept = table[[COLUMNS[0], *_NUMBERS]].assign(**box)
    points = np.full((len(table), 5, 2), np.nan)
    # What shows no face has no landmarks.
    expressive = (~table["expression"].isin(list(NO_EXPRESSION))).to_numpy()
    points[expressive] = [
        _five_landmarks(text, path) for text in table["facial_landmarks"][expressive]
    ]
    return kept.join(pd.DataFrame(points.reshape(-1, 10), table.index, list(LANDMARKS)))


def _five_landmarks(text: str, path: Path) -> np.ndarray:
    try:
        return five_of_68(np.array(str(text).split(";"), float).reshape(68, 2))
    except ValueError as error:
        raise NorfaceError(
            f"{path} has {text!r:.40} instead of 68 landmarks x;y;x;y; get the file anew"
        ) from error
