"""The teachers by their names on the command line."""

from pathlib import Path
from typing import Literal

from norface_pl.io.weights import find_weights
from norface_pl.teachers.face_landmarker import FaceLandmarkerRecipe
from norface_pl.teachers.litert import interpreter_class
from norface_pl.teachers.teacher import TeacherRecipe

Teacher = Literal["face_landmarker"]


def teacher_recipe(name: Teacher, weights: Path | None = None) -> TeacherRecipe:
    """Return how to build a teacher, once all that it needs is here.

    Args:
        name: of the teacher, and of its file in the registry of weights.
        weights: its file, or a folder with it; None looks where weights are looked for.

    Raises:
        NorfaceError: its file is not here, or a library that runs it is not installed.
    """
    interpreter_class()
    return FaceLandmarkerRecipe(find_weights(name, weights))
