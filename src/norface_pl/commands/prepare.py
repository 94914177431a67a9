"""``norface prepare``: a data set as its authors distribute it to aligned faces with labels."""

import inspect
import os
from collections.abc import Mapping, Sequence
from dataclasses import fields, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jsonargparse import ArgumentParser
from rich.console import Console

from norface_pl.data.avatars import AVATARS
from norface_pl.data.prepared import (
    CONTACT_SHEET,
    FAILURES,
    TEACHER,
    TEACHER_FAILURES,
    PreparedFaces,
)
from norface_pl.errors import NorfaceError
from norface_pl.facekit.shapes import load_shapes
from norface_pl.faces.detectors import load_detector
from norface_pl.io.files import sha256_file
from norface_pl.io.weights import find_weights
from norface_pl.prepare.choose import GivenFaces
from norface_pl.prepare.job import Job, JobFolder
from norface_pl.prepare.options import PrepareOptions, Recipe
from norface_pl.prepare.units import divide
from norface_pl.sources import SOURCES
from norface_pl.sources.source import DataSource, check_listing
from norface_pl.teachers.avatars import draw_avatars
from norface_pl.teachers.choose import Teacher, teacher_recipe
from norface_pl.teachers.labelling import label_prepared
from norface_pl.teachers.teacher import TeacherRecipe

if TYPE_CHECKING:
    from norface_pl.prepare.finish import PictureCounts


def main(argv: Sequence[str]) -> None:
    """Reads ``NAME``, the options of that data set and those of `prepare`."""
    known = ", ".join(sorted(SOURCES))
    named = bool(argv) and not argv[0].startswith("-")
    if named and argv[0] not in SOURCES:
        raise NorfaceError(f"there is no data set {argv[0]!r} to prepare; it is one of {known}")
    source = SOURCES[argv[0]] if named else None
    parser = ArgumentParser(
        prog=f"norface prepare {argv[0] if named else 'NAME'}",
        description=f"Aligned faces and labels of a data set; NAME is one of {known}.",
        allow_abbrev=False,
    )
    parser.add_argument("--config", action="config", help="Options in a YAML file.")
    if source is not None:
        parser.add_class_arguments(source, as_group=True)
    parser.add_class_arguments(PrepareOptions, skip={"weights"})
    parser.add_function_arguments(prepare, skip={"source", "options", "source_options", "recipe"})
    config = parser.parse_args(list(argv[1:] if named else argv))
    if source is None:
        raise NorfaceError(f"say which data set to prepare: norface prepare NAME, one of {known}")
    values = vars(parser.instantiate_classes(config))
    values.pop("config")
    own = {name: values.pop(name) for name in inspect.signature(source).parameters}
    how = {f.name: values.pop(f.name) for f in fields(PrepareOptions) if f.name != "weights"}
    prepare(source(**own), **values, options=PrepareOptions(**how), source_options=own)


