"""Reading, writing, listing and tiling pictures; arrays are (H, W, 3) RGB uint8."""

import base64
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from norface_pl.errors import NorfaceError, refusal
from norface_pl.io.files import write_atomic
from norface_pl.io.jpeg import damage
from norface_pl.io.walk import Walk, walk

Picture = NDArray[np.uint8]
_FONT = cv2.FONT_HERSHEY_SIMPLEX

SUFFIXES = frozenset(
    {
        *(".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".webp", ".gif", ".avif", ".jp2"),
        *(".bmp", ".dib", ".tif", ".tiff", ".sr", ".ras"),
        *(".ppm", ".pgm", ".pbm", ".pnm", ".pxm"),
    }
)
"""Of all photographs that OpenCV reads; a build without one of them says so file by file."""


def decode_image(content: bytes, name: Path) -> Picture:
    """Decode the bytes of a picture file; grey becomes RGB, alpha is dropped, EXIF turns it.

    Raises:
        NorfaceError: empty, truncated, damaged or not a picture; ``name`` says which.
    """
    # First, since OpenCV would decode it and only print this.
    if reason := damage(content):
        raise NorfaceError(f"{name} is damaged ({reason}); replace or remove the file")
    try:
        bgr = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_COLOR)
    except cv2.error:
        bgr = None
    if bgr is None:
        what = "is empty" if not content else "is truncated or not a picture OpenCV can read"
        raise NorfaceError(f"{name} {what}; replace or remove the file")
    return np.asarray(cv2.cvtColor(bgr, cv2.COLOR_BGR2RGB), dtype=np.uint8)


def read_image(path: Path) -> Picture:
    """Read a picture file as (H, W, 3) RGB uint8, upright."""
    try:
        content = path.read_bytes()
    except FileNotFoundError as error:
        raise NorfaceError(f"there is no picture {path}; check the path") from error
    except OSError as error:
        raise refusal(error, "read", path) from error
    return decode_image(content, path)


def write_image(path: Path, image: Picture, quality: int = 95) -> int:
    """Write RGB uint8 as PNG or JPEG by suffix, whole or not at all; return the bytes written."""
    code = _encode(image, path.suffix, quality)
    write_atomic(path, code)
    return len(code)


def data_url(image: Picture, quality: int = 90) -> str:
    """Return RGB uint8 as a JPEG in the address of an HTML image."""
    return f"data:image/jpeg;base64,{base64.b64encode(_encode(image, '.jpg', quality)).decode()}"


def _encode(image: Picture, suffix: str, quality: int) -> bytes:
    # OpenCV's own PNG setting is twice as fast as an explicit level 1, and 15 % larger.
    is_jpeg = suffix.lower() in {".jpg", ".jpeg"}
    options = [cv2.IMWRITE_JPEG_QUALITY, quality] if is_jpeg else []
    _, code = cv2.imencode(suffix, cv2.cvtColor(image, cv2.COLOR_RGB2BGR), options)
    return code.tobytes()


def find_images(path: Path) -> Walk:
    """Return a picture file itself, or all pictures below a folder; see `walk`."""
    return walk(path, SUFFIXES, "a picture")


def grid(
    rows: Sequence[Sequence[Picture]],
    labels: Sequence[str] = (),
    columns: Sequence[str] = (),
    cell: int | None = None,
) -> Picture:
    """Tile pictures into one overview on white, with a label before each row and above columns.

    Args:
        rows: pictures, row by row; rows may differ in length.
        labels: text before each row; empty for none.
        columns: text above each column; empty for none.
        cell: side of a tile in pixels; by default that of the first picture.

    Raises:
        NorfaceError: there is no picture at all.
    """
    pictures = [picture for row in rows for picture in row]
    if not pictures:
        raise NorfaceError("an overview needs at least one picture, got none")
    side = cell or pictures[0].shape[0]
    gap, text = 2, max(0.3, side / 250)
    widths = [cv2.getTextSize(label, _FONT, text, 1)[0][0] for label in labels]
    left = max(widths) + 2 * gap if labels else 0
    top = round(26 * text) + 2 * gap if columns else 0
    width = max(len(row) for row in rows)
    shape = (top + len(rows) * (side + gap), left + width * (side + gap), 3)
    canvas = np.full(shape, 255, np.uint8)
    for index, title in enumerate(columns[:width]):
        _put_text(canvas, title, (left + index * (side + gap), top - 3 * gap), text)
    for line, row in enumerate(rows):
        y = top + line * (side + gap)
        if line < len(labels):
            _put_text(canvas, labels[line], (gap, y + side // 2), text)
        for index, picture in enumerate(row):
            x = left + index * (side + gap)
            canvas[y : y + side, x : x + side] = scale_to(picture, side, cv2.INTER_NEAREST)
    return canvas


def scale_to(picture: Picture, side: int, enlarge: int = cv2.INTER_CUBIC) -> Picture:
    """Scale a picture to a square of ``side`` pixels; ``enlarge`` is how, where it gets larger."""
    if picture.shape[:2] == (side, side):
        return picture
    how = cv2.INTER_AREA if picture.shape[0] > side else enlarge
    return np.asarray(cv2.resize(picture, (side, side), interpolation=how), dtype=np.uint8)


def _put_text(canvas: Picture, label: str, where: tuple[int, int], scale: float) -> None:
    cv2.putText(canvas, label, where, _FONT, scale, (0, 0, 0), 1, cv2.LINE_AA)
