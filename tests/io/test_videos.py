import os
from pathlib import Path

import cv2
import numpy as np
import pytest

from norface_pl.errors import NorfaceError
from norface_pl.io.frames import FrameReader, frame_of_video, is_video_frame
from norface_pl.io.images import write_image
from norface_pl.io.videos import VideoFrames

LEVELS = [20, 80, 140, 200]


def write_video(path: Path, levels: list[int]) -> Path:
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter_fourcc(*"mp4v"), 10, (64, 48))
    for level in levels:
        # Blue, as OpenCV orders channels.
        writer.write(np.full((48, 64, 3), (level, 0, 0), np.uint8))
    writer.release()
    return path


def blue(picture: np.ndarray) -> int:
    assert picture.shape == (48, 64, 3)
    return int(picture[..., 2].mean())


def test_frames_come_by_number_in_any_order(tmp_path: Path) -> None:
    video = VideoFrames(write_video(tmp_path / "a.mp4", LEVELS))
    assert video.count() == 4
    for index in (0, 2, 3, 1, 1, 0):
        assert abs(blue(video.frame(index)) - LEVELS[index]) < 12
    assert video.frame(0)[..., 0].mean() < 12
    video.close()


def test_past_the_end_there_is_no_frame_but_before_it_there_is(tmp_path: Path) -> None:
    video = VideoFrames(write_video(tmp_path / "a.mp4", LEVELS))
    for index in (4, 9, 10):
        with pytest.raises(NorfaceError, match=f"frame {index} of .* after 4 frames"):
            video.frame(index)
    assert abs(blue(video.frame(3)) - LEVELS[3]) < 12


def test_after_a_damaged_frame_none_is_taken_for_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    video = VideoFrames(write_video(tmp_path / "a.mp4", LEVELS))
    capture = video._capture

    class Damaged:
        """Fails once, at frame 1, then goes on."""

        failed = False

        def read(self):
            if not self.failed:
                self.failed = True
                return False, None
            return capture.read()

        def __getattr__(self, name):
            return getattr(capture, name)

    video.frame(0)
    monkeypatch.setattr(video, "_capture", Damaged())
    for index in (1, 2, 3):
        with pytest.raises(NorfaceError, match="damaged after 1 frames"):
            video.frame(index)


def test_frames_are_counted_where_the_header_does_not_say(tmp_path: Path) -> None:
    path = tmp_path / "a.webm"
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter_fourcc(*"VP80"), 10, (64, 48))
    for level in (*LEVELS, *LEVELS):
        writer.write(np.full((48, 64, 3), (level, 0, 0), np.uint8))
    writer.release()
    # As a browser records: padding of the same length in place of the duration.
    content = path.read_bytes()
    assert content.count(b"\x44\x89\x88") == 1
    path.write_bytes(content.replace(b"\x44\x89\x88", b"\xec\x89\0"))
    assert cv2.VideoCapture(str(path)).get(cv2.CAP_PROP_FRAME_COUNT) < 0
    video = VideoFrames(path)
    assert video.count() == 8
    assert abs(blue(video.frame(2)) - LEVELS[2]) < 16
    assert abs(blue(video.frame(7)) - LEVELS[3]) < 16
    video.close()


def test_a_codec_without_a_decoder_is_not_called_damaged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Undecodable:
        """Opens, as AV1 does, and gives no frame."""

        def grab(self):
            return False

        def read(self):
            return False, None

        def get(self, what):
            return float(int.from_bytes(b"av01", "little")) if what == cv2.CAP_PROP_FOURCC else 30.0

    video = VideoFrames(write_video(tmp_path / "a.mp4", LEVELS))
    monkeypatch.setattr(video, "_capture", Undecodable())
    for ask in (video.count, lambda: video.frame(2)):
        with pytest.raises(
            NorfaceError, match=r"no decoder for its codec \(av01\), or .*H.264 mp4"
        ):
            ask()


def test_names_that_are_not_utf_8_are_read(tmp_path: Path) -> None:
    write_video(tmp_path / "a.mp4", LEVELS)
    write_image(tmp_path / "b.png", np.full((8, 8, 3), 7, np.uint8))
    (tmp_path / "a.mp4").rename(tmp_path / os.fsdecode(b"caf\xe9.mp4"))
    (tmp_path / "b.png").rename(tmp_path / os.fsdecode(b"caf\xe9.png"))
    reader = FrameReader(tmp_path)
    # As their names are written in a table.
    assert abs(blue(reader.read(r"caf\udce9.mp4#2")) - LEVELS[2]) < 12
    assert (reader.read(r"caf\udce9.png") == 7).all()
    reader.close()


def test_what_is_no_video_is_refused(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(NorfaceError, match="there is no video"):
        VideoFrames(tmp_path / "gone.mp4")
    (tmp_path / "empty.mp4").touch()
    with pytest.raises(NorfaceError, match="empty.mp4 is empty; replace or remove"):
        VideoFrames(tmp_path / "empty.mp4")
    (tmp_path / "text.mp4").write_text("no video", encoding="utf-8")
    with pytest.raises(NorfaceError, match="no video that OpenCV can read"):
        VideoFrames(tmp_path / "text.mp4")


def test_a_reader_takes_files_and_frames(tmp_path: Path) -> None:
    write_video(tmp_path / "a.mp4", LEVELS)
    write_video(tmp_path / "b.mp4", LEVELS[::-1])
    picture = np.full((8, 8, 3), 7, np.uint8)
    write_image(tmp_path / "c#1.png", picture)
    reader = FrameReader(tmp_path)
    assert abs(blue(reader.read(frame_of_video("a.mp4", 1))) - 80) < 12
    assert abs(blue(reader.read(frame_of_video("b.mp4", 1))) - 140) < 12
    np.testing.assert_array_equal(reader.read("c#1.png"), picture)
    with pytest.raises(NorfaceError, match="there is no video"):
        reader.read("gone.mp4#0")
    reader.close()


def test_names_of_frames_are_told_from_names_of_files() -> None:
    assert is_video_frame(frame_of_video("a/b.mp4", 12))
    assert not any(map(is_video_frame, ("a.png", "a#1.png", "a#", "12")))
