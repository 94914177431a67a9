"""The command that measures a normalizer of photographs, and its page."""

import json
import math
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from experiments import evidence_photographs as command
from experiments import photo_measures, photo_pictures
from experiments.evidence_photographs import facts, for_json, measure
from experiments.photo_measures import Measured
from experiments.photo_page import COLUMNS, write_page
from experiments.photo_pictures import keep_pictures, shown
from experiments.photograph_pairs import Pairs
from norface_pl.classifier import ClassifierModule
from norface_pl.data.avatars import avatar_path, write_stamp
from norface_pl.errors import NorfaceError
from norface_pl.io.files import make_folder
from norface_pl.io.images import read_image, write_image
from norface_pl.normalizer import NormalizerModule
from norface_pl.teachers.teacher import Expression
from tests.helpers.photographs import CHANNELS, write_photographs


class Inverted:
    """A normalizer that draws negatives, of 16 pixels."""

    image_size = 16

    def normalize(self, images):
        return 1 - images

    def code(self, images):
        return images.mean((2, 3))


class Teacher:
    """Reads the grey value into both channels and the yaw."""

    channels = CHANNELS

    def read(self, pictures):
        grey = float(pictures[0][0, 0, 0])
        logits, pose = np.full(2, grey), np.array([grey, 0.0, 0.0])
        return [Expression(logits, pose, 1.0, np.zeros((5, 2)))]


@pytest.fixture
def made(tmp_path):
    """Three people of LFW and four of London, who are grey."""
    write_photographs(tmp_path, people=5)
    for folder in ("neutral", "smiling"):
        (tmp_path / "london" / folder).mkdir(parents=True)
        for person in range(4):
            picture = np.full((16, 16, 3), person, np.uint8)
            write_image(tmp_path / "london" / folder / f"{person}.jpg", picture)
    found = Measured(Inverted(), None, tmp_path, tmp_path / "london", tmp_path)
    found.__dict__["teacher"] = Teacher()
    for place, path in enumerate(avatar_path(path) for path in found.faces.manifest["path"]):
        # The logits of the avatars rise with those of the pictures.
        make_folder((tmp_path / path).parent)
        write_image(tmp_path / path, np.full((16, 16, 3), 2 * place, np.uint8))
    write_stamp(tmp_path, "made")
    images = torch.arange(8, dtype=torch.uint8).view(8, 1, 1, 1).expand(8, 3, 16, 16).contiguous()
    smiling = torch.arange(8) % 2 == 1
    found.__dict__["pairs"] = Pairs(images, torch.arange(4).repeat_interleave(2), smiling)
    return found


def test_negatives_turn_what_the_teacher_reads(made):
    assert made.drawn[:, 0, 0, 0].tolist() == [255 - row for row in (0, 1, 4, 5, 8, 9)]
    found = photo_measures.expression(made)
    assert found == {
        "active": pytest.approx(-1),
        "all": pytest.approx(-1),
        # JPEG changes grey values a little.
        "avatar": {"active": pytest.approx(1, abs=0.01), "all": pytest.approx(1, abs=0.01)},
        "read": 1,
        "channels": dict.fromkeys(CHANNELS, pytest.approx(-1)),
    }


def test_smiles_and_emotions_are_read_by_everybody_who_is_there(made, monkeypatch):
    monkeypatch.setattr(photo_measures.photo_units, "CHANNELS", {12: "mouthSmile", 26: "jawOpen"})
    assert photo_measures.smiles(made) == {
        # Person 1 is shown in the greys 2 and 3, person 3 in 6 and 7.
        "landmarker, I_o": {"everybody": 0.625, "test": 0.75},
        "landmarker, I_n": {"everybody": 0.375, "test": 0.25},
    }
    found = photo_measures.prototypes(made)
    assert list(found) == ["landmarker, I_o", "landmarker, I_n"]
    # All whose emotion is known are happy.
    assert math.isnan(found["landmarker, I_o"]["happiness, AU12"])


