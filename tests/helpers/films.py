"""Films of one colour a frame, for tests."""

import struct

import cv2
import numpy as np


def write_film(path, levels, rate=10, size=(64, 48)):
    """Writes a grey film, a level a frame; a WebM where the suffix says so."""
    codec = "VP80" if path.suffix == ".webm" else "mp4v"
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter_fourcc(*codec), rate, size)
    for level in levels:
        writer.write(np.full((size[1], size[0], 3), level, np.uint8))
    writer.release()
    return path


def delay(path, moments):
    """Gives the frames of a WebM other times, in milliseconds."""
    content = bytearray(path.read_bytes())
    at, found = 0, []
    # A SimpleBlock: its mark, its length, track 1, then the time in two bytes.
    while (at := content.find(b"\xa3", at)) >= 0:
        length = content[at + 1]
        width = 9 - length.bit_length() if length else 9
        if content[at + 1 + width : at + 2 + width] == b"\x81" and at + width + 5 < len(content):
            found.append(at + 2 + width)
            at += width + 4
        at += 1
    assert len(found) == len(moments), (len(found), len(moments))
    for place, moment in zip(found, moments, strict=True):
        content[place : place + 2] = struct.pack(">h", moment)
    path.write_bytes(content)
