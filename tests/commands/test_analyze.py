import csv
import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from norface_pl import cli
from norface_pl.commands.analyze import analyze
from norface_pl.errors import NorfaceError
from norface_pl.faces import detectors
from norface_pl.inference import stages, trained
from norface_pl.inference.profile import Profile
from norface_pl.io import weights
from norface_pl.io.images import Picture, read_image, write_image
from tests.helpers.analysis import SIZE, FakeClassifier, FakeDetector, FakeNormalizer

POPULATION = "synthetic, seed 0"
# Stand for two checkpoints.
TRAINED = {"normalizer": Path("n.ckpt"), "classifier": Path("c.ckpt"), "device": "cpu"}


@pytest.fixture(autouse=True)
def fakes(monkeypatch: pytest.MonkeyPatch) -> None:
    modules = {"NormalizerModule": FakeNormalizer, "ClassifierModule": FakeClassifier}
    people = {"population": POPULATION, "subjects": []}
    monkeypatch.setattr(trained, "load_module", lambda cls, path: modules[cls.__name__]())
    monkeypatch.setattr(trained, "trained_on", lambda path: people)
    monkeypatch.setattr(detectors, "load_detector", lambda *arguments: FakeDetector())
    monkeypatch.setattr(weights, "find_detector", lambda *arguments: Path("w.pth"))


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    folder = tmp_path / "photos"
    (folder / "sub").mkdir(parents=True)
    for value in (51, 102, 153):
        write_image(folder / f"{value}.png", np.full((32, 32, 3), value, np.uint8))
    write_image(folder / "sub" / "51.png", np.full((20, 20, 3), 204, np.uint8))
    return folder


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_every_face_has_its_row_and_pictures(photos: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    analyze(str(photos), out, batch_size=3, **TRAINED)
    table = rows(out / "aus.csv")
    assert list(table[0]) == [
        *("source", "frame", "time_s", "face", "x0", "y0", "x1", "y1", "score"),
        *("yaw", "pitch", "roll", "doubt", "AU01", "AU12"),
    ]
    names = [Path(row["source"]).relative_to(photos).as_posix() for row in table]
    assert names == ["102.png", "153.png", "51.png", "sub/51.png"]
    assert [row["AU01"] for row in table] == ["0.4", "0.6", "0.2", "0.8"]
    assert [row["AU12"] for row in table] == ["0.6", "0.4", "0.8", "0.2"]
    assert table[0]["x1"] == "16.0"
    assert table[0]["score"] == "0.9"
    for part in ("aligned", "normalized"):
        files = sorted(path.name for path in (out / part).iterdir())
        assert files == ["102.png", "153.png", "51.png", "sub__51.png"]
    assert (read_image(out / "aligned" / "51.png") == 51).all()
    assert (read_image(out / "normalized" / "51.png") == 204).all()
    overview = read_image(out / "overview.png")
    assert overview[-10, 8].tolist() == [102] * 3
    assert overview[-10, 8 + SIZE + 2].tolist() == [153] * 3
    assert rows(out / "failures.csv") == []


def test_bad_files_are_listed_and_the_rest_finishes(
    photos: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_image(photos / "black.png", np.zeros((20, 20, 3), np.uint8))
    (photos / "cut.png").write_bytes((photos / "51.png").read_bytes()[:40])
    out = tmp_path / "out"
    analyze(str(photos), out, **TRAINED)
    # Also of those without a face.
    assert [row["AU01"] for row in rows(out / "aus.csv")] == ["0.4", "0.6", "0.2", "", "", "0.8"]
    failures = rows(out / "failures.csv")
    assert [Path(row["source"]).name for row in failures] == ["black.png", "cut.png"]
    assert failures[0]["reason"] == "no face found"
    assert "truncated" in failures[1]["reason"]
    printed = capsys.readouterr().out
    assert "6 files, 4 faces, 2 files with failures" in printed
    assert "black.png: no face found" in printed


def test_all_faces_or_the_largest(tmp_path: Path) -> None:
    photo = tmp_path / "red.png"
    write_image(photo, np.full((32, 32, 3), [255, 0, 0], np.uint8))
    analyze(str(photo), tmp_path / "one", **TRAINED)
    analyze(str(photo), tmp_path / "two", faces="all", **TRAINED)
    assert len(rows(tmp_path / "one" / "aus.csv")) == 1
    assert [row["face"] for row in rows(tmp_path / "two" / "aus.csv")] == ["0", "1"]
    names = sorted(path.name for path in (tmp_path / "two" / "aligned").iterdir())
    assert names == ["red__face0.png", "red__face1.png"]


def test_nothing_is_left_when_nothing_succeeds(photos: Path, tmp_path: Path) -> None:
    for path in list(photos.rglob("*.png")):
        write_image(path, np.zeros((20, 20, 3), np.uint8))
    with pytest.raises(NorfaceError, match="none of the 4 pictures .*102.png: no face found"):
        analyze(str(photos), tmp_path / "out", **TRAINED)
    assert [path.name for path in tmp_path.iterdir()] == ["photos"]


def test_a_second_analysis_replaces_the_first(photos: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    analyze(str(photos), out, **TRAINED)
    analyze(str(photos / "sub"), out, **TRAINED)
    assert len(rows(out / "aus.csv")) == 1
    assert [path.name for path in (out / "normalized").iterdir()] == ["51.png"]


def test_a_stop_at_the_last_file_keeps_all_others(
    photos: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    (photos / "0.png").touch()
    out = tmp_path / "out"
    analyze(str(photos / "sub"), out, **TRAINED)
    faces = iter(range(4))
    run = stages.Stages.run

    def stop_at_the_last(
        self: stages.Stages, crops: list[Picture], profile: Profile
    ) -> tuple[np.ndarray, ...]:
        if next(faces) == 3:
            raise KeyboardInterrupt
        return run(self, crops, profile)

    monkeypatch.setattr(stages.Stages, "run", stop_at_the_last)
    with pytest.raises(KeyboardInterrupt):
        analyze(str(photos), out, batch_size=1, **TRAINED)
    unfinished = out / "unfinished"
    names = [Path(row["source"]).name for row in rows(unfinished / "aus.csv")]
    assert names == ["0.png", "102.png", "153.png", "51.png"]
    values = [row["AU01"] for row in rows(unfinished / "aus.csv")]
    assert values == ["", "0.4", "0.6", "0.2"]
    assert [Path(row["source"]).name for row in rows(unfinished / "failures.csv")] == ["0.png"]
    assert sorted(path.name for path in (unfinished / "normalized").iterdir()) == names[1:]
    said = f"stopped after 3 faces of 4 of 5 files; they are in {unfinished / 'aus.csv'}"
    assert said in capsys.readouterr().err
    # What was finished before stays.
    assert len(rows(out / "aus.csv")) == 1


def test_a_name_that_is_not_utf_8_and_one_too_long_are_analyzed(
    photos: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    content = (photos / "51.png").read_bytes()
    for name in (os.fsdecode(b"caf\xe9.png"), "影" * 80 + ".png", "sub\\b.png"):
        (photos / name).write_bytes(content)
    (photos / os.fsdecode(b"bad\xe9.png")).touch()
    out = tmp_path / "out"
    analyze(str(photos), out, **TRAINED)
    assert [Path(row["source"]).name for row in rows(out / "aus.csv")] == [
        *("102.png", "153.png", "51.png", r"bad\udce9.png", r"caf\udce9.png", "51.png"),
        *("sub\\b.png", "影" * 80 + ".png"),
    ]
    names = sorted(path.name for path in (out / "aligned").iterdir())
    assert len(names) == 7
    assert all(len(name.encode()) < 170 for name in names)
    assert r"bad\udce9.png is empty" in rows(out / "failures.csv")[0]["reason"]
    assert r"failed: " in capsys.readouterr().out


def test_what_was_not_looked_at_is_said(
    photos: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("a.heic", "b.heic", "notes.txt"):
        (photos / name).touch()
    analyze(str(photos), tmp_path / "out", **TRAINED)
    assert "3 files of other kinds left out: .heic 2, .txt 1" in capsys.readouterr().out


def test_a_folder_that_cannot_be_entered_is_a_failure(
    photos: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scan = os.scandir

    def scandir(path: Path) -> Iterator[os.DirEntry[str]]:
        if Path(path).name == "sub":
            raise PermissionError(13, "Permission denied", str(path))
        return scan(path)

    monkeypatch.setattr(os, "scandir", scandir)
    analyze(str(photos), tmp_path / "out", **TRAINED)
    assert len(rows(tmp_path / "out" / "aus.csv")) == 3
    (failure,) = rows(tmp_path / "out" / "failures.csv")
    assert failure["source"] == str(photos / "sub")
    assert "cannot enter" in failure["reason"]
    assert "Permission denied" in failure["reason"]


def test_wrong_arguments_are_one_sentence(
    photos: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(NorfaceError, match="batch_size is 0"):
        analyze(str(photos), tmp_path / "out", batch_size=0)
    with pytest.raises(NorfaceError, match="lies in"):
        analyze(str(photos), photos / "out", **TRAINED)
    with pytest.raises(NorfaceError, match="device 'tpux' does not exist"):
        analyze(str(photos), tmp_path / "out", **(TRAINED | {"device": "tpux"}))
    with pytest.raises(NorfaceError, match="choose an empty folder"):
        analyze(str(photos), tmp_path, **TRAINED)
    monkeypatch.setattr(FakeClassifier, "image_size", 32)
    with pytest.raises(NorfaceError, match="draws 16 pixels, .* reads 32"):
        analyze(str(photos), tmp_path / "out", **TRAINED)
    assert not (tmp_path / "out").exists()


def test_several_pictures_stand_without_the_name_of_their_option(
    photos: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    stages = ["--normalizer=n.ckpt", "--classifier=c.ckpt", "--device=cpu"]
    both = [str(photos / "51.png"), str(photos / "[1]*.png")]
    cli.main(["analyze", *both, "--out", str(tmp_path / "a"), *stages])
    names = [Path(row["source"]).name for row in rows(tmp_path / "a" / "aus.csv")]
    assert names == ["51.png", "102.png", "153.png"]
    cli.main(["analyze", "--images", str(photos), "--out", str(tmp_path / "b"), *stages])
    assert len(rows(tmp_path / "b" / "aus.csv")) == 4
    assert "do not trust their values of them" in capsys.readouterr().out


def test_networks_that_do_not_go_together_are_refused(photos: Path, tmp_path: Path) -> None:
    given = {"images": str(photos), "out": tmp_path / "out", "device": "cpu"}
    with pytest.raises(NorfaceError, match="give --normalizer and --classifier together"):
        analyze(**given, normalizer=Path("n.ckpt"))
    with pytest.raises(NorfaceError, match="either --pretrained, or --run"):
        analyze(**given, run=tmp_path, pretrained=tmp_path)
    with pytest.raises(NorfaceError, match="holds no finished run"):
        analyze(**given, run=tmp_path, normalizer=Path("n.ckpt"))
    with pytest.raises(NorfaceError, match="holds no exported stages"):
        analyze(**given, pretrained=tmp_path)
