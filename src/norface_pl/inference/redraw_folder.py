"""Redraws a folder of pictures into a cache; bad pictures are listed and stop nothing."""

import shutil
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import cv2
import numpy as np
import pandas as pd
import torch

from norface_pl.data.cache import CacheWriter, NormalizedCache
from norface_pl.errors import NorfaceError, printable
from norface_pl.faces.detect import FaceDetector
from norface_pl.faces.extract import faces_in_files, read_ahead, sample_names
from norface_pl.inference.failures import FAILURES, HEADER, Failure
from norface_pl.inference.lists import in_lists
from norface_pl.inference.stages import cache_key
from norface_pl.io.background import BackgroundWriter
from norface_pl.io.csv_table import write_csv
from norface_pl.io.images import Picture
from norface_pl.io.stamp import stamp
from norface_pl.io.tensors import to_batch, to_pictures
from norface_pl.io.walk import Walk
from norface_pl.normalizer import NormalizerModule
from norface_pl.precision import autocast
from norface_pl.progress import track

Aligned = tuple[Path, Picture | str]
"""A file with its aligned face, or with the reason why there is none."""


def cache_pictures(
    images: Path,
    found: Walk,
    normalizer: NormalizerModule,
    checkpoint: Path,
    folder: Path,
    detector: FaceDetector | None,
    detector_id: str,
    batch_size: int,
    overwrite: bool,
) -> tuple[NormalizedCache, list[Failure]]:
    """Redraw the largest face of every picture; return the cache and the failures.

    Args:
        images: a picture, or a folder of them.
        found: what lies there.
        normalizer: stage 1, on the device where it shall run.
        checkpoint: the file it came from.
        folder: where the cache goes; an interrupted one is gone on with.
        detector: finds the faces; None takes square pictures as aligned already.
        detector_id: tells detectors and their options apart.
        batch_size: faces redrawn together.
        overwrite: replace a cache that was made from something else.

    Raises:
        NorfaceError: no picture gave a face, or the folder holds something else.
    """
    paths, size = found.files, normalizer.image_size
    names = dict(zip(paths, sample_names(paths, images), strict=True))
    files = [(name, _facts(path)) for path, name in names.items()]
    source = stamp({"files": files, "detector": detector_id, "size": size})
    writer = CacheWriter(folder, cache_key(checkpoint, normalizer, source), overwrite)
    absent = set(writer.missing(names.values()))
    todo = [path for path in paths if names[path] in absent]
    faces = _detected(todo, detector, size) if detector else aligned_squares(todo, size)
    failures: list[Failure] = []
    bar = track(faces, description=folder.name, total=len(todo))
    with BackgroundWriter(writer.add) as background, torch.inference_mode():
        for batch in in_lists(with_faces(bar, failures), batch_size):
            crops = to_batch([crop for _, crop in batch]).to(normalizer.target.device)
            with autocast(crops.device):
                redrawn = to_pictures(normalizer.normalize(crops))
            background.add([names[path] for path, _ in batch], list(redrawn))
    failed = {path for path, _ in failures}
    done = [path for path in paths if path not in failed]
    if not done:
        shutil.rmtree(folder)
        raise NorfaceError(
            f"none of the {len(paths)} pictures of {images} could be normalized; "
            f"the first, {failures[0][0].name}: {failures[0][1]}"
        )
    failures = [*found.closed, *failures]
    write_csv(folder / FAILURES, HEADER, failures)
    rows = {"key": [names[path] for path in done], "file": [printable(path) for path in done]}
    writer.finish(pd.DataFrame(rows))
    return NormalizedCache.open(folder, size), failures


def _facts(path: Path) -> tuple[int, int] | None:
    """Return what tells a file apart without reading it; None if reading it will tell why not."""
    try:
        facts = path.stat()
    except OSError:
        return None
    return facts.st_size, facts.st_mtime_ns


def _detected(paths: Sequence[Path], detector: FaceDetector, size: int) -> Iterator[Aligned]:
    for file in faces_in_files(paths, detector, size):
        yield file.path, file.faces[0][1] if file.faces else file.failures[0]


def aligned_squares(paths: Sequence[Path], size: int) -> Iterator[Aligned]:
    """Yield square pictures, scaled to ``size`` pixels, as faces that are aligned already."""
    for path, reading in read_ahead(paths):
        try:
            picture = reading.result()
        except NorfaceError as error:
            yield path, str(error)
            continue
        height, width = picture.shape[:2]
        if height != width:
            yield path, f"{width} x {height} pixels, so no aligned face; align with --weights"
            continue
        how = cv2.INTER_AREA if height > size else cv2.INTER_LINEAR
        yield path, np.asarray(cv2.resize(picture, (size, size), interpolation=how), np.uint8)


def with_faces(
    pictures: Iterable[Aligned], failures: list[Failure]
) -> Iterator[tuple[Path, Picture]]:
    """Yield the files that have a face, and note the others."""
    for path, face in pictures:
        if isinstance(face, str):
            failures.append((path, face))
        else:
            yield path, face
