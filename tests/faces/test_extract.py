from pathlib import Path

import numpy as np

from norface_pl.faces.align import AU_CROP
from norface_pl.faces.detect import Face
from norface_pl.faces.extract import align_faces, faces_in_files, read_ahead, sample_names
from norface_pl.io.images import Picture, write_image


def face(left: float, top: float, side: float, points: np.ndarray = AU_CROP) -> Face:
    box = np.array([left, top, left + side, top + side])
    return Face(box=box, score=0.9, landmarks=points * side + [left - 0.5, top - 0.5])


class FakeDetector:
    """Finds what it was told."""

    def __init__(self, *faces: Face) -> None:
        self.faces = list(faces)

    def detect(self, image: Picture) -> list[Face]:
        return self.faces if image.any() else []


def picture() -> np.ndarray:
    image = np.full((40, 40, 3), 10, np.uint8)
    image[20:36, 4:20] = 200
    return image


def test_the_crop_is_the_face() -> None:
    detector = FakeDetector(face(4, 20, 16), face(0, 0, 8))
    ((found, crop),), failures = align_faces(picture(), detector, 16)
    assert (crop == 200).all()
    assert found.area == 256
    assert failures == []
    faces, _ = align_faces(picture(), detector, 16, "all")
    assert [int(crop.mean()) for _, crop in faces] == [200, 10]


def test_a_face_with_swapped_landmarks_is_reported_and_the_other_kept() -> None:
    swapped = face(0, 0, 20, AU_CROP[[1, 0, 2, 3, 4]])
    faces, failures = align_faces(picture(), FakeDetector(swapped, face(4, 20, 16)), 16, "all")
    assert len(faces) == 1
    assert failures == ["landmarks of the face at (0, 0, 20, 20) are not arranged as on a face"]


def test_bad_files_stop_nothing(tmp_path: Path) -> None:
    write_image(tmp_path / "good.png", picture())
    write_image(tmp_path / "empty.png", np.zeros_like(picture()))
    (tmp_path / "broken.png").write_bytes((tmp_path / "good.png").read_bytes()[:50])
    paths = [tmp_path / f"{name}.png" for name in ("broken", "empty", "gone", "good")]
    results = list(faces_in_files(paths, FakeDetector(face(4, 20, 16)), 16))
    assert [result.path for result in results] == paths
    assert [len(result.faces) for result in results] == [0, 0, 0, 1]
    reasons = [result.failures for result in results]
    assert "truncated" in reasons[0][0]
    assert reasons[1] == ["no face found"]
    assert "no picture" in reasons[2][0]
    assert reasons[3] == []


def test_files_are_read_ahead_in_order(tmp_path: Path) -> None:
    paths = []
    for value in range(20):
        paths.append(tmp_path / f"{value}.png")
        write_image(paths[-1], np.full((4, 4, 3), value, np.uint8))
    read = [(path, int(future.result()[0, 0, 0])) for path, future in read_ahead(paths, ahead=3)]
    assert read == list(zip(paths, range(20), strict=True))


def test_sample_names_are_unique_stems(tmp_path: Path) -> None:
    names = ["a.jpg", "a.png", "b.png", "sub/a.png", "a_png.jpg"]
    paths = [tmp_path / name for name in names]
    assert sample_names(paths, tmp_path) == ["a_jpg", "a_png", "b", "sub__a", "a_png_2"]
    single = tmp_path / "b.png"
    single.touch()
    assert sample_names([single], single) == ["b"]
