from pathlib import Path

import cv2
import numpy as np
import pytest

from norface_pl.errors import NorfaceError
from norface_pl.io.images import find_images, grid, read_image, write_image


def noise(height: int = 24, width: int = 16) -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (height, width, 3), dtype=np.uint8)


def test_png_round_trip_keeps_rgb_exactly(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    image = noise()
    assert write_image(path, image) == path.stat().st_size
    np.testing.assert_array_equal(read_image(path), image)
    assert cv2.imread(str(path))[0, 0].tolist() == image[0, 0, ::-1].tolist()


def test_grey_becomes_rgb_and_alpha_is_dropped(tmp_path: Path) -> None:
    grey = noise()[:, :, 0]
    cv2.imwrite(str(tmp_path / "grey.png"), grey)
    np.testing.assert_array_equal(read_image(tmp_path / "grey.png"), np.stack([grey] * 3, axis=2))
    rgba = np.dstack([noise(), grey])
    cv2.imwrite(str(tmp_path / "alpha.png"), rgba)
    np.testing.assert_array_equal(read_image(tmp_path / "alpha.png"), rgba[:, :, 2::-1])


def test_exif_orientation_turns_the_picture(tmp_path: Path) -> None:
    image = np.zeros((24, 16, 3), np.uint8)
    image[:8] = 255  # white on top; orientation 6 means: turn clockwise, white goes right
    jpeg = cv2.imencode(".jpg", image)[1].tobytes()
    tiff = (
        b"MM\x00*\x00\x00\x00\x08\x00\x01\x01\x12\x00\x03\x00\x00\x00\x01\x00\x06\x00\x00"
        + b"\0" * 4
    )
    segment = b"Exif\x00\x00" + tiff
    marker = b"\xff\xe1" + (len(segment) + 2).to_bytes(2, "big")
    path = tmp_path / "turned.jpg"
    path.write_bytes(jpeg[:2] + marker + segment + jpeg[2:])
    turned = read_image(path)
    assert turned.shape == (16, 24, 3)
    assert turned[:, 20].min() > 200
    assert turned[:, 4].max() < 50


@pytest.mark.parametrize("suffix", [".jpg", ".png"])
@pytest.mark.parametrize("part", [0.0, 0.5, 0.99])
def test_truncated_pictures_are_refused(tmp_path: Path, suffix: str, part: float) -> None:
    whole = tmp_path / f"whole{suffix}"
    write_image(whole, noise(64, 64))
    content = whole.read_bytes()
    cut = tmp_path / f"cut{suffix}"
    cut.write_bytes(content[: int(len(content) * part)])
    with pytest.raises(NorfaceError, match=cut.name):
        read_image(cut)


def test_missing_and_foreign_files_are_named(tmp_path: Path) -> None:
    with pytest.raises(NorfaceError, match="no picture .*gone.png"):
        read_image(tmp_path / "gone.png")
    (tmp_path / "text.png").write_text("hello", encoding="utf-8")
    with pytest.raises(NorfaceError, match="text.png .*not a picture"):
        read_image(tmp_path / "text.png")
    with pytest.raises(NorfaceError, match="cannot read"):
        read_image(tmp_path)


@pytest.mark.parametrize(
    "suffix", [".jpe", ".jfif", ".gif", ".avif", ".jp2", ".ppm", ".pgm", ".bmp", ".webp", ".tiff"]
)
def test_every_kind_of_picture_is_found_and_read(tmp_path: Path, suffix: str) -> None:
    kind = {".jpe": ".jpg", ".jfif": ".jpg", ".pgm": ".pgm"}.get(suffix, suffix)
    picture = np.full((32, 32) if suffix == ".pgm" else (32, 32, 3), 120, np.uint8)
    (tmp_path / f"a{suffix}").write_bytes(cv2.imencode(kind, picture)[1].tobytes())
    (path,) = find_images(tmp_path).files
    read = read_image(path)
    assert read.shape == (32, 32, 3)
    # A GIF has few colours and mixes the others from them.
    assert np.abs(read.mean(axis=(0, 1)) - 120).max() < 12


def test_a_picture_that_may_not_be_read_is_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def closed(self: Path) -> bytes:
        raise PermissionError(13, "Permission denied", str(self))

    monkeypatch.setattr(Path, "read_bytes", closed)
    with pytest.raises(
        NorfaceError, match=r"cannot read .*a.png: Permission denied; give yourself"
    ):
        read_image(tmp_path / "a.png")


def test_list_is_sorted_deep_and_blind_to_case(tmp_path: Path) -> None:
    names = ["b.JPG", "a.png", "sub/c.jpeg", ".hidden.png", "notes.txt"]
    for name in names:
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.touch()
    listed = [path.relative_to(tmp_path).as_posix() for path in find_images(tmp_path).files]
    assert listed == ["a.png", "b.JPG", "sub/c.jpeg"]
    assert find_images(tmp_path / "b.JPG").files == [tmp_path / "b.JPG"]


def test_list_says_what_it_looked_for(tmp_path: Path) -> None:
    with pytest.raises(NorfaceError, match="holds no picture; looked for .*jpg"):
        find_images(tmp_path)
    with pytest.raises(NorfaceError, match="no file or folder"):
        find_images(tmp_path / "gone")
    (tmp_path / "a.txt").touch()
    with pytest.raises(NorfaceError, match="not a picture"):
        find_images(tmp_path / "a.txt")


def test_grid_places_every_picture() -> None:
    red, blue = np.zeros((2, 10, 10, 3), np.uint8)
    red[:, :, 0], blue[:, :, 2] = 255, 255
    sheet = grid([[red, blue], [blue]])
    assert sheet.shape == (24, 24, 3)
    assert sheet[5, 5].tolist() == [255, 0, 0]
    assert sheet[5, 17].tolist() == [0, 0, 255]
    assert sheet[17, 5].tolist() == [0, 0, 255]
    assert sheet[17, 17].tolist() == [255, 255, 255]


def test_grid_writes_labels_and_scales_tiles() -> None:
    tiles = [[np.full((40, 40, 3), 200, np.uint8)] * 2]
    plain = grid(tiles, cell=20)
    assert plain.shape == (22, 44, 3)
    sheet = grid(tiles, labels=["one"], columns=["a", "b"], cell=20)
    assert sheet.shape[0] > plain.shape[0]
    assert sheet.shape[1] > plain.shape[1]
    assert (sheet[:, : sheet.shape[1] - 44].min(axis=(1, 2)) < 100).any()
    with pytest.raises(NorfaceError, match="at least one"):
        grid([])
