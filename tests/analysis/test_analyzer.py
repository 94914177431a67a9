"""`Analyzer` on pictures and films, and where its networks come from."""

import json
import subprocess
import sys
import warnings
import weakref

import numpy as np
import pandas as pd
import pytest

from norface_pl import Analyzer
from norface_pl.analysis.columns import Doubts
from norface_pl.analysis.report import Parts
from norface_pl.analysis.sources import find_sources
from norface_pl.commands.export import export
from norface_pl.errors import NorfaceError
from norface_pl.faces.align import AU_CROP
from norface_pl.faces.detect import Face
from norface_pl.io.videos import VideoFrames
from tests.helpers.analysis import FakeDetector, fake_analyzer
from tests.helpers.films import write_film
from tests.helpers.stages import tiny_classifier, write_run


class Counted(np.ndarray):
    """A picture that can be counted."""

    __hash__ = object.__hash__


WHERE = [
    *("source", "frame", "time_s", "face", "x0", "y0", "x1", "y1", "score"),
    *("yaw", "pitch", "roll", "doubt"),
]


def grey(level, side=32):
    return np.full((side, side, 3), level, np.uint8)


def test_pictures_become_rows_and_one_without_a_face_a_row_without_values():
    with pytest.warns(UserWarning, match="1 times no face was read; first picture_1: no face"):
        table = fake_analyzer()([grey(51), grey(0), grey(102)])
    assert list(table) == [*WHERE, "AU01", "AU12"] == fake_analyzer().columns
    assert table["source"].tolist() == ["picture_0", "picture_1", "picture_2"]
    assert table["AU01"].tolist() == pytest.approx([0.2, np.nan, 0.4], nan_ok=True)
    assert table["AU12"].tolist() == pytest.approx([0.8, np.nan, 0.6], nan_ok=True)
    assert table["face"].isna().tolist() == [False, True, False]
    assert table.loc[0, ["x0", "y1"]].tolist() == [0, 16]
    assert abs(table.loc[0, "yaw"]) < 3
    assert table["time_s"].isna().all()


def test_what_a_model_has_is_what_columns_there_are():
    intensity = fake_analyzer(task="au_intensity")
    assert intensity.columns == [*WHERE, "AU01_intensity", "AU12_intensity"]
    assert intensity.thresholds == {}
    emotions = fake_analyzer(task="expression")
    table = emotions(np.stack([grey(51), grey(204)]))
    assert list(table)[-3:] == ["emotion", "p_neutral", "p_anger"] == emotions.columns[-3:]
    assert table["emotion"].tolist() == ["anger", "neutral"]


def test_a_film_has_a_row_for_every_frame_and_faces_keep_their_numbers(tmp_path):
    film = write_film(tmp_path / "a.mp4", [80, 120, 0, 160, 200])
    with pytest.warns(UserWarning, match="1 times no face was read"):
        table = fake_analyzer(batch_size=2)(film)
    assert table["frame"].tolist() == [0, 1, 2, 3, 4]
    assert table["time_s"].tolist() == pytest.approx([0, 0.1, 0.2, 0.3, 0.4])
    assert table["face"].tolist() == [0, 0, pd.NA, 0, 0]
    assert np.diff(table["AU01"].dropna()).min() > 0.1
    assert fake_analyzer(every=3)(film)["frame"].tolist() == [0, 3]


def test_batches_change_nothing(tmp_path):
    pictures = [grey(level) for level in (20, 0, 60, 0, 0, 100, 140)]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        tables = [fake_analyzer(batch_size=size)(pictures) for size in (1, 2, 32)]
    pd.testing.assert_frame_equal(tables[0], tables[1])
    pd.testing.assert_frame_equal(tables[0], tables[2])


def test_a_film_is_read_frame_by_frame_and_not_kept(tmp_path):
    """How many frames are in memory does not depend on how many there are."""
    film = write_film(tmp_path / "a.mp4", [0] * 60)
    analyzer = fake_analyzer(batch_size=2)
    readings = analyzer.stream(find_sources(film))
    first = next(readings)
    assert len(first.seen) == 8
    assert all(each.frame.picture is None for each in first.seen)
    readings.close()


def test_how_much_is_in_memory_does_not_depend_on_the_length_of_a_film(tmp_path, monkeypatch):
    """Pictures of films, faces and tables: no more at a time of 300 frames than of 60."""
    alive, most = weakref.WeakSet(), [0]
    frames = VideoFrames.frames

    def counted(self, every):
        for index, moment, picture in frames(self, every):
            holder = picture.view(Counted)
            alive.add(holder)
            most[0] = max(most[0], len(alive))
            yield index, moment, holder

    monkeypatch.setattr(VideoFrames, "frames", counted)
    film = write_film(tmp_path / "a.mp4", [60, 120, 180] * 100)
    everything = Parts("parquet", overlay=tmp_path / "overlays")
    fake_analyzer(batch_size=4, smooth=0.5).save([str(film)], tmp_path / "out", everything)
    assert len(pd.read_parquet(tmp_path / "out" / "aus.parquet")) == 300
    # Four wait between two threads each; batches of four, half a second at 10 frames a second.
    assert 8 <= most[0] <= 45