def test_what_remains_is_measured_of_both(made, monkeypatch):
    monkeypatch.setattr(photo_measures.photo_kept, "load_networks", lambda weights: [])
    found = photo_measures.remains(made)
    assert found["I_o"]["yaw"] == pytest.approx(np.std([0, 1, 4, 5, 8, 9], ddof=1))
    assert found["I_n"]["yaw"] == pytest.approx(found["I_o"]["yaw"])
    assert found["I_n"]["light"] == pytest.approx(found["I_o"]["light"])
    assert (found["I_n"]["pitch"], found["I_n"]["sharpness"]) == (0, pytest.approx(0, abs=1e-9))


def test_identity_is_read_at_the_points_of_each(made, monkeypatch):
    class Network:
        def __init__(self, file):
            assert file == made.weights / "dlib_face.onnx"

        def embed(self, images, landmarks):
            assert len(images) == len(landmarks) == 6
            return images[:, :1, 0, 0].float()

    monkeypatch.setattr(photo_measures, "DlibFaces", Network)
    assert photo_measures.identity(made) == {
        "people": 3,
        **dict.fromkeys(("I_o", "I_n", "avatar"), (1, 0)),
    }


def test_emotions_are_learned_from_the_training_part(made, monkeypatch):
    given = []
    monkeypatch.setattr(photo_measures, "few_labelled", lambda *args: given.extend(args) or {})
    photo_measures.emotions(made)
    fit, fit_inputs, seen, seen_inputs = given
    assert fit.images[:, 0, 0, 0].tolist() == [3, 7]
    assert seen.images[:, 0, 0, 0].tolist() == [1, 5, 9]
    assert fit_inputs["both"].shape == (2, 512)
    torch.testing.assert_close(seen_inputs["I_n"][:, 0], 1 - seen_inputs["I_o"][:, 0])
    assert seen_inputs["code of stage 1"].shape == (3, 3)


def test_what_is_measured_is_not_measured_again(tmp_path):
    calls = []

    def step(name, fail=False):
        def find(made):
            calls.append(name)
            if fail:
                raise NorfaceError("stopped")
            return {"value": 1 / 3, "none": math.nan}

        return find

    path, steps = tmp_path / "run.json", {"one": step("one"), "two": step("two")}
    with pytest.raises(NorfaceError, match="stopped"):
        measure(None, steps | {"two": step("two", fail=True)}, {"size": 96}, path)
    record = measure(None, steps, {"size": 96}, path)
    assert calls == ["one", "two", "two"]
    assert record["one"] == {"value": 0.3333, "none": None}
    assert json.loads(path.read_text(encoding="utf-8")) == record
    measure(None, steps, {"size": 64}, path)
    assert calls == ["one", "two", "two", "one", "two"]


def test_figures_for_json():
    assert for_json({"a": (0.12345, math.nan), "b": [1, "text"]}) == {
        "a": [0.1235, None],
        "b": [1, "text"],
    }


def test_another_picture_or_checkpoint_is_measured_anew(made, tmp_path):
    checkpoint = tmp_path / "n.ckpt"
    checkpoint.write_text("one", encoding="utf-8")
    before = facts(made, [checkpoint, None])
    assert facts(made, [checkpoint, None]) == before
    assert before["image_size"] == 16
    assert before["checkpoints"][1] is None
    checkpoint.write_text("other", encoding="utf-8")
    write_image(made.london / "neutral" / "0.jpg", np.full((16, 16, 3), 99, np.uint8))
    after = facts(made, [checkpoint, None])
    assert {name for name in before if before[name] != after[name]} == {"checkpoints", "london"}


def test_pictures_for_everybody_have_no_original_of_lfw(made, tmp_path, monkeypatch):
    monkeypatch.setattr(photo_pictures, "CELL", 16)
    public, private = tmp_path / "a" / "run.png", tmp_path / "b" / "run.png"
    assert keep_pictures(made, public, private) == {"people": 3}
    # Rows of 16 pixels with a gap of 2: I_n of LFW and four rows of London; one more of LFW's I_o.
    assert read_image(public).shape[0] == 5 * 18
    picture = read_image(private)
    assert picture.shape[0] == 6 * 18
    # Of the three people with an emotion, the happy picture of each.
    assert {1, 5, 9} <= set(picture[8, :, 0].tolist())
    assert not {1, 5, 9} & set(read_image(public)[8, :, 0].tolist())
    assert {250, 254, 246} <= set(read_image(public)[8, :, 0].tolist())


