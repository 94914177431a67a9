from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from norface_pl.analysis.sources import find_sources
from norface_pl.errors import NorfaceError


@pytest.fixture
def here(tmp_path, monkeypatch):
    """A working folder with pictures, a film and a note."""
    monkeypatch.chdir(tmp_path)
    Path("sub").mkdir()
    for name in ("a.jpg", "b.png", "film.mp4", "notes.txt", "sub/a.jpg"):
        Path(name).touch()
    return tmp_path


def names(given):
    return [source.name for source in find_sources(given).sources]


def test_paths_folders_patterns_and_several_of_them(here):
    assert names("a.jpg") == ["a.jpg"]
    assert names(Path("sub")) == [str(Path("sub/a.jpg"))]
    assert names("*.*g") == ["a.jpg", "b.png"]
    assert names("**/a.*") == ["a.jpg", str(Path("sub/a.jpg"))]
    assert names(["b.png", Path("a.jpg")]) == ["b.png", "a.jpg"]
    found = find_sources(".")
    assert [(s.name, s.moving) for s in found.sources] == [
        ("a.jpg", False),
        ("b.png", False),
        ("film.mp4", True),
        (str(Path("sub/a.jpg")), False),
    ]
    assert found.left.others == {".txt": 1}
    assert found.folders == [Path()]


def test_stems_are_unique_wherever_pictures_are_from(here):
    stems = [s.stem for s in find_sources(["a.jpg", "sub/a.jpg", "sub", "."]).sources]
    assert stems[:2] == ["a_jpg", "a_jpg_2"]
    assert len(set(stems)) == len(stems) == 7


def test_a_name_with_brackets_is_a_name(here):
    Path("a[1].jpg").touch()
    assert names("a[1].jpg") == ["a[1].jpg"]
    with pytest.raises(NorfaceError, match=r"no picture, film or folder matches c\[1\].jpg"):
        find_sources("c[1].jpg")


def test_a_number_is_a_camera_where_no_file_has_that_name(here):
    for given in (0, "0"):
        (source,) = find_sources(given).sources
        assert (source.content, source.moving, source.stem) == (0, True, "camera_0")
    Path("0").mkdir()
    Path("0/a.jpg").touch()
    assert names("0") == [str(Path("0/a.jpg"))]


def test_arrays_and_pil_images_are_pictures():
    picture = np.arange(48, dtype=np.uint8).reshape(4, 4, 3)
    assert names(picture) == ["picture_0"]
    assert names(np.stack([picture, picture])) == ["picture_0", "picture_1"]
    # As a phone stores it: lying, with a mark that it is to be turned.
    image = Image.fromarray(picture)
    image.getexif()[0x0112] = 6
    found = find_sources([image, picture, image.convert("L")]).sources
    assert np.array_equal(found[0].content, np.rot90(picture, -1))
    assert np.array_equal(found[1].content, picture)
    assert found[2].content.shape == (4, 4, 3)


@pytest.mark.parametrize(
    ("given", "says"),
    [
        (np.zeros((4, 4, 3)), r"an array of float64 \(4, 4, 3\) is no picture"),
        (np.zeros((4, 4), np.uint8), r"an array of uint8 \(4, 4\) is no picture"),
        ([], "nothing to analyze"),
        ([{}], "a dict cannot be analyzed"),
        ("gone.jpg", "there is no file or folder gone.jpg"),
    ],
)
def test_what_is_no_source_is_one_sentence(given, says):
    with pytest.raises(NorfaceError, match=says):
        find_sources(given)
