import numpy as np
import pytest

from norface_pl import cli
from norface_pl.commands import weights as command
from norface_pl.drawn.sampler import draw_portrait
from norface_pl.errors import NorfaceError
from norface_pl.faces.detect import Face
from norface_pl.inference import detector_check
from norface_pl.io.weights import cache_folder, registry


class Detector:
    """Finds the drawn portrait's landmarks, in some order."""

    def __init__(self, order=(0, 1, 2, 3, 4), shift=0.0):
        self.order, self.shift = list(order), shift

    def detect(self, image):
        points = draw_portrait()[1]
        return [Face(np.array([0, 0, 1, 1.0]), 0.9, points[self.order] + self.shift)]


@pytest.fixture
def detector(monkeypatch):
    def use(found):
        monkeypatch.setattr(detector_check, "load_detector", lambda path: found)

    use(Detector())
    return use


@pytest.fixture(autouse=True)
def nothing_here(monkeypatch):
    monkeypatch.delenv("NORFACE_WEIGHTS", raising=False)
    monkeypatch.setenv("COLUMNS", "300")


def test_list_names_places_and_licences(capsys):
    cache_folder().mkdir(parents=True)
    (cache_folder() / registry()["yunet"].file).touch()
    cli.main(["weights", "list"])
    lines = {
        name: next(x for x in capsys.readouterr().out.splitlines() if name in x)
        for name in ["yunet"]
    }
    assert str(cache_folder()) in lines["yunet"]
    assert "Apache-2.0" in lines["yunet"]


def test_fetch_takes_a_name_and_a_folder_and_prints_the_licence(
    monkeypatch, detector, tmp_path, capsys
):
    def fake(entry, folder, progress):
        progress(1, 2)
        return folder / entry.file

    monkeypatch.setattr(command, "download", fake)
    cli.main(["weights", "fetch", "yunet", "--to", str(tmp_path)])
    out = capsys.readouterr().out
    assert f"{tmp_path / registry()['yunet'].file}: landmarks of a drawn face within 0.00" in out
    assert "licence: Apache-2.0, from ShiqiYu" in out


def test_check_tells_the_hash_and_the_landmarks(detector, tmp_path, capsys):
    (tmp_path / registry()["yunet"].file).write_bytes(b"other")
    cli.main(["weights", "check", "--weights", str(tmp_path)])
    out = capsys.readouterr().out
    assert out.startswith("yunet: ")
    assert "SHA-256 of another file, landmarks of a drawn face within 0.00 eye distances" in out


def test_the_file_of_a_teacher_is_told_by_its_hash_alone(detector, tmp_path, capsys):
    (tmp_path / registry()["face_landmarker"].file).write_bytes(b"other")
    cli.main(["weights", "check", "face_landmarker", "--weights", str(tmp_path)])
    assert capsys.readouterr().out.endswith("SHA-256 of another file, expression teacher\n")


def test_check_without_any_file_is_a_mistake(capsys):
    with pytest.raises(SystemExit) as stop:
        cli.main(["weights", "check"])
    assert stop.value.code == 2
    assert "no known weight file is on this machine: run `norface weights fetch" in (
        capsys.readouterr().err
    )


@pytest.mark.parametrize("found", [Detector((1, 0, 2, 4, 3)), Detector(shift=60.0)])
def test_landmarks_in_wrong_places_are_refused(detector, tmp_path, found):
    detector(found)
    with pytest.raises(NorfaceError, match="in wrong places"):
        detector_check.landmark_error(tmp_path / "face.pth")


def test_weights_that_find_no_face_are_refused(detector, tmp_path):
    blind = Detector()
    blind.detect = lambda image: []
    detector(blind)
    with pytest.raises(NorfaceError, match="finds no face"):
        detector_check.landmark_error(tmp_path / "face.pth")


def test_the_portrait_has_eyes_where_it_says():
    picture, points = draw_portrait(320)
    assert picture.shape == (320, 320, 3)
    for x, y in points[:2].round().astype(int):
        eye = picture[y - 12 : y + 13, x - 18 : x + 19].astype(int).sum(2)
        cheek = picture[y + 40 : y + 45, x - 5 : x + 6].astype(int).sum(2)
        # Pupils are dark, cheeks are not.
        assert eye.min() < 150 < cheek.min()
    assert np.allclose(draw_portrait(640)[1], 2 * points)