def test_pictures_are_of_people_of_every_emotion():
    # Persons 0 and 1 are neutral, 1 is angry once.
    places = shown(torch.tensor([0, 0, 1, 1, 2]), torch.tensor([0, 0, 0, 3, -1]))
    assert sorted(places.tolist()) == [0, 3]


def record(**changes):
    probe = {"interval": [0.4, 0.6], "gain_interval": [0.01, 0.15], "frequent": [0.75]}
    rows = [
        {"labelled": 50, "input": "I_o", "scores": [0.5, 0.5], "gains": [0.0, 0.0]} | probe,
        {"labelled": 50, "input": "both", "scores": [0.5, 0.6], "gains": [0.0, 0.1]} | probe,
    ]
    remains = {"yaw": 11.5, "pitch": 8.5, "light": 0.75, "sharpness": 0.002, "found": 0.999}
    smile = {"test": 0.95, "everybody": 0.9}
    made = {
        "facts": {"image_size": 96},
        "environment": {"commit": "abcdef123456", "torch": "2.15"},
        "seconds": {"expression": 90, "smiles": 30},
        "expression": {
            "active": 0.875,
            "all": 0.8,
            "avatar": {"active": 0.95, "all": 0.9},
            "channels": {"mouthSmileLeft": 0.9},
        },
        "identity": {
            "people": 9,
            "I_o": [0.999, 0.001],
            "I_n": [0.54, 0.02],
            "avatar": [0.5, 0.01],
        },
        "remains": {"I_o": remains, "I_n": remains | {"yaw": 1.5}},
        "smiles": {"landmarker, I_o": smile, "classifier, I_o and I_n": smile | {"test": 0.98}},
        "prototypes": {
            "landmarker, I_o": {"happiness, AU12": 0.9},
            "classifier, I_o and I_n": {"happiness, AU12": None},
        },
        "emotions": {"faces": {"anger": 16}, "people": {"anger": 14}, "probes": rows},
    }
    return made | changes


def row_of(text, name):
    lines = [line for line in text.splitlines() if line.startswith(f"| {name} |")]
    return dict(zip(COLUMNS, [cell.strip() for cell in lines[0].split("|")[2:-1]], strict=True))


def test_the_page_comes_from_records_alone(tmp_path):
    page, results = tmp_path / "photographs.md", tmp_path / "photographs"
    write_page(page, results)
    assert "Not measured yet" in page.read_text(encoding="utf-8")
    unfinished = {n: record()[n] for n in ("facts", "environment", "seconds", "expression")}
    for name, content in (("alone", unfinished), ("main", record())):
        (results / f"{name}.json").write_text(json.dumps(content), encoding="utf-8")
    (results / "notes.md").write_text("Somebody's reading of it.\n", encoding="utf-8")
    (results / "main.jpg").write_bytes(b"")
    write_page(page, results)
    text = page.read_text(encoding="utf-8")
    assert "Somebody's reading of it." in text
    original, wanted, avatar, main, alone = (
        row_of(text, name) for name in ("I_o", "wanted of I_n", "avatar", "main", "alone")
    )
    assert (avatar["expression, active"], avatar["all"]) == ("0.950", "0.900")
    assert (avatar["identity"], avatar["yaw"], avatar["50 people"]) == ("0.500 ± 0.010", "–", "–")
    assert original["identity"] == "0.999 ± 0.001"
    assert (original["yaw"], main["yaw"], wanted["yaw"]) == ("11.500", "1.500", "≤ 2")
    assert main["identity"] == "0.540 ± 0.020"
    assert main["sharpness"] == "2.000"
    assert main["50 people"] == "5.000 ± 7.071 [+1.0, +15.0]"
    assert (main["smile, classifier"], main["smile, landmarker"]) == ("0.980", "–")
    assert original["smile, landmarker"] == "0.950"
    assert (original["smile, classifier"], original["expression, active"]) == ("–", "–")
    assert alone["expression, active"] == "0.875"
    assert alone["identity"] == alone["50 people"] == alone["yaw"] == "–"
    assert "| both | 55.000 ± 7.071 [40.0, 60.0] | 5.000 ± 7.071 [+1.0, +15.0] | 75.000 |" in text
    assert "16 anger (14 people)" in text
    assert "| happiness, AU12 | 0.900 | – |" in text
    assert "| London, AU12 | 0.950 | 0.980 |" in text
    assert "| mouthSmileLeft | 0.900 | 0.900 |" in text
    assert "](photographs/main.jpg)" in text
    assert text.count("CC BY 4.0") == 2
    assert "main: 2 minutes, commit abcdef123, torch 2.15." in text
    (results / "main.json").write_text("{}", encoding="utf-8")
    with pytest.raises(NorfaceError, match="main.json is missing or damaged"):
        write_page(page, results)


