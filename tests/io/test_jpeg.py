from pathlib import Path

import cv2
import numpy as np
import pytest

from norface_pl.errors import NorfaceError
from norface_pl.io.images import decode_image
from norface_pl.io.jpeg import damage


def jpeg(progressive: bool = False, grey: bool = False) -> bytes:
    picture = np.random.default_rng(0).integers(0, 256, (16, 16, 3), np.uint8)
    picture = cv2.resize(picture, (128, 128), interpolation=cv2.INTER_CUBIC)
    how = [cv2.IMWRITE_JPEG_PROGRESSIVE, int(progressive)]
    return cv2.imencode(".jpg", picture[..., 0] if grey else picture, how)[1].tobytes()


@pytest.mark.parametrize(
    ("progressive", "grey", "junk"),
    [(False, False, b"\0"), (False, True, b"\x55"), (True, False, b"\0"), (True, True, b"\x55")],
)
def test_damage_in_the_middle_is_noticed(
    tmp_path: Path, progressive: bool, grey: bool, junk: bytes
) -> None:
    whole = jpeg(progressive, grey)
    assert damage(whole) == ""
    assert decode_image(whole, tmp_path).shape == (128, 128, 3)
    middle = len(whole) // 2
    hurt = whole[:middle] + junk * 200 + whole[middle + 200 :]
    assert damage(hurt).startswith("Corrupt JPEG data")
    with pytest.raises(NorfaceError, match=r"face.jpg is damaged \(Corrupt JPEG .*; replace or"):
        decode_image(hurt, tmp_path / "face.jpg")


def test_a_few_stray_bytes_are_no_damage() -> None:
    whole = jpeg()
    assert damage(whole[:-2] + b"\0\0\0\0" + whole[-2:]) == ""
    assert damage(whole + b"what cameras append" * 50) == ""


def test_other_kinds_are_left_to_their_own_checks() -> None:
    assert damage(b"") == ""
    assert damage(cv2.imencode(".png", np.zeros((4, 4, 3), np.uint8))[1].tobytes()) == ""
