"""Which faces travel to a machine without network, and how large they are."""

import numpy as np
import pandas as pd
import pytest

from benchmarks.gpu_pack import compressed, pack, weight
from norface_pl.data.prepared import PreparedFaces
from norface_pl.data.teacher import read_teacher, shapes_of
from norface_pl.errors import NorfaceError
from norface_pl.io.images import read_image, write_image
from norface_pl.sources.source import LANDMARKS
from tests.helpers.facekit import write_shapes
from tests.helpers.prepared import write_prepared

PARTS = ("train", "test", "train", "val", "", "train", "train")
UNREAD = 5
SHAPES = ("jawOpen", "mouthSmile_L")


def write_photographs(folder, parts=PARTS, shapes=SHAPES):
    """Writes a prepared photograph of each part that a teacher read, all but one."""
    folder.mkdir()
    rows = [
        {"key": f"P{i}", "source": f"P{i}.jpg", "subject": f"P{i}", "sequence": "", "frame": 0}
        for i in range(len(parts))
    ]
    write_prepared(folder, "folder", pd.DataFrame(rows).assign(part=list(parts)))
    faces = PreparedFaces.open(folder)
    names = ["presence", "yaw", "pitch", "roll", *LANDMARKS, "logit_smile"]
    names += [f"shape_{name}" for name in shapes]
    values = np.tile(np.arange(len(parts), dtype=np.float32)[:, None] / 10, len(names))
    values[UNREAD:][:1] = np.nan
    table = pd.DataFrame(values, columns=names)
    table.insert(0, "key", faces.manifest["key"])
    table.attrs = {"faces": faces.hash, "stamp": "read"}
    table.to_parquet(folder / "teacher.parquet", index=False)
    return folder


@pytest.fixture
def shapes(tmp_path):
    return write_shapes(tmp_path / "shapes.npz")


def test_only_training_people_that_were_read_travel(tmp_path, shapes):
    prepared, carry = write_photographs(tmp_path / "prepared"), tmp_path / "carry"
    assert pack(prepared, shapes, carry) == 95
    faces = PreparedFaces.open(carry / "faces", "folder")
    assert faces.manifest["key"].tolist() == ["P0", "P2", "P6"]
    files = sorted(path.name for path in (carry / "faces").rglob("*") if path.is_file())
    tables = ["dataset.yaml", "manifest.parquet", "teacher.parquet"]
    assert files == ["P0.jpg", "P2.jpg", "P6.jpg", *tables]
    read = shapes_of(read_teacher(faces))
    assert read.names == list(SHAPES)
    np.testing.assert_allclose(read.weights, [[0, 0], [0.2, 0.2], [0.6, 0.6]], rtol=1e-6)
    grey = [read_image(faces.folder / path)[3, 3].tolist() for path in faces.manifest["path"]]
    assert grey == [[0] * 3, [2] * 3, [6] * 3]
    assert (carry / "facekit.npz").read_bytes() == shapes.read_bytes()


def test_faces_of_an_earlier_call_do_not_stay(tmp_path, shapes):
    carry = tmp_path / "carry"
    pack(write_photographs(tmp_path / "first"), shapes, carry)
    pack(write_photographs(tmp_path / "second", ("test", "train")), shapes, carry)
    assert [path.name for path in (carry / "faces").rglob("*.jpg")] == ["P1.jpg"]


@pytest.mark.parametrize("parts", [("test", "val"), ("", "")])
def test_without_a_training_face_nothing_is_packed(tmp_path, shapes, parts):
    prepared = write_photographs(tmp_path / "prepared", parts)
    with pytest.raises(NorfaceError, match="has no face of the part train that a teacher read"):
        pack(prepared, shapes, tmp_path / "carry")
    assert not (tmp_path / "carry").exists()


def test_a_folder_that_no_teacher_read_is_refused(tmp_path, shapes):
    prepared = write_photographs(tmp_path / "prepared")
    (prepared / "teacher.parquet").unlink()
    with pytest.raises(NorfaceError, match="no teacher has read .*prepared: prepare it with"):
        pack(prepared, shapes, tmp_path / "carry")


def test_the_quality_is_the_best_that_fits(tmp_path):
    noise = np.random.default_rng(0).integers(0, 256, (4, 32, 32, 3), np.uint8)
    paths = [tmp_path / f"{number}.png" for number in range(4)]
    for path, picture in zip(paths, noise, strict=True):
        write_image(path, picture)
    best, files = compressed(paths, 1e6)
    assert best == 95
    size = sum(map(len, files))
    lower, files = compressed(paths, size)
    assert lower == 90
    assert sum(map(len, files)) < size
    with pytest.raises(NorfaceError, match="4 faces take 0.0 MB even at JPEG quality 40"):
        compressed(paths, 100)


def test_wheels_in_the_folder_count(tmp_path, shapes):
    prepared, carry = write_photographs(tmp_path / "prepared"), tmp_path / "carry"
    (carry / "wheels").mkdir(parents=True)
    (carry / "wheels" / "one.whl").write_bytes(bytes(1000))
    pack(prepared, shapes, carry)
    limit = weight(carry) / 1e6
    # With one byte more than all takes, it fits; the wheel is among all.
    assert pack(prepared, shapes, carry, limit + 1e-6) == 95
    # Flat pictures get no smaller at a lower quality.
    with pytest.raises(NorfaceError, match="3 faces take"):
        pack(prepared, shapes, carry, limit)