def test_a_normalizer_is_measured_with_all_folders(capsys):
    with pytest.raises(SystemExit):
        command.main(["--normalizer", "n.ckpt", "--lfw", "lfw"])
    assert "measured with --lfw, --london and --weights" in capsys.readouterr().err
    with pytest.raises(NorfaceError, match="Checkpoint n.ckpt does not exist"):
        command.main(
            ["--normalizer", "n.ckpt", "--lfw", "lfw", "--london", "l", "--weights", "weights"]
        )


def save(module, path):
    """Writes a checkpoint of a module that never trained."""
    content = {"state_dict": module.state_dict(), "hyper_parameters": dict(module.hparams)}
    content["pytorch-lightning_version"] = "2.6.6"
    module.trainer = SimpleNamespace(datamodule=None)
    module.on_save_checkpoint(content)
    torch.save(content, path)


def test_checkpoints_become_a_record_and_a_page(made, tmp_path, monkeypatch, capsys):
    save(NormalizerModule(image_size=16), tmp_path / "n.ckpt")
    save(ClassifierModule("au_detection", ["AU12", "AU4"], 16, "both"), tmp_path / "c.ckpt")
    results, page = tmp_path / "photographs", tmp_path / "photographs.md"
    monkeypatch.setattr(command, "RESULTS", results)
    monkeypatch.setattr(command, "PAGE", page)
    monkeypatch.setattr(command, "write_page", lambda path: write_page(path, results))
    monkeypatch.setattr(command, "keep_pictures", lambda made, public, private: {"people": 3})

    def units(made):
        people, seen = made.people, made.people.seen
        readers = Measured.readers(made, people.images, made.drawn, (seen, seen))
        assert made.inputs(people)["code of stage 1"].shape == (6, 64)
        return {
            name: {str(unit): len(each[unit]) for unit in each} for name, each in readers.items()
        }

    def teacher(self):
        return Teacher()

    monkeypatch.setattr(Measured, "teacher", property(teacher))
    monkeypatch.setattr(command, "STEPS", {"units": units})
    folders = [f"--lfw={made.lfw}", f"--london={made.london}", f"--weights={made.weights}"]
    both = [f"--normalizer={tmp_path / 'n.ckpt'}", f"--classifier={tmp_path / 'c.ckpt'}"]
    command.main([*both, *folders, "--name=mine"])
    found = json.loads((results / "mine.json").read_text(encoding="utf-8"))
    assert found["units"]["classifier, I_o and I_n"] == {"4": 6, "12": 6}
    assert found["pictures"] == {"people": 3}
    assert found["facts"]["image_size"] == 16
    assert f"page: {page}" in capsys.readouterr().out
    assert row_of(page.read_text(encoding="utf-8"), "mine")["side"] == "16"
    # All is there already.
    monkeypatch.setattr(command, "STEPS", {"units": None})
    command.main([*both, *folders, "--name=mine"])
    assert "units ..." not in capsys.readouterr().out
