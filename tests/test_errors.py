import errno
import os
from pathlib import Path

import pytest

from norface_pl.errors import NorfaceError, refusal, told


@pytest.mark.parametrize(
    ("number", "remedy"),
    [
        (errno.EACCES, "give yourself the permission, or choose another place"),
        (errno.ENOSPC, "free some space, or choose a folder on another disk"),
        (errno.EROFS, "choose a folder on another disk"),
        (errno.ENAMETOOLONG, "choose a shorter name or folder"),
        (errno.EIO, "check the disk, or the connection to it"),
    ],
)
def test_any_os_error_says_which_file_why_and_what_to_do(number: int, remedy: str) -> None:
    error = OSError(number, os.strerror(number), "/data/a.jpg")
    sentence = f"cannot write /data/a.jpg: {os.strerror(number)}; {remedy}"
    assert str(refusal(error, "write")) == sentence
    with pytest.raises(NorfaceError) as stop, told("write"):
        raise error
    assert str(stop.value) == sentence
    assert stop.value.__cause__ is error


def test_an_os_error_without_a_number_is_a_sentence_too() -> None:
    assert (
        str(refusal(OSError("two\nlines"))) == "two lines; check the disk, or the connection to it"
    )
    assert str(refusal(TimeoutError(), "read", Path("a"))) == (
        "cannot read a: TimeoutError; check the disk, or the connection to it"
    )


def test_a_sentence_can_always_be_printed() -> None:
    path = Path(os.fsdecode(b"caf\xe9.jpg"))
    assert str(NorfaceError(f"cannot read {path}")) == r"cannot read caf\udce9.jpg"
    error = OSError(errno.EACCES, "Permission denied", b"caf\xe9.jpg")
    assert str(refusal(error, "read")).startswith(r"cannot read caf\udce9.jpg: Permission denied")
