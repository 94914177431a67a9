"""Action units with nothing fitted."""

import math
from types import SimpleNamespace

import pytest
import torch

from experiments.photo_faces import EMOTIONS
from experiments.photo_units import (
    CHANNELS,
    by_prototype,
    london,
    smile_auc,
    units_of_classifier,
    units_of_teacher,
)
from experiments.photograph_pairs import Pairs
from norface_pl.errors import NorfaceError
from norface_pl.io.images import write_image
from norface_pl.teachers.face_landmarker import facts
from tests.helpers.faces import FakeDetector, black, draw_face


def test_units_are_the_mean_of_their_channels():
    names = facts()["channels"]
    logits = torch.zeros(2, len(names))
    logits[1, names.index("mouthSmileLeft")] = 3
    logits[1, names.index("mouthSmileRight")] = 5
    logits[0, names.index("jawOpen")] = 7
    units = units_of_teacher(logits, names)
    assert list(units) == list(CHANNELS)
    assert units[12].tolist() == [0, 4]
    assert units[26].tolist() == [7, 0]


def test_a_classifier_tells_those_that_it_has():
    def predict(original, drawn):
        return torch.stack([original[:, 0, 0, 0], drawn[:, 0, 0, 0]], 1)

    classifier = SimpleNamespace(labels={"au_detection": ["AU12", "AU99"]}, predict=predict)
    images = torch.arange(70, dtype=torch.uint8).view(70, 1, 1, 1).expand(70, 3, 4, 4)
    units = units_of_classifier(classifier, images, 2 * images)
    assert list(units) == [12]
    torch.testing.assert_close(units[12], torch.arange(70) / 255)


def test_units_tell_their_emotion_from_all_others():
    emotion = torch.tensor([EMOTIONS.index(x) for x in ("happiness", "neutral", "surprise")] + [-1])
    units = {12: torch.tensor([2.0, 0.0, 1.0, 9.0]), 26: torch.tensor([0.0, 2.0, 1.0, 9.0])}
    assert by_prototype(units, emotion) == {"happiness, AU12": 1, "surprise, AU26": 0.5}
    units = {15: torch.zeros(4)}
    assert math.isnan(by_prototype(units, emotion)["sadness, AU15"])


def test_smiles_of_everybody_and_of_every_other_person():
    smiling = torch.tensor([False, True] * 4)
    pairs = Pairs(torch.zeros(8), torch.arange(4).repeat_interleave(2), smiling)
    # Persons 1 and 3 show it, 0 and 2 the other way round.
    shown = torch.tensor([1.0, 0, 0, 1, 1, 0, 0, 1])
    assert smile_auc({12: shown}, pairs) == {"everybody": 0.5, "test": 1}


def test_people_keep_their_number_when_a_face_is_not_found(tmp_path):
    for folder in ("neutral", "smiling"):
        (tmp_path / folder).mkdir()
        for person in range(4):
            hidden = (folder, person) == ("smiling", 1)
            picture = black() if hidden else draw_face(person)
            write_image(tmp_path / folder / f"{person}.jpg", picture)
    pairs = london(tmp_path, FakeDetector(), 16)
    assert pairs.images.shape == (6, 3, 16, 16)
    assert pairs.person.tolist() == [0, 0, 2, 2, 3, 3]
    assert pairs.smiling.tolist() == [False, True] * 3
    (tmp_path / "neutral" / "0.jpg").unlink()
    with pytest.raises(NorfaceError, match="has 3 people with a picture in neutral/"):
        london(tmp_path, FakeDetector(), 16)
