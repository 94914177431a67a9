"""Labels prepared faces with a teacher: several processes, and a journal to go on from."""

import io
import math
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path

import numpy as np
import pandas as pd

from norface_pl.data.avatars import remove_stamp
from norface_pl.data.prepared import TEACHER, TEACHER_FAILURES, PreparedFaces
from norface_pl.data.teacher import LOGIT, SHAPE, teacher_stamp
from norface_pl.errors import NorfaceError
from norface_pl.io.csv_table import write_csv
from norface_pl.io.files import make_folder, write_atomic
from norface_pl.io.images import Picture, read_image
from norface_pl.io.stamp import stamp
from norface_pl.progress import track
from norface_pl.sources.source import LANDMARKS
from norface_pl.teachers.processes import mapped
from norface_pl.teachers.teacher import Expression, ExpressionTeacher, TeacherRecipe, Unread

# Hidden, since it is no part of a prepared folder.
_WORK = ".teacher"
_NUMBERS = ("presence", "yaw", "pitch", "roll", *LANDMARKS)


@dataclass(frozen=True)
class Chunk:
    """Faces that are read, and repeated after an interruption, together.

    Attributes:
        keys: of the faces.
        pictures: their files.
        done: file of the table that holds what was read from them.
    """

    keys: tuple[str, ...]
    pictures: tuple[Path, ...]
    done: Path


@dataclass(frozen=True)
class LabelCounts:
    """How many faces have labels.

    Attributes:
        labelled: faces that the teacher read.
        failed: faces that it could not read; `teacher_failures.csv` says why.
    """

    labelled: int
    failed: int


def label_prepared(
    faces: PreparedFaces, recipe: TeacherRecipe, workers: int = 1, chunk: int = 64
) -> LabelCounts | None:
    """Write what a teacher reads from prepared faces to ``teacher.parquet`` beside the manifest.

    The same call again goes on where it was interrupted.

    Args:
        faces: to read.
        recipe: builds the teacher in each process.
        workers: processes; 1 works in this one.
        chunk: faces that are written to the journal together.

    Returns:
        None if the labels were there already.

    Raises:
        NorfaceError: no face could be read at all, a process was ended, or nothing can be written.
    """
    made_of = stamp({"faces": faces.hash, **recipe.facts})
    if teacher_stamp(faces.folder) == made_of:
        _clean(faces.folder)
        return None
    work = make_folder(faces.folder / _WORK / made_of[:16])
    chunks = _divide(faces, work, chunk)
    _read_all(recipe, [each for each in chunks if not each.done.is_file()], workers)
    return _finish(faces, chunks, {"faces": faces.hash, "stamp": made_of})


def _divide(faces: PreparedFaces, work: Path, size: int) -> list[Chunk]:
    """Name chunks after their rows, so that those of another size are never taken for them."""
    keys = faces.manifest["key"].tolist()
    files = [faces.folder / path for path in faces.manifest["path"]]
    return [
        Chunk(tuple(keys[a:b]), tuple(files[a:b]), work / f"{a:08d}-{b:08d}.parquet")
        for a in range(0, len(keys), size)
        for b in [min(a + size, len(keys))]
    ]


def _read_all(recipe: TeacherRecipe, chunks: Sequence[Chunk], workers: int) -> None:
    if not chunks:
        return
    work = partial(_read_chunk, recipe)
    with mapped(min(workers, len(chunks))) as run:
        for _ in track(run(work, chunks), "teacher", total=len(chunks)):
            pass


def _read_chunk(recipe: TeacherRecipe, chunk: Chunk) -> None:
    """Read the faces of a chunk and write its table."""
    teacher = _built(recipe)
    found = _read(teacher, chunk.pictures)
    told = [f"{LOGIT}{name}" for name in teacher.channels]
    told += [f"{SHAPE}{name}" for name in teacher.shapes]
    numbers, columns = [_row(each, len(told)) for each in found], [*_NUMBERS, *told]
    table = pd.DataFrame(np.array(numbers, np.float32), columns=pd.Index(columns))
    table.insert(0, "key", list(chunk.keys))
    table["reason"] = [each.reason if isinstance(each, Unread) else "" for each in found]
    _write(chunk.done, table)


@lru_cache(maxsize=1)
def _built(recipe: TeacherRecipe) -> ExpressionTeacher:
    """The teacher of this process, built for its first chunk."""
    return recipe.build()


def _read(teacher: ExpressionTeacher, paths: Sequence[Path]) -> list[Expression | Unread]:
    pictures = [_picture(path) for path in paths]
    found = iter(teacher.read([each for each in pictures if not isinstance(each, Unread)]))
    return [each if isinstance(each, Unread) else next(found) for each in pictures]


def _picture(path: Path) -> Picture | Unread:
    try:
        return read_image(path)
    except NorfaceError as error:
        return Unread(str(error))


def _row(found: Expression | Unread, told: int) -> list[float]:
    if isinstance(found, Unread):
        return [math.nan] * (len(_NUMBERS) + told)
    return [found.presence, *found.pose, *found.landmarks.ravel(), *found.logits, *found.shapes]


def _finish(faces: PreparedFaces, chunks: Sequence[Chunk], facts: dict[str, str]) -> LabelCounts:
    """Put the tables of all chunks together; the labels count from then on."""
    table = pd.concat([pd.read_parquet(each.done) for each in chunks], ignore_index=True)
    failed = table[table["reason"] != ""]
    rows = failed[["key", "reason"]].itertuples(index=False)
    write_csv(faces.folder / TEACHER_FAILURES, ["key", "reason"], rows)
    if len(failed) == len(table):
        _clean(faces.folder)
        raise NorfaceError(
            f"the teacher read none of the {len(table)} faces in {faces.folder}; "
            f"{faces.folder / TEACHER_FAILURES} says why of each, correct that and run this again"
        )
    table = table.drop(columns="reason")
    table.attrs.update(facts)
    # Avatars show other readings.
    remove_stamp(faces.folder)
    _write(faces.folder / TEACHER, table)
    _clean(faces.folder)
    return LabelCounts(len(table) - len(failed), len(failed))


def _write(path: Path, table: pd.DataFrame) -> None:
    buffer = io.BytesIO()
    table.to_parquet(buffer, index=False)
    write_atomic(path, buffer.getvalue())


def _clean(folder: Path) -> None:
    shutil.rmtree(folder / _WORK, ignore_errors=True)