def test_faces_unlike_those_of_a_training_are_doubtful():
    def face(apart, score=0.95):
        return Face(np.zeros(4), score, AU_CROP / 0.36 * apart)

    doubts = Doubts(eyes=20, sure=0.9)
    assert doubts.about(face(21), 0) == ""
    assert doubts.about(face(19), 0) == "small"
    # Turned away, eyes are nearer to each other.
    assert doubts.about(face(19), 30) == ""
    assert doubts.about(face(30, 0.8), -50) == "unsure turned"
    # An aligned face of 64 pixels has 23 between its eyes.
    assert Doubts.of(FakeDetector(), 64).eyes == pytest.approx(11.52)


@pytest.fixture
def run(tmp_path):
    write_run(tmp_path / "run", tiny_classifier(calibrate=True))
    return tmp_path / "run"


def test_a_run_and_its_export_read_the_same(run, tmp_path):
    export(tmp_path / "x", run)
    faces = [grey(51), grey(102)]
    with pytest.warns(UserWarning, match="trained on drawn faces"):
        trained = Analyzer.from_run(run, FakeDetector(), "cpu")(faces)
    exported = Analyzer.from_pretrained(tmp_path / "x", FakeDetector(), "cpu")
    with pytest.warns(UserWarning, match="trained on drawn faces"):
        table = exported(faces)
    pd.testing.assert_frame_equal(trained, table, atol=2e-2)
    assert exported.thresholds == {"AU01": 0.25, "AU04": 0.375, "AU12": 0.5}


def test_a_run_that_is_none_is_one_sentence(run):
    with pytest.raises(NorfaceError, match="nowhere holds no finished run"):
        Analyzer.from_run("nowhere", FakeDetector())
    (run / "classifier_both" / "best.ckpt").unlink()
    with pytest.raises(NorfaceError, match=r"\(classifier_both.best.ckpt is missing\)"):
        Analyzer.from_run(run, FakeDetector())


def test_a_build_without_weights_says_so(monkeypatch, tmp_path):
    monkeypatch.setattr("norface_pl.inference.trained.OWN", tmp_path)
    with pytest.raises(NorfaceError, match="this build of norface-pl ships no weights; give"):
        Analyzer.from_pretrained()


def test_the_weights_that_the_package_ships_are_the_default(run, monkeypatch, tmp_path):
    export(tmp_path / "x", run)
    monkeypatch.setattr("norface_pl.inference.trained.OWN", tmp_path / "x")
    assert Analyzer.from_pretrained(detector=FakeDetector()).columns[-3:] == [
        "AU01",
        "AU04",
        "AU12",
    ]


def test_a_detector_that_is_not_there_is_one_sentence(run):
    with pytest.raises(NorfaceError, match="no weights of retinaface_mobile0.25 at"):
        Analyzer.from_run(run)
    with pytest.raises(NorfaceError, match="no weights of yunet at"):
        Analyzer.from_run(run, "yunet")


def test_photographs_are_warned_of_where_faces_were_drawn_only():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        fake_analyzer("facekit, seed 0")(grey(51))
    with pytest.warns(UserWarning, match="do not trust their values"):
        fake_analyzer("synthetic, seed 3")(grey(51))


def test_a_film_is_saved_as_a_table_without_a_picture_a_frame(tmp_path, capsys):
    film = write_film(tmp_path / "a.mp4", [80, 0, 0, 160])
    analyzer = fake_analyzer()
    analyzer.save([str(film)], tmp_path / "out", Parts("jsonl"))
    lines = (tmp_path / "out" / "aus.jsonl").read_text(encoding="utf-8").splitlines()
    assert [json.loads(line)["frame"] for line in lines] == [0, 1, 2, 3]
    assert not list((tmp_path / "out" / "aligned").iterdir())
    failures = pd.read_csv(tmp_path / "out" / "failures.csv")
    assert failures["frame"].tolist() == [1, 2]
    printed = capsys.readouterr().out
    assert "a.mp4: no face found (and 1 more)" in printed
    assert "1 files, 4 frames, 2 faces, 1 files with failures" in printed
    analyzer.save([str(film)], tmp_path / "faces", Parts(film_faces=True))
    names = sorted(path.name for path in (tmp_path / "faces" / "normalized").iterdir())
    assert names == ["a__frame000000__face0.png", "a__frame000003__face0.png"]


def test_importing_the_package_imports_no_torch():
    code = "import sys, norface_pl; sys.exit('torch' in sys.modules or 'cv2' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_a_profile_is_printed_of_every_stage(tmp_path, capsys):
    film = write_film(tmp_path / "a.mp4", [80, 0, 0, 160])
    fake_analyzer().save([str(film)], tmp_path / "out", Parts(profile=True))
    lines = capsys.readouterr().out.splitlines()
    start = lines.index("stage     seconds  a second  share")
    table = lines[start : start + 8]
    names = [line.split()[0] for line in table]
    assert names == ["stage", "decode", "detect", "redraw", "read", "write", "all", "the"]
    assert "was at work" in table[-1]
