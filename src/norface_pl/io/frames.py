"""Reads the pictures of a data set by name: files, and frames of videos."""

from pathlib import Path

from norface_pl.io.images import Picture, read_image
from norface_pl.io.names import restored
from norface_pl.io.videos import VideoFrames

MARK = "#"


def frame_of_video(path: str, index: int) -> str:
    """Name frame ``index`` (from 0) of a video, as `FrameReader` reads it."""
    return f"{path}{MARK}{index}"


def is_video_frame(source: str) -> bool:
    """Tell whether a name is that of a frame of a video."""
    _, mark, index = source.rpartition(MARK)
    return bool(mark) and index.isdecimal()


def file_of(root: Path, name: str) -> Path:
    """Return the file of a name in a table, which can be printed even where the file's cannot."""
    return root / (name if (root / name).exists() else restored(name))


class FrameReader:
    """Read pictures below the folder ``root``.

    Cheapest when frames of a video are asked in their order. Several threads may read files at
    once, but only one frames of videos.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self._video: VideoFrames | None = None

    def read(self, source: str) -> Picture:
        """Return the picture ``path`` or the frame ``path#index``, (H, W, 3) RGB uint8."""
        file = file_of(self.root, source)
        if not is_video_frame(source) or file.is_file():
            return read_image(file)
        name, _, index = source.rpartition(MARK)
        path = file_of(self.root, name)
        if self._video is None or self._video.path != path:
            self.close()
            self._video = VideoFrames(path)
        return self._video.frame(int(index))

    def close(self) -> None:
        """Let go of the open video."""
        if self._video is not None:
            self._video.close()
            self._video = None
