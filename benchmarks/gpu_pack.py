"""Packs the training faces of a prepared folder so small that they can be carried."""

import argparse
import hashlib
import io
import shutil
from pathlib import Path

import cv2
import numpy as np
import pandas as pd
import yaml

from norface_pl.data.prepared import DESCRIPTION, MANIFEST, TEACHER, PreparedFaces
from norface_pl.data.teacher import read_teacher, shapes_of
from norface_pl.errors import NorfaceError
from norface_pl.facekit.shapes import load_shapes
from norface_pl.io.files import make_folder, write_atomic
from norface_pl.io.images import read_image

LIMIT_MB = 55.0
"""Of all that is carried; the checkout travels beside it."""
FACES, SHAPES, WHEELS = "faces", "facekit.npz", "wheels"
QUALITIES = range(95, 35, -5)


def pack(prepared: Path, shapes: Path, carry: Path, limit_mb: float = LIMIT_MB) -> int:
    """Write the faces of the part ``train`` that a teacher read, and the shapes of the avatar.

    Nobody of another part travels, nor a face without a part. Avatars do not travel either: what
    the teacher read does, and they are drawn from that. Wheels that lie in ``carry`` count. Nothing
    is written before it is known to fit.

    Args:
        prepared: folder that `norface prepare --teacher face_landmarker` wrote.
        shapes: ICT-FaceKit's shapes, packed.
        carry: folder; faces of an earlier call in it are replaced.
        limit_mb: of the whole folder.

    Returns:
        The quality of the JPEG files, the best one at which all stay below the limit.

    Raises:
        NorfaceError: no teacher read the faces, nobody may train, or all is too large.
    """
    faces = PreparedFaces.open(prepared)
    table = read_teacher(faces)
    if table is None:
        raise NorfaceError(f"no teacher has read {prepared}: prepare it with --teacher too")
    known = ~np.isnan(shapes_of(table).weights).any(1)
    rows = np.flatnonzero((faces.manifest["part"] == "train").to_numpy() & known)
    if not len(rows):
        raise NorfaceError(
            f"{prepared} has no face of the part train that a teacher read: only such ones are "
            "packed, so prepare it with a --table that has the column part"
        )
    load_shapes(shapes)
    manifest = faces.manifest.iloc[rows].reset_index(drop=True)
    names = [str(Path(path).with_suffix(".jpg").as_posix()) for path in manifest["path"]]
    listed = parquet(manifest.assign(path=names))
    sha256 = hashlib.sha256(listed).hexdigest()
    read = table.iloc[rows].reset_index(drop=True)
    read.attrs = {**table.attrs, "faces": sha256}
    description = {**faces.description, "manifest_sha256": sha256}
    # The description comes last, since a folder counts as finished where it is.
    content = {MANIFEST: listed, TEACHER: parquet(read)}
    content[DESCRIPTION] = yaml.safe_dump(description, sort_keys=False).encode()
    taken = weight(carry / WHEELS) + shapes.stat().st_size + sum(map(len, content.values()))
    paths = [prepared / path for path in manifest["path"]]
    quality, files = compressed(paths, limit_mb * 1e6 - taken)
    out = carry / FACES
    shutil.rmtree(out, ignore_errors=True)
    make_folder(out)
    write_atomic(carry / SHAPES, shapes.read_bytes())
    for name, picture in [*zip(names, files, strict=True), *content.items()]:
        make_folder((out / name).parent)
        write_atomic(out / name, picture)
    return quality


def compressed(pictures: list[Path], budget: float) -> tuple[int, list[bytes]]:
    """Return the best quality at which pictures take fewer bytes than the budget, and their files.

    Raises:
        NorfaceError: they do not even at the lowest one.
    """
    read = [cv2.cvtColor(read_image(path), cv2.COLOR_RGB2BGR) for path in pictures]
    for quality in QUALITIES:
        options = [cv2.IMWRITE_JPEG_QUALITY, quality, cv2.IMWRITE_JPEG_OPTIMIZE, 1]
        files = [cv2.imencode(".jpg", picture, options)[1].tobytes() for picture in read]
        if sum(map(len, files)) < budget:
            return quality, files
    raise NorfaceError(
        f"{len(pictures)} faces take {sum(map(len, files)) / 1e6:.1f} MB even at JPEG quality "
        f"{QUALITIES[-1]}, and {budget / 1e6:.1f} MB are left: prepare them smaller, or fewer"
    )


def parquet(table: pd.DataFrame) -> bytes:
    """Return the content of a file that holds a table."""
    buffer = io.BytesIO()
    table.to_parquet(buffer, index=False)
    return buffer.getvalue()


def weight(folder: Path) -> int:
    """Return the bytes of all files below a folder."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def main() -> None:
    """Pack, and say how much it is."""
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("prepared", "shapes", "carry"):
        parser.add_argument(name, type=Path)
    parser.add_argument("--limit_mb", type=float, default=LIMIT_MB, help="of all that is carried")
    given = parser.parse_args()
    quality = pack(given.prepared, given.shapes, given.carry, given.limit_mb)
    count = len(PreparedFaces.open(given.carry / FACES).manifest)
    size = weight(given.carry) / 1e6
    print(f"{given.carry}: {count} faces at JPEG quality {quality}, {size:.1f} MB with all else")


if __name__ == "__main__":
    try:
        main()
    except NorfaceError as error:
        raise SystemExit(f"error: {error}") from error
