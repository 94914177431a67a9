"""Photographs after `norface prepare folder --teacher ... --avatar ...`, without any face."""

import pandas as pd

from norface_pl.data.prepared import PreparedFaces
from norface_pl.facekit.shapes import load_shapes
from norface_pl.teachers.avatars import draw_avatars
from norface_pl.teachers.labelling import label_prepared
from tests.helpers.fake_teacher import FakeTeacherRecipe
from tests.helpers.prepared import write_prepared


def shape_names(shapes):
    """Names of the shapes in a file, as a teacher tells them."""
    return tuple(load_shapes(shapes).expression)


def write_read(folder, shapes, people=3, parts=("",), named=True, version="first"):
    """Writes two photographs of each person that a stand-in for a teacher read; returns the faces.

    Row i has the grey value i, and of three rows the last was not read.
    """
    folder.mkdir(parents=True, exist_ok=True)
    rows = [
        {
            "key": f"{name}_{number:04d}",
            "source": f"{name}/{name}_{number:04d}.jpg",
            "subject": name if named else "",
            "sequence": "",
            "frame": 0,
            "part": parts[person % len(parts)],
        }
        for person in range(people)
        for name in [f"Person_{person}"]
        for number in (1, 2)
    ]
    write_prepared(folder, "folder", pd.DataFrame(rows))
    faces = PreparedFaces.open(folder)
    notes = folder.with_name(f"{folder.name}_notes")
    notes.mkdir(exist_ok=True)
    label_prepared(faces, FakeTeacherRecipe(notes, version=version, shapes=shape_names(shapes)))
    return faces


def write_photographs(folder, shapes, people=3, parts=("",), named=True):
    """The same with an avatar of 16 pixels for each face that was read."""
    faces = write_read(folder, shapes, people, parts, named)
    draw_avatars(faces, shapes, 16)
    return faces