def prepare(
    source: DataSource,
    out: Path,
    options: PrepareOptions = PrepareOptions(),
    weights: Path | None = None,
    batch_size: int = 16,
    workers: int = 1,
    nodes: int = 1,
    device: str = "auto",
    overwrite: bool = False,
    teacher: Teacher | None = None,
    teacher_weights: Path | None = None,
    avatar: Path | None = None,
    source_options: Mapping[str, Any] | None = None,
    recipe: Recipe | None = None,
) -> None:
    """Finds, aligns and writes the faces of a data set, with a manifest of labels.

    The same command again goes on where it was interrupted. Pictures without a face are listed
    in failures.csv.

    Args:
        source: Reads the data set.
        out: Folder of the prepared faces.
        options: How faces are found, chosen and cut out.
        weights: The detector's weight file, or a folder with it; else looked for in
            $NORFACE_WEIGHTS and in the user's cache.
        batch_size: Pictures that are detected, and repeated after an interruption, together.
        workers: Processes on each machine; one per GPU, or one per core.
        nodes: Machines, each started with this same command by torchrun, SLURM or by hand.
        device: cpu, cuda, or auto for a GPU where there is one.
        overwrite: Replace faces that were made with other options or of another data set.
        teacher: Also writes what this network reads from every face, to teacher.parquet.
        teacher_weights: The teacher's file, or a folder with it; else looked for as weights are.
        avatar: Also draws every face's expression on the avatar, as stage 1 is to draw it, with
            these shapes of ICT-FaceKit (facekit.npz); needs the teacher.
        source_options: How the source was built, for the description.
        recipe: Builds the detector instead of the weight file.
    """
    for name, value in (("batch_size", batch_size), ("workers", workers), ("nodes", nodes)):
        if value < 1:
            raise NorfaceError(f"{name} is {value}; give 1 or more")
    if teacher is not None and nodes > 1:
        raise NorfaceError(
            "teacher works on one machine: prepare without it, then run this without --nodes"
        )
    if avatar is not None and teacher is None:
        raise NorfaceError("avatars show what a teacher reads: give --teacher face_landmarker too")
    if avatar is not None:
        load_shapes(avatar)
    taught = None if teacher is None else teacher_recipe(teacher, teacher_weights)
    listing = check_listing(source.listing(), source.name)
    own = options.detector in ("given", "none")
    file = None if own or recipe is not None else find_weights(options.detector, weights)
    options = replace(options, weights=sha256_file(file) if file is not None else "")
    console = Console(highlight=False, soft_wrap=True, markup=False)
    for note in source.notes:
        console.print(note)
    if options.detector == "given":
        GivenFaces(listing, source.name)
    folder = JobFolder(out, Job.of(source.name, options, listing), overwrite)
    if folder.is_finished():
        folder.clean()
        console.print(f"{out} holds these faces already, nothing to do")
        _label(console, out, source.name, taught, avatar, workers)
        return
    # Only here: help, mistakes and what is finished need no torch, which takes seconds to load.
    from norface_pl.inference.stages import choose_device
    from norface_pl.prepare.finish import finish
    from norface_pl.prepare.reading import PrepareTask
    from norface_pl.prepare.trainer import run_task

    units = divide(listing)
    recipe = recipe or partial(load_detector, file, options.threshold, max_side=options.max_side)
    threads = min(8, max(2, (os.cpu_count() or 1) // workers))
    task = PrepareTask(source, listing, units, folder, options, recipe, batch_size, threads)
    on_cpu = own or options.detector == "yunet"
    if run_task(task, workers, nodes, choose_device("cpu" if on_cpu else device)):
        _summarize(console, out, source.name, finish(folder, listing, units, source_options or {}))
        _label(console, out, source.name, taught, avatar, workers)


def _label(
    console: Console,
    out: Path,
    name: str,
    recipe: TeacherRecipe | None,
    avatar: Path | None,
    workers: int,
) -> None:
    """Let a teacher read the prepared faces, and draw what it read, where that is asked for."""
    if recipe is None:
        return
    faces = PreparedFaces.open(out, name)
    counts = label_prepared(faces, recipe, workers)
    if counts is None:
        console.print(f"{out / TEACHER} holds these labels already, nothing to do")
    else:
        console.print(f"the teacher read {counts.labelled} faces: {out / TEACHER}")
        if counts.failed:
            console.print(f"{counts.failed} could not be read: {out / TEACHER_FAILURES}")
    if avatar is not None:
        drawn = draw_avatars(faces, avatar, int(faces.description["options"]["size"]), workers)
        what = "holds these avatars already" if drawn is None else f"holds {drawn} avatars"
        console.print(f"{out / AVATARS} {what}")


def _summarize(console: Console, out: Path, name: str, counts: "PictureCounts") -> None:
    console.print(f"prepared {counts.prepared} of {counts.listed} pictures of {name}: {out}")
    for reason, number in counts.reasons.items():
        console.print(f"  {number} times {reason}")
    if counts.reasons:
        console.print(
            f"{counts.failed} left out, {counts.replaced} with a stand-in: {out / FAILURES}"
        )
    console.print(f"look at {out / CONTACT_SHEET}")
    console.print(f"then: norface verify {name} --prepared {out}")
