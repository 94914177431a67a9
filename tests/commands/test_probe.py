import json
from pathlib import Path

import pytest
import torch

from norface_pl import face_module as base
from norface_pl.commands.probe import probe
from norface_pl.errors import NorfaceError
from norface_pl.inference.probe_measure import load_tasks
from norface_pl.inference.probe_report import probe_table
from norface_pl.io.files import sha256_file
from norface_pl.io.images import read_image
from norface_pl.probes.conv import ConvTraining
from norface_pl.probes.faces import background_colour, collect
from norface_pl.probes.picture_readings import IdentityEmbedding, against
from norface_pl.probes.readings import chance, read_pose
from tests.helpers.tiny import write_data


class Painter(torch.nn.Module):
    """A normalizer that always draws its target, grey with a white stripe."""

    def __init__(self, size: int) -> None:
        super().__init__()
        self.image_size = size
        self.target = torch.full((3, size, size), 0.5)
        self.target[:, :, size // 2] = 1

    def normalize(self, images: torch.Tensor) -> torch.Tensor:
        return self.target.expand_as(images)


@pytest.fixture
def checkpoint(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(base, "load_module", lambda cls, path: Painter(16))
    path = tmp_path / "best.ckpt"
    path.write_bytes(b"weights")
    return path


def test_a_normalizer_that_draws_one_face_tells_nothing(
    checkpoint: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data, out = write_data(tmp_path, image_size=16), tmp_path / "out"
    probe(checkpoint, data, out, steps=2, device="cpu")
    written = json.loads((out / "probe.json").read_text(encoding="utf-8"))
    assert written["normalizer"] == {"path": str(checkpoint), "sha256": sha256_file(checkpoint)}
    assert written["fitted_on"] == {"people": 3, "faces": 36}
    # Pose and background need no labels, so unlabelled people teach them too.
    assert written["pose_fitted_on"] == {"people": 3 + 8, "faces": 36 + 8 * 6}
    assert written["read_from"] == {"people": 3, "faces": 36}
    assert written["settings"]["steps"] == 2
    assert "torch" in written["environment"]
    readings = written["readings"]
    kinds = ("f1", "auc", "icc", "identity", "background")
    names = {f"{name}/{kind}" for name in kinds for kind in ("linear", "conv")}
    names |= {"pose", "pose/yaw", "pose/pitch", "pose/roll"}
    names |= {"target_distance", "spread", "sharpness"}
    against_oracle = {"psnr", "ssim", "feature_distance"}
    assert set(readings["original"]) == set(readings["normalized"]) == names | against_oracle
    assert set(readings["oracle"]) == names
    assert readings["chance"]["identity"] == pytest.approx(1 / 3)
    drawn = readings["normalized"]
    assert drawn["spread"] == 0
    assert drawn["sharpness"] == pytest.approx(1)
    assert drawn["identity/linear"] == pytest.approx(1 / 3)
    assert drawn["icc/linear"] == 0
    assert drawn["background/linear"] <= 0
    assert drawn["target_distance"] == pytest.approx(0, abs=1e-4)
    # It scores against the oracle what its target does.
    assert readings["target"] == pytest.approx({k: drawn[k] for k in against_oracle})
    assert readings["original"]["background/linear"] > drawn["background/linear"]
    # Three rows of eight faces, and a label before each.
    height, width, _ = read_image(out / "probe.png").shape
    assert height == 3 * 130
    assert width > 8 * 130
    assert "person, accuracy" in capsys.readouterr().out


def test_without_steps_there_are_linear_probes_only(checkpoint: Path, tmp_path: Path) -> None:
    data, out = write_data(tmp_path, image_size=16), tmp_path / "out"
    probe(checkpoint, data, out, steps=0, faces=20, device="cpu")
    written = json.loads((out / "probe.json").read_text(encoding="utf-8"))
    assert written["read_from"]["faces"] == 20
    found = written["readings"]["original"]
    assert "f1/linear" in found
    assert not any("conv" in name or "pose" in name for name in found)
    assert "target_distance" not in found


def test_expressions_are_read_as_accuracy(checkpoint: Path, tmp_path: Path) -> None:
    data, out = write_data(tmp_path, image_size=16, task="expression"), tmp_path / "out"
    probe(checkpoint, data, out, steps=0, device="cpu")
    readings = json.loads((out / "probe.json").read_text(encoding="utf-8"))["readings"]
    assert 0 <= readings["original"]["accuracy/linear"] <= 1
    assert "f1/linear" not in readings["original"]
    assert 0 < readings["chance"]["accuracy"] <= 1


def test_wrong_arguments_are_one_sentence(checkpoint: Path, tmp_path: Path) -> None:
    with pytest.raises(NorfaceError, match="draws 16 pixels, the data set has 24"):
        probe(checkpoint, write_data(tmp_path, image_size=24), tmp_path / "out")
    with pytest.raises(NorfaceError, match="1 or more"):
        probe(checkpoint, tmp_path / "data.yaml", tmp_path / "out", faces=0)
    assert not (tmp_path / "out").exists()


def test_both_tasks_of_action_units_agree_on_the_faces(tmp_path: Path) -> None:
    tasks = load_tasks(write_data(tmp_path, image_size=16, task="au_intensity"))
    assert list(tasks) == ["au_intensity", "au_detection"]
    faces = collect(tasks, "test", Painter(16), 10, 4)
    intensity, occurrence = faces.labels["au_intensity"], faces.labels["au_detection"]
    assert intensity.shape == (10, 17)
    assert torch.equal((intensity >= 2).float(), occurrence)
    assert faces.people == 3


def test_chance_of_f1_is_that_of_always_saying_yes(tmp_path: Path) -> None:
    tasks = load_tasks(write_data(tmp_path, image_size=16))
    faces = collect(tasks, "test", Painter(16), 36, 64)
    faces.labels["au_detection"][:] = torch.nan
    faces.labels["au_detection"][:, 0] = torch.arange(36) % 2
    values = chance(faces, {"au_detection": tasks["au_detection"].label_names})
    assert values["f1"] == pytest.approx(2 / 3)


def test_background_is_what_lies_outside() -> None:
    picture = torch.zeros(1, 3, 32, 32, dtype=torch.uint8)
    picture[:, :, 8:24, 8:24] = 255
    picture[:, 0, :4] = 255
    red, green, _ = background_colour(picture)[0].tolist()
    assert red > 0.2
    assert green < 0.02


def test_pose_needs_to_be_known(tmp_path: Path) -> None:
    tasks = load_tasks(write_data(tmp_path, image_size=16))
    faces = collect(tasks, "test", Painter(16), 36, 64)
    faces.pose[:] = 0
    assert read_pose("original", faces, faces, ConvTraining(2)) == {}


def test_identity_embedding_knows_a_person_again() -> None:
    """People are colours here; the target is nearest to pictures of its own."""
    colours = torch.randint(0, 255, (6, 3, 1, 1), dtype=torch.uint8)
    subject = torch.arange(120) % 6
    noise = torch.randint(-20, 20, (120, 3, 16, 16))
    images = (colours[subject] + noise).clamp(0, 255).byte()
    embedding = IdentityEmbedding(images, subject, ConvTraining(40))
    own, other = (embedding.distance(images[subject == person], images[0]) for person in (0, 3))
    assert own < 0.3 < other


def test_against_a_known_difference() -> None:
    oracle = torch.full((300, 3, 16, 16), 100, dtype=torch.uint8)
    found = against(oracle + 51, oracle)
    # 51 / 255 = 0.2
    assert found["psnr"] == pytest.approx(13.979, abs=1e-3)
    assert against(oracle, oracle)["feature_distance"] == 0


def test_the_table_shows_every_reading_once() -> None:
    values = {
        "chance": {"f1": 0.3, "accuracy": 0.5},
        "original": {"f1/linear": 0.4, "f1/conv": 0.5, "pose": 0.6},
    }
    table = probe_table(values, "3 people")
    cells = [list(column.cells) for column in table.columns]
    assert cells[1:] == [
        ["linear", "conv", ""],
        ["0.300", "0.300", "-"],
        ["0.400", "0.500", "0.600"],
    ]
