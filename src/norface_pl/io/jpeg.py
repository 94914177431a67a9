"""Whether a JPEG file is damaged inside: decoders fill the rest with grey and say nothing."""

import re

import simplejpeg

_COMPLAINT = re.compile("Corrupt JPEG|Unsupported marker|Invalid JPEG")
# Some cameras leave a few bytes behind the picture, or round it up to whole words.
_STRAY = re.compile(r"(\d+) extraneous bytes")
_HARMLESS = 32


def damage(content: bytes) -> str:
    """Return what libjpeg-turbo complains of in a file that can be decoded; empty if nothing.

    Other formats have checksums, which OpenCV checks, or none at all.
    """
    if not content.startswith(b"\xff\xd8\xff"):
        return ""
    try:
        *_, colours, _ = simplejpeg.decode_jpeg_header(content)
        simplejpeg.decode_jpeg(
            content,
            "CMYK" if colours in ("CMYK", "YCCK") else "GRAY",
            # At an eighth of the size the whole file is read, but little is computed.
            min_height=1,
            min_width=1,
            min_factor=8,
            strict=True,
        )
    except ValueError as error:
        reason = str(error)
        stray = _STRAY.search(reason)
        if _COMPLAINT.search(reason) and not (stray and int(stray[1]) < _HARMLESS):
            return reason
    return ""
