import numpy as np
import pandas as pd
import pytest

from norface_pl.analysis.frames import Frame
from norface_pl.analysis.overlay import draw_over
from norface_pl.analysis.report import Parts
from norface_pl.analysis.seen import Seen
from norface_pl.analysis.sources import Source
from norface_pl.errors import NorfaceError
from norface_pl.faces.detect import Face
from norface_pl.io.images import read_image, write_image
from norface_pl.io.videos import VideoFrames
from tests.helpers.analysis import fake_analyzer
from tests.helpers.films import write_film

ORANGE_AND_BLUE = [(255, 160, 0), (80, 170, 255)]


def test_a_picture_has_its_box_the_redrawn_face_and_a_bar_for_each_value(tmp_path):
    write_image(tmp_path / "a.png", np.full((200, 300, 3), 51, np.uint8))
    fake_analyzer().save(
        [str(tmp_path / "a.png")], tmp_path / "out", Parts(overlay=tmp_path / "over")
    )
    drawn = read_image(tmp_path / "over" / "a.jpg").astype(int)
    assert drawn.shape == (200, 300, 3)
    # The box of the fake detector ends at 16; the panel begins 4 pixels further right.
    assert np.abs(drawn[16, 8] - [0, 255, 0]).max() < 60
    assert np.abs(drawn[50, 60] - 204).max() < 4
    assert np.abs(drawn[50, 180] - 51).max() < 4
    # Bars of 0.2 and 0.8 of the 67 pixels beside their names.
    bars = [drawn[row, 64:132, 0] > 150 for row in (117, 128)]
    assert [int(bar.sum()) for bar in bars] == pytest.approx([14, 54], abs=3)


def test_probability_and_intensity_share_a_row(tmp_path):
    grey = np.full((200, 300, 3), 51, np.uint8)
    columns = {"AU01": [0.5], "AU01_intensity": [5.0], "AU12": [1.0], "AU43": [np.nan]}
    frame = Frame(Source("a", "a", grey), picture=grey)
    face = Face(np.array([0, 0, 16, 16]), 0.9, np.full((5, 2), 8.0))
    drawn = draw_over(grey, Seen(frame, [(0, face, grey)], []), pd.DataFrame(columns), [grey])
    orange, blue = [(drawn == colour).all(axis=2)[112:, 20:] for colour in ORANGE_AND_BLUE]
    assert (
        orange.sum(axis=1).tolist()[:33]
        == [0, 0, 35, 35, 35] + [0] * 8 + [68] * 7 + [0, 0] + [0] * 11
    )
    assert blue.sum(axis=1).tolist()[:11] == [0] * 5 + [68, 68, 68] + [0] * 3
    assert drawn[8, 8].tolist() == [0, 255, 0]


def test_a_panel_finds_room_in_any_picture(tmp_path):
    write_image(tmp_path / "a.png", np.full((40, 50, 3), 51, np.uint8))
    fake_analyzer().save(
        [str(tmp_path / "a.png")], tmp_path / "out", Parts(overlay=tmp_path / "over")
    )
    assert read_image(tmp_path / "over" / "a.jpg").shape == (40, 50, 3)


def test_large_pictures_are_shrunk_and_their_boxes_too(tmp_path):
    write_image(tmp_path / "a.png", np.full((1600, 2560, 3), 51, np.uint8))
    fake_analyzer().save(
        [str(tmp_path / "a.png")], tmp_path / "out", Parts(overlay=tmp_path / "over")
    )
    drawn = read_image(tmp_path / "over" / "a.jpg").astype(int)
    assert drawn.shape == (800, 1280, 3)
    assert np.abs(drawn[50, 60] - 204).max() < 4
    assert np.abs(drawn[8, 4] - [0, 255, 0]).max() < 60
    table = pd.read_csv(tmp_path / "out" / "aus.csv")
    assert table.loc[0, "x1"] == 16


def test_a_film_has_every_frame_that_was_read_and_its_length(tmp_path):
    film = write_film(tmp_path / "a.mp4", [80, 0, 120, 160], size=(320, 240))
    fake_analyzer(every=2).save([str(film)], tmp_path / "out", Parts(overlay=tmp_path / "over"))
    frames = list(VideoFrames(tmp_path / "over" / "a.mp4").frames())
    assert [moment for _, moment, _ in frames] == pytest.approx([0, 0.2])
    assert [p[200, 300].mean() for _, _, p in frames] == pytest.approx([80, 120], abs=12)
    assert frames[0][2][50, 60].mean() == pytest.approx(175, abs=12)


def test_the_overlay_of_a_single_source_may_be_a_file(tmp_path, capsys):
    film = write_film(tmp_path / "a.mp4", [80, 120], size=(320, 240))
    over = tmp_path / "new" / "b.mp4"
    fake_analyzer().save(film, tmp_path / "out", Parts(overlay=over))
    assert len(list(VideoFrames(over).frames())) == 2
    assert f"overlay: {over}\n" in capsys.readouterr().out
    assert not (tmp_path / "out" / "overlay").exists()
    write_image(tmp_path / "a.png", np.full((40, 50, 3), 51, np.uint8))
    fake_analyzer().save(tmp_path / "a.png", tmp_path / "out", Parts(overlay=tmp_path / "c.jpg"))
    assert read_image(tmp_path / "c.jpg").shape == (40, 50, 3)


def test_overlays_may_lie_beside_the_table(tmp_path):
    film = write_film(tmp_path / "a.mp4", [80], size=(320, 240))
    place = tmp_path / "out" / "overlay"
    for _ in range(2):
        fake_analyzer().save(film, tmp_path / "out", Parts(overlay=place))
        assert [path.name for path in place.iterdir()] == ["a.mp4"]


def test_a_file_for_several_overlays_or_of_another_kind_is_refused_first(
    tmp_path,
):
    films = [write_film(tmp_path / name, [80], size=(320, 240)) for name in ("a.mp4", "b.mp4")]
    with pytest.raises(NorfaceError, match="over.mp4 is one file, and 2 pictures and films have"):
        fake_analyzer().save(films, tmp_path / "out", Parts(overlay=tmp_path / "over.mp4"))
    with pytest.raises(NorfaceError, match="the overlay of .*a.mp4 is a .mp4 file, not .*over.jpg"):
        fake_analyzer().save(films[0], tmp_path / "out", Parts(overlay=tmp_path / "over.jpg"))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.mp4", "b.mp4"]
