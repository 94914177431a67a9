import warnings
from pathlib import Path

import pytest

from norface_pl.errors import NorfaceError
from norface_pl.faces.detectors import load_detector


@pytest.mark.parametrize("name", [None, "gone.pth"])
def test_missing_weights_say_where_to_get_them(tmp_path: Path, name: str | None) -> None:
    weights = tmp_path / name if name else None
    with pytest.raises(NorfaceError) as caught:
        load_detector(weights)
    for word in (str(weights or "no weights"), "facexlib/releases", "yunet", "--weights"):
        assert word in str(caught.value)


def test_other_files_are_refused(tmp_path: Path) -> None:
    (tmp_path / "face.txt").touch()
    with pytest.raises(NorfaceError, match="no weight file of a face detector"):
        load_detector(tmp_path / "face.txt")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        (tmp_path / "face.onnx").write_bytes(b"not a network")
        with pytest.raises(NorfaceError, match="no YuNet face detector"):
            load_detector(tmp_path / "face.onnx")
        (tmp_path / "face.pth").write_bytes(b"not a network")
        with pytest.raises(NorfaceError, match=r"face.pth is damaged"):
            load_detector(tmp_path / "face.pth")


def test_unknown_weights_are_announced(tmp_path: Path) -> None:
    (tmp_path / "face.onnx").write_bytes(b"not a network")
    with (
        pytest.warns(UserWarning, match="not one of the weight files"),
        pytest.raises(NorfaceError),
    ):
        load_detector(tmp_path / "face.onnx")


@pytest.mark.parametrize("options", [{"threshold": 1.5}, {"max_side": 0}])
def test_options_out_of_range_are_refused(options: dict[str, float]) -> None:
    with pytest.raises(NorfaceError, match=next(iter(options))):
        load_detector(Path("face.pth"), **options)
