import csv
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch

from norface_pl import cli
from norface_pl.commands import target as command
from norface_pl.commands.target import rank
from norface_pl.datamodules.load import load_datamodule
from norface_pl.errors import NorfaceError
from norface_pl.faces.align import AU_CROP
from norface_pl.faces.detect import Face
from norface_pl.faces.target import read_target
from norface_pl.inference.candidates import Candidates, measure
from norface_pl.inference.ranking import ranked
from norface_pl.io.images import read_image, write_image
from tests.helpers.tiny import TINY_CLIPS, write_data


def rows(folder: Path) -> list[dict[str, str]]:
    with (folder / "rank.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_the_best_face_of_a_data_set_is_frontal_and_neutral(tmp_path: Path) -> None:
    data = write_data(tmp_path, image_size=16)
    cli.main(["target", "rank", "--data", str(data), "--out", str(tmp_path / "out")])
    table = rows(tmp_path / "out")
    faces = load_datamodule(data).dataset("train")
    # Training people only, each face once.
    assert sorted(row["name"] for row in table) == sorted(faces.keys)
    place = faces.keys.index(table[0]["name"])
    turned = faces.columns["pose"].norm(dim=1)
    frontal = turned <= 10
    assert frontal[place]
    assert float(table[0]["turned"]) == pytest.approx(turned[place].item(), rel=1e-5)
    labels = faces.columns["au_detection"].sum(1)
    assert labels[place] == labels[frontal].min()
    best = read_target(tmp_path / "out" / "target.png", 16)
    assert (best == faces.pictures["image"][[place]][0]).all()
    assert (tmp_path / "out" / "best.png").is_file()


def candidates(**known: list[float]) -> Candidates:
    count = len(next(iter(known.values())))
    pictures = np.random.default_rng(0).integers(0, 255, (count, 16, 16, 3), np.uint8)
    names = [f"face{number}" for number in range(count)]
    return Candidates(names, pictures, np.arange(count), {k: np.array(v) for k, v in known.items()})


def test_pose_then_expression_then_the_worst_measure_decide() -> None:
    table = pd.DataFrame(
        {
            "name": list("abcde"),
            "person": range(5),
            "turned": [30.0, 5.0, 5.0, 6.0, np.nan],
            "expression": [0.0, 1.0, 0.0, 0.0, 0.0],
            "blur": [0.0, 0.0, 9.0, 1.0, 0.0],
        }
    )
    # a is turned and the pose of e is unknown, b shows something, c is the most blurred.
    assert list(ranked(table)["name"]) == ["d", "c", "b", "a", "e"]


def test_what_labels_do_not_tell_is_measured() -> None:
    faces = candidates(turned=[1.0, 2.0, 3.0])
    flat = np.full((16, 16, 3), 128, np.uint8)
    faces.pictures[1] = flat
    table = measure(faces)
    assert list(table.columns) == ["name", "person", "turned", "moved", "atypical", "blur"]
    assert table["blur"].idxmax() == 1
    # Everybody has one face here, which is its own mean.
    assert (table["moved"] == 0).all()


def test_mean_of_all_people_as_fallback(tmp_path: Path) -> None:
    folder = tmp_path / "faces"
    folder.mkdir()
    for value in (10, 20, 60):
        write_image(folder / f"{value}.png", np.full((16, 16, 3), value, np.uint8))
    rank(tmp_path / "out", images=folder, size=8, mean=True)
    assert np.unique(read_image(tmp_path / "out" / "target.png")).tolist() == [30]
    rank(tmp_path / "out", images=folder, size=8)
    # 20 is nearest to the mean.
    assert np.unique(read_image(tmp_path / "out" / "target.png")).tolist() == [20]
    assert len(rows(tmp_path / "out")) == 3


class TurnedFaces:
    """Finds a face in every picture; dark ones are turned."""

    def detect(self, image: np.ndarray) -> list[Face]:
        points = AU_CROP * 32 - 0.5
        if image.mean() < 100:
            points = points + np.array([[0, 0], [0, 0], [4, 0], [0, 0], [0, 0]])
        return [Face(np.array([0, 0, 32, 32]), 0.9, points)]


def test_photographs_are_judged_by_pose(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "photos"
    folder.mkdir()
    for value in (20, 120, 60):
        write_image(folder / f"{value}.png", np.full((32, 32, 3), value, np.uint8))
    monkeypatch.setattr(command, "load_detector", lambda *a, **k: TurnedFaces())
    rank(tmp_path / "out", images=folder, weights=tmp_path / "w.onnx", size=16, device="cpu")
    table = rows(tmp_path / "out")
    assert table[0]["name"] == "120"
    assert float(table[0]["turned"]) + 5 < float(table[1]["turned"])


def test_what_gave_no_face_is_listed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "faces"
    folder.mkdir()
    write_image(folder / "good.png", np.full((16, 16, 3), 9, np.uint8))
    write_image(folder / "wide.png", np.zeros((10, 20, 3), np.uint8))
    (folder / "empty.png").touch()
    (folder / "a.heic").touch()
    rank(tmp_path / "out", images=folder, size=8)
    with (tmp_path / "out" / "failures.csv").open(encoding="utf-8") as file:
        failures = [(Path(row["file"]).name, row["reason"]) for row in csv.DictReader(file)]
    assert [name for name, _ in failures] == ["empty.png", "wide.png"]
    assert "is empty" in failures[0][1]
    assert failures[1][1].startswith("20 x 10 pixels")
    printed = capsys.readouterr().out
    assert f"failed: {folder / 'wide.png'}: 20 x 10 pixels" in printed
    assert "1 file of another kind left out: .heic 1" in printed
    assert [row["name"] for row in rows(tmp_path / "out")] == ["good"]


def test_wrong_arguments_are_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(NorfaceError, match="either a data set"):
        rank(tmp_path / "out")
    write_image(tmp_path / "wide.png", np.zeros((10, 20, 3), np.uint8))
    with pytest.raises(NorfaceError, match="gave a face"):
        rank(tmp_path / "out", images=tmp_path / "wide.png")
    assert not (tmp_path / "out").exists()


def test_expressions_other_than_neutral_count(tmp_path: Path) -> None:
    data = write_data(tmp_path, image_size=16, task="expression", clips=TINY_CLIPS | {"train": 4})
    rank(tmp_path / "out", data=data)
    table = rows(tmp_path / "out")
    assert {row["expression"] for row in table} >= {"0.0", "1.0"}
    assert torch.tensor([float(row["expression"] or 1) for row in table[:3]]).max() == 0
