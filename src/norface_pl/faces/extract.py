"""From picture files to aligned faces: read ahead in threads, detect, align, note what failed."""

from collections import Counter, deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from norface_pl.errors import NorfaceError
from norface_pl.faces.align import AU_CROP, similarity, warp
from norface_pl.faces.detect import Face, FaceDetector
from norface_pl.faces.landmarks import like_a_face
from norface_pl.faces.searching import SearchingDetector, missed
from norface_pl.io.images import Picture, read_image
from norface_pl.io.names import distinct, file_stem

Which = Literal["largest", "all"]


@dataclass(frozen=True, eq=False)
class FileFaces:
    """What became of one picture file.

    Attributes:
        path: the file.
        faces: the faces and their crops, (size, size, 3) RGB uint8, the largest first.
        failures: why the file, or a face in it, is left out.
    """

    path: Path
    faces: list[tuple[Face, Picture]]
    failures: list[str]


def align_faces(
    image: Picture, detector: FaceDetector, size: int, which: Which = "largest"
) -> tuple[list[tuple[Face, Picture]], list[str]]:
    """Find and align the faces of a picture; return them, and why others were left out."""
    found = detector.detect(image)
    faces: list[tuple[Face, Picture]] = []
    failures = [] if found else [_none(image, detector)]
    for face in found[:1] if which == "largest" else found:
        if like_a_face(face.landmarks):
            crop = warp(image, similarity(face.landmarks, AU_CROP, size), size)
            faces.append((face, crop))
        else:
            failures.append(f"landmarks of the face at {_at(face)} are not arranged as on a face")
    return faces, failures


def faces_in_files(
    paths: Sequence[Path], detector: FaceDetector, size: int, which: Which = "largest"
) -> Iterator[FileFaces]:
    """Yield every file in order; a file that cannot be read or holds no face stops nothing."""
    for path, reading in read_ahead(paths):
        try:
            faces, failures = align_faces(reading.result(), detector, size, which)
        except NorfaceError as error:
            faces, failures = [], [str(error)]
        yield FileFaces(path, faces, failures)


def read_ahead(
    paths: Sequence[Path], threads: int = 2, ahead: int = 16
) -> Iterator[tuple[Path, "Future[Picture]"]]:
    """Yield each file with its future picture, at most ``ahead`` of them in memory."""
    with ThreadPoolExecutor(threads) as pool:
        waiting: deque[tuple[Path, Future[Picture]]] = deque()
        try:
            for path in paths:
                if len(waiting) == ahead:
                    yield waiting.popleft()
                waiting.append((path, pool.submit(read_image, path)))
            while waiting:
                yield waiting.popleft()
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


def sample_names(paths: Sequence[Path], root: Path) -> list[str]:
    """Return a unique file stem per picture: its path below ``root``, in one word."""
    return unique_stems(
        [path.relative_to(root) if root.is_dir() else Path(path.name) for path in paths]
    )


def unique_stems(paths: Sequence[Path]) -> list[str]:
    """Return a file stem per path, unique among them: the path in one word."""
    names = [file_stem(path) for path in paths]
    count = Counter(names)
    # a.jpg beside a.png
    return distinct(
        [
            f"{name}_{path.suffix[1:]}" if count[name] > 1 else name
            for name, path in zip(names, paths, strict=True)
        ]
    )


def _none(image: Picture, detector: FaceDetector) -> str:
    hint = missed(image, detector.max_side) if isinstance(detector, SearchingDetector) else ""
    return f"no face found; {hint}" if hint else "no face found"


def _at(face: Face) -> str:
    left, top, right, bottom = (round(float(value)) for value in face.box)
    return f"({left}, {top}, {right}, {bottom})"
