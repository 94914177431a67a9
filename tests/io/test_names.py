import os
from pathlib import PurePosixPath, PureWindowsPath

import pytest

from norface_pl.errors import printable
from norface_pl.io.names import MAX_BYTES, file_stem, is_file_name, restored


@pytest.mark.parametrize("path", [PurePosixPath("sub/a b.jpg"), PureWindowsPath(r"sub\a b.jpg")])
def test_plain_names_stay_as_they_are(path) -> None:
    assert file_stem(path) == "sub__a b"
    assert file_stem(type(path)("影/é'#.JPG")) == "影__é'#"


def test_long_names_are_cut_by_bytes_and_stay_apart() -> None:
    first, second = (file_stem(PurePosixPath("影" * 80 + f"{end}.jpg")) for end in "ab")
    assert first != second
    # 150 bytes are 50 characters of three bytes; none is cut in half.
    assert first[:50] == second[:50] == "影" * 50
    assert first[50] == "-"
    assert len(first[51:]) == 8
    deep = file_stem(PurePosixPath(*["folder"] * 60, "a.jpg"))
    assert len(deep.encode()) <= MAX_BYTES + 9
    assert file_stem(PurePosixPath("a" * 150 + ".jpg")) == "a" * 150


@pytest.mark.parametrize(
    ("name", "clean"),
    [
        ("sub\\b", "sub_b-"),
        ("caf\udce9", "caf_-"),
        ("12:30?", "12_30_-"),
        ("line\nbreak", "line_break-"),
        ("end. ", "end-"),
        ("CON", "_CON-"),
        ("nul.x", "_nul.x-"),
    ],
)
def test_what_some_system_forbids_is_replaced_and_marked(name: str, clean: str) -> None:
    stem = file_stem(PurePosixPath(f"{name}.jpg"))
    assert stem.startswith(clean)
    assert len(stem) == len(clean) + 8
    assert is_file_name(stem)
    stem.encode()


def test_two_bad_names_stay_two() -> None:
    stems = {file_stem(PurePosixPath(name)) for name in ("a:b.jpg", "a?b.jpg", "a\udce9b.jpg")}
    assert len(stems) == 3


def test_words_that_can_be_no_file() -> None:
    assert not any(map(is_file_name, ("", ".", "..", "a/b", "a\\b", "a\0")))
    assert all(map(is_file_name, ("a", "a.b", "...", "影")))


def test_a_printed_name_leads_back_to_the_file() -> None:
    name = os.fsdecode(b"caf\xe9 \xff.jpg")
    assert printable(name) == r"caf\udce9 \udcff.jpg"
    assert restored(printable(name)) == name
    assert restored(r"plain\u00e9.jpg") == r"plain\u00e9.jpg"
